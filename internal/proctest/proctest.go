// Package proctest runs a test's own binary as other processes: for tests of programs
// that are several. What such a process is to do is told by its environment, which the
// test's TestMain looks at.
package proctest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/wait"
)

// A Process is the test's binary in a process of its own. Its methods are for the
// goroutine of the test.
type Process struct {
	// Cmd is the process; its Args are for messages.
	Cmd *exec.Cmd

	limit  time.Duration
	stdout bytes.Buffer
	more   chan struct{} // has one if there are new lines of standard error; closed behind the last
	heard  int           // lines that Await has gone through
	reader sync.WaitGroup

	mu  sync.Mutex
	log []string // guarded by mu: all lines so far
}

// Spawn starts a process with these arguments, and with env added to the environment.
// It is killed at the end of the test, if it has not ended by then. limit is how long
// each of the methods waits, as package wait has it, before it takes what it waits for as not happening.
func Spawn(t testing.TB, limit time.Duration, env []string, args ...string) *Process {
	t.Helper()
	p := &Process{Cmd: exec.Command(os.Args[0], args...), limit: limit, more: make(chan struct{}, 1)}
	p.Cmd.Env = append(os.Environ(), env...)
	p.Cmd.Stdout = &p.stdout
	stderr, err := p.Cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.reader.Go(func() {
		defer close(p.more)
		for s := bufio.NewScanner(stderr); s.Scan(); {
			p.note(s.Text())
			select {
			case p.more <- struct{}{}:
			default:
			}
		}
	})
	t.Cleanup(func() {
		_ = p.Cmd.Process.Kill() // an error says that it has ended
		p.reader.Wait()
		if p.Cmd.ProcessState == nil {
			_ = p.Cmd.Wait()
		}
		if t.Failed() {
			t.Logf("%q said:\n%s\nand printed:\n%s", args, p.Log(), p.stdout.String())
		}
	})
	return p
}

func (p *Process) note(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, line)
}

// Log returns what the process has written to standard error so far.
func (p *Process) Log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.log, "\n")
}

// Output returns what the process has written to standard output. It must have ended.
func (p *Process) Output() string { return p.stdout.String() }

// Await returns the rest of the next line of standard error that begins with prefix.
func (p *Process) Await(t testing.TB, prefix string) string {
	t.Helper()
	patient, end := wait.Context(context.Background(), p.limit)
	defer end()
	for more := true; ; {
		if rest, found := p.find(prefix); found {
			return rest
		}
		if !more {
			t.Fatalf("%q ended without saying %q", p.Cmd.Args, prefix)
		}
		select {
		case _, more = <-p.more:
		case <-patient.Done():
			t.Fatalf("%q did not say %q in %v", p.Cmd.Args, prefix, p.limit)
		}
	}
}

// find returns the rest of the next line that begins with prefix, if there is one yet.
func (p *Process) find(prefix string) (rest string, found bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.heard < len(p.log) && !found {
		rest, found = strings.CutPrefix(p.log[p.heard], prefix)
		p.heard++
	}
	return rest, found
}

// End waits for the end of the process and returns its exit code, which is negative if
// it was killed.
func (p *Process) End() int {
	patient, end := wait.Context(context.Background(), p.limit)
	defer end()
	defer context.AfterFunc(patient, func() {
		p.note(fmt.Sprintf("(killed by the test after %v)", p.limit))
		_ = p.Cmd.Process.Kill()
	})()
	p.reader.Wait() // as exec.Cmd.StderrPipe wants it
	_ = p.Cmd.Wait()
	return p.Cmd.ProcessState.ExitCode()
}

// Kill ends the process as nothing can prevent: SIGKILL, where there are signals.
func (p *Process) Kill(t testing.TB) {
	t.Helper()
	if err := p.Cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
}
