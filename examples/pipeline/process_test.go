package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// A process is this program in a process of its own.
type process struct {
	cmd    *exec.Cmd
	stdout bytes.Buffer
	said   chan string // lines of standard error
	reader sync.WaitGroup

	mu  sync.Mutex
	log []string // guarded by mu: all lines so far
}

// spawn starts the program. It is killed at the end of the test, if it has not
// ended by then.
func spawn(t *testing.T, env string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], args...), said: make(chan string, 1<<10)}
	p.cmd.Env = append(os.Environ(), childVar+"=1", env)
	p.cmd.Stdout = &p.stdout
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.reader.Go(func() {
		defer close(p.said)
		for s := bufio.NewScanner(stderr); s.Scan(); {
			p.mu.Lock()
			p.log = append(p.log, s.Text())
			p.mu.Unlock()
			p.said <- s.Text()
		}
	})
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // an error says that it has ended
		p.reader.Wait()
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Wait()
		}
		if t.Failed() {
			t.Logf("%q said:\n%s\nand printed:\n%s", args, strings.Join(p.log, "\n"), p.stdout.String())
		}
	})
	return p
}

// await returns the rest of the first line that begins with prefix.
func (p *process) await(t *testing.T, prefix string) string {
	t.Helper()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case line, more := <-p.said:
			if rest, found := strings.CutPrefix(line, prefix); found {
				return rest
			}
			if !more {
				t.Fatalf("%q ended without saying %q", p.cmd.Args, prefix)
			}
		case <-timer.C:
			t.Fatalf("%q did not say %q in %v", p.cmd.Args, prefix, limit)
		}
	}
}

// end waits for the end of the process and returns its exit code, which is
// negative if it was killed.
func (p *process) end(t *testing.T) int {
	t.Helper()
	timer := time.AfterFunc(limit, func() {
		p.mu.Lock()
		p.log = append(p.log, fmt.Sprintf("(killed by the test after %v)", limit))
		p.mu.Unlock()
		_ = p.cmd.Process.Kill()
	})
	defer timer.Stop()
	p.reader.Wait() // as exec.Cmd.StderrPipe wants it
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

// kill ends the process as nothing can prevent: SIGKILL, where there are signals.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
}
