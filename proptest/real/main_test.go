//go:build unix

package real

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/internal/wait"
)

// Variables that make the test binary play a role, with arguments.
const (
	roleVar = "ZMQ_REAL_ROLE"
	argsVar = "ZMQ_REAL_ARGS"
)

// patience is how long something is waited for before it is taken for not
// happening: see package wait. Only a failure waits so long.
const patience = time.Minute

// play plays a role. A role says what happens, line by line, on its standard
// output, and ends when it is killed.
func play(role string, args []string) error {
	switch role {
	case "pull":
		return pullRole(args)
	case "push":
		return pushRole(args)
	case "rep":
		return repRole(args)
	}
	return playHere(role, args)
}

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVar); role != "" {
		err := play(role, strings.Fields(os.Getenv(argsVar)))
		fmt.Fprintln(os.Stderr, role, "ends:", err)
		os.Exit(1)
	}
	leaktest.Main(m)
}

// A process plays a role.
type process struct {
	cmd   *exec.Cmd
	input io.WriteCloser
	lines chan string   // what it says; closed at its end
	over  chan struct{} // closed when all of that has been read
	rest  []string      // what it has said and nobody has heard
}

// start starts a process, which is killed at the end of the test.
func start(t *testing.T, role string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"="+role, argsVar+"="+strings.Join(args, " "))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd, input: in, lines: make(chan string, 1<<16), over: make(chan struct{})}
	go func() {
		defer close(p.over)
		defer close(p.lines)
		r := bufio.NewReader(out)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return // a line that was cut short was never said
			}
			p.lines <- strings.TrimSuffix(line, "\n")
		}
	}()
	t.Cleanup(p.kill)
	return p
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may be at its end
	for line := range p.lines {
		p.rest = append(p.rest, line)
	}
	<-p.over
	_ = p.cmd.Wait() // with the error that it was killed
	p.input.Close()
}

// say writes a line to the process.
func (p *process) say(t *testing.T, line string) {
	t.Helper()
	if _, err := fmt.Fprintln(p.input, line); err != nil {
		t.Fatal(err)
	}
}

// hear returns the first line that begins with a word and was not heard yet,
// without that word.
func (p *process) hear(t *testing.T, word string) string {
	t.Helper()
	for i, line := range p.rest {
		if said, ok := strings.CutPrefix(line, word); ok {
			p.rest = slices.Delete(p.rest, i, i+1)
			return strings.TrimSpace(said)
		}
	}
	patient, end := wait.Context(t.Context(), patience)
	defer end()
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				t.Fatalf("the process has ended, and has not said %q", word)
			}
			if said, ok := strings.CutPrefix(line, word); ok {
				return strings.TrimSpace(said)
			}
			if strings.HasPrefix(line, "wrong") {
				t.Fatal(line)
			}
			p.rest = append(p.rest, line)
		case <-patient.Done():
			t.Fatalf("the process does not say %q", word)
		}
	}
}
