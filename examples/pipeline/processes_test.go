package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/proctest"
)

// spawn starts the program in a process of its own.
func spawn(t *testing.T, env string, args ...string) *proctest.Process {
	t.Helper()
	return proctest.Spawn(t, limit, []string{childVar + "=1", env}, args...)
}

// A crew is a sink and a ventilator that have been started, and what a worker
// needs to join them.
type crew struct {
	sink, ventilator *proctest.Process
	join             []string // arguments of a worker
}

func assemble(t *testing.T, transport string, flags []string, paths ...string) crew {
	t.Helper()
	wildcard := map[string]string{"tcp": "tcp://127.0.0.1:*", "ipc": "ipc://*"}[transport]
	var c crew
	c.sink = spawn(t, "", append([]string{"-role", "sink", "-bind", wildcard}, flags...)...)
	reports := c.sink.Await(t, "reports at ")
	args := append([]string{"-role", "ventilator", "-bind", wildcard, "-connect", reports}, flags...)
	c.ventilator = spawn(t, "", append(args, paths...)...)
	tasks := c.ventilator.Await(t, "tasks at ")
	c.join = append([]string{"-role", "worker", "-connect", tasks, "-connect", reports}, flags...)
	return c
}

func TestSeveralProcesses(t *testing.T) {
	g := grow(t, newRand(t), 100)
	want, files := g.expected()
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			begin := time.Now()
			c := assemble(t, transport, nil, g.root, filepath.Join(g.root, "missing"))
			workers := []*proctest.Process{spawn(t, "", c.join...), spawn(t, "", append(c.join, "-workers", "2")...)}
			for _, p := range append(workers, c.ventilator, c.sink) {
				if code := p.End(); code != 0 {
					t.Errorf("%q: exit code %d", p.Cmd.Args, code)
				}
			}
			checkOutput(t, c.sink.Output(), want, files, 1)
			late := false // a worker was: its peers may be gone already, and it waits as long as it may
			for _, p := range workers {
				late = late || strings.Contains(p.Log(), "no work came")
			}
			if took := time.Since(begin); took >= defaultPatience && !late {
				t.Errorf("took %v: somebody waited for what cannot come", took)
			}
		})
	}
}

// quick makes losses show soon.
var quick = [...]string{"-quiet", "2s", "-patience", "20s"}

// plenty makes more files than the operating system holds between a ventilator
// and a worker that has stopped.
func plenty(t *testing.T) tree {
	g := tree{t.TempDir(), make(map[string][]byte)}
	for i := range 400 {
		path := filepath.Join(g.root, fmt.Sprintf("%03d", i))
		content := bytes.Repeat(fmt.Appendf(nil, "text of file %d\n", i), 4<<10)
		write(t, path, content)
		g.files[path] = content
	}
	return g
}

const (
	stallAt   = 50 // pieces after which a stalling worker stalls
	stallSeen = 40 // of which so many are known to the sink by then: a line of progress
)

// stallWorker starts a worker and returns when it has stopped in the midst of
// its work and the sink has heard of it.
func stallWorker(t *testing.T, c crew) *proctest.Process {
	t.Helper()
	p := spawn(t, fmt.Sprintf("%s=%d", stallVar, stallAt), c.join...)
	p.Await(t, stalled)
	c.sink.Await(t, fmt.Sprintf("%d of ", stallSeen))
	return p
}

var silentLine = regexp.MustCompile(`(?m)^silent (.*), after (\d+) pieces$`)

var lostLine = regexp.MustCompile(`(?m)^lost (.*): (\d+) bytes, (.*)$`)

// A worker that is killed does not stop the run. What was lost with it is said
// by file, and what was not lost is counted.
func TestKilledWorker(t *testing.T) {
	g := plenty(t)
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			c := assemble(t, transport, quick[:], g.root)
			victim := stallWorker(t, c)
			heir := spawn(t, "", c.join...)
			victim.Kill(t)
			if victim.End() >= 0 {
				t.Error("the victim was not killed")
			}
			if heir, v := heir.End(), c.ventilator.End(); heir != 0 || v != 0 {
				t.Errorf("exit codes: worker %d, ventilator %d", heir, v)
			}
			if code := c.sink.End(); code != 1 {
				t.Errorf("exit code of the sink %d", code)
			}
			name := fmt.Sprintf("worker %d/1", victim.Cmd.Process.Pid)
			output := c.sink.Output()
			lost := checkLosses(t, g, output)
			// Its last reports may have died with it.
			if n := strings.Count(output, ", begun by "+name+"\n"); n > 1 {
				t.Errorf("%d lost files were begun by %s, want one at most", n, name)
			}
			done := -1
			if match := silentLine.FindStringSubmatch(output); match != nil && match[1] == name {
				done, _ = strconv.Atoi(match[2])
			}
			if done < stallSeen || done >= stallAt {
				t.Errorf("%s is not called silent, or after %d pieces", name, done)
			}
			if lost >= len(g.files)-done {
				t.Error("nothing was left for the other worker")
			}
		})
	}
}

// checkLosses checks that counted and lost files are all there are, and returns
// the number of those that are lost.
func checkLosses(t *testing.T, g tree, output string) int {
	t.Helper()
	var paths []string
	size := 0
	for _, match := range lostLine.FindAllStringSubmatch(output, -1) {
		path := match[1]
		if _, known := g.files[path]; !known {
			t.Errorf("lost %s, which does not exist", path)
		}
		n, err := strconv.Atoi(match[2])
		if err != nil || n != len(g.files[path]) {
			t.Errorf("lost %s, of %d bytes: %d, %v", path, len(g.files[path]), n, err)
		}
		paths = append(paths, path)
		size += n
	}
	want, files := g.expected(paths...)
	end := fmt.Sprintf("\nunreadable=0 lost=%d lost-bytes=%d\n%s\n", len(paths), size, lastLine(files, want.counts))
	if len(paths) == 0 || files+len(paths) != len(g.files) || !strings.HasSuffix(output, end) {
		t.Errorf("%d lost and %d counted of %d; printed at the end:\n%s\nwant:%s", len(paths), files, len(g.files), tail(output), end)
	}
	return len(paths)
}

func tail(output string) string {
	lines := linesOf(output)
	return strings.Join(lines[max(0, len(lines)-2):], "\n")
}

// When the only worker is killed, what it has not got is named as well.
func TestKilledOnlyWorker(t *testing.T) {
	g := plenty(t)
	c := assemble(t, "tcp", []string{"-quiet", "1s", "-patience", "2s"}, g.root)
	victim := stallWorker(t, c)
	victim.Kill(t)
	if v, s := c.ventilator.End(), c.sink.End(); v != 0 || s != 1 {
		t.Errorf("exit codes: ventilator %d, sink %d", v, s)
	}
	output := c.sink.Output()
	if lost := checkLosses(t, g, output); lost <= len(g.files)-stallAt || lost > len(g.files)-stallSeen {
		t.Errorf("%d lost of %d", lost, len(g.files))
	}
	if !strings.Contains(output, ", not handed out\n") || !strings.Contains(output, "\nthe ventilator gave up: ") {
		t.Error("it is not said that the ventilator gave up")
	}
}

// Without a sink nobody needs to go on, and nobody hangs.
func TestKilledSink(t *testing.T) {
	g := plenty(t)
	c := assemble(t, "tcp", []string{"-quiet", "1s", "-patience", "3s"}, g.root)
	held := stallWorker(t, c)
	c.sink.Kill(t)
	worker := spawn(t, "", c.join...)
	held.Kill(t)
	begin := time.Now()
	worker.End() // with whatever code: it may or may not have had results to deliver
	if code := c.ventilator.End(); code != 1 {
		t.Errorf("exit code of the ventilator %d", code)
	}
	if took := time.Since(begin); took > limit/2 {
		t.Errorf("took %v", took)
	}
}

// A worker for whom there is no work, as it comes too late, waits no longer than
// it has patience, and it is no failure.
func TestWorkerAlone(t *testing.T) {
	begin := time.Now()
	_, stderr, code := runHere(t, "-role", "worker", "-workers", "2", "-connect", "ipc://"+filepath.Join(t.TempDir(), "t"),
		"-connect", "ipc://"+filepath.Join(t.TempDir(), "r"), "-quiet", "100ms", "-patience", "1s")
	if took := time.Since(begin); code != 0 || took < time.Second || took > limit/2 {
		t.Errorf("exit code %d after %v", code, took)
	}
	if strings.Count(stderr, ": no work came\n") != 2 {
		t.Errorf("%q", stderr)
	}
}
