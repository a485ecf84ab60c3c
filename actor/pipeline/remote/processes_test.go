package remote_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
	"github.com/zeroactor/zmq/internal/proctest"
)

const (
	// roleVar makes the test's binary play a role of doubles.
	roleVar = "REMOTE_TEST_ROLE"

	// stallVar has its worker stop for good when it has done so many.
	stallVar = "REMOTE_TEST_STALL"

	inProcesses = 3000 // numbers
)

// padded makes items so large that the operating system does not hold them all.
type padded struct{ remote.JSON[int] }

func (p padded) Append(b []byte, v int) ([]byte, error) {
	b, err := p.JSON.Append(b, v)
	return append(b, make([]byte, 8<<10)...), err
}

func (p padded) Decode(b []byte) (int, error) { return p.JSON.Decode(bytes.TrimRight(b, "\x00")) }

// playRole plays a role, with the plan in a file. It says where it binds, and, of a sink, what came of it.
func playRole(role, file string) int {
	f, err := os.Open(file)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	plan, err := remote.Load(f)
	if err != nil {
		panic(err)
	}
	site := &remote.Site{Role: role, Plan: plan, Quiet: time.Second}
	if role == "worker" {
		site.Patience = 5 * time.Second // it may come when all is done
	}
	site.OnBound = func(edge, endpoint string) { fmt.Fprintln(os.Stderr, edge, "at", endpoint) }
	p := pipeline.New(pipeline.Config{Name: role, OnError: pipeline.Skip(), OnFailure: func(stage string, err error) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", stage, err)
	}})
	stall, done := -1, 0
	fmt.Sscan(os.Getenv(stallVar), &stall)
	in := remote.Edge(numbers(p, inProcesses), site, remote.Link[int]{Name: "tasks", Codec: padded{}})
	out := pipeline.MapN(in, 1, func(ctx context.Context, v int) (int, error) {
		if done++; done == stall {
			fmt.Fprintln(os.Stderr, "stalled")
			<-ctx.Done()
		}
		return double(ctx, v)
	})
	n, sum := 0, 0
	pipeline.ForEach(remote.Edge(out, site, remote.Link[int]{Name: "results"}), func(_ context.Context, v int) error {
		n++
		sum += v
		return nil
	})
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := site.Run(ctx, p); err != nil {
		fmt.Fprintln(os.Stderr, "ended:", err)
		return 1
	}
	if role == "sink" || role == "" {
		fmt.Println(n, sum)
	}
	return 0
}

// A troupe is the parts of doubles as processes.
type troupe struct {
	t      *testing.T
	plan   remote.Plan
	source *proctest.Process
	sink   *proctest.Process
}

func (c *troupe) spawn(role string, env ...string) *proctest.Process {
	c.t.Helper()
	text, err := json.Marshal(c.plan)
	if err != nil {
		c.t.Fatal(err)
	}
	file := filepath.Join(c.t.TempDir(), "plan.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		c.t.Fatal(err)
	}
	return proctest.Spawn(c.t, limit, append(env, roleVar+"="+role, "GORACE=atexit_sleep_ms=10"), file)
}

// bound enters where a process has bound an edge.
func (c *troupe) bound(p *proctest.Process, edge string) {
	w := c.plan.Edges[edge]
	w.Endpoint = p.Await(c.t, edge+" at ")
	c.plan.Edges[edge] = w
}

// assemble starts all but workers.
func assemble(t *testing.T, kind, endpoint string) *troupe {
	c := &troupe{t: t, plan: planOf(kind, endpoint, endpoint)}
	if kind == remote.Pub {
		w := c.plan.Edges["tasks"]
		w.Receivers = 3
		c.plan.Edges["tasks"] = w
	}
	c.sink = c.spawn("sink")
	c.bound(c.sink, "results")
	c.source = c.spawn("source")
	c.bound(c.source, "tasks")
	return c
}

// One definition and one file: in one process, and in five. Over PUB each of the three workers does all.
func TestProcesses(t *testing.T) {
	for kind, endpoint := range map[string]string{remote.Push: "tcp://127.0.0.1:*", remote.Router: "ipc://*", remote.Pub: "tcp://127.0.0.1:*"} {
		t.Run(kind, func(t *testing.T) {
			want := fmt.Sprintln(inProcesses, inProcesses*(inProcesses-1))
			whole := (&troupe{t: t, plan: planOf(kind, endpoint, endpoint)}).spawn("")
			if code := whole.End(); code != 0 || whole.Output() != want {
				t.Errorf("in one process: %d, %q", code, whole.Output())
			}
			c := assemble(t, kind, endpoint)
			if kind == remote.Pub {
				want = fmt.Sprintln(3*inProcesses, 3*inProcesses*(inProcesses-1))
			}
			workers := []*proctest.Process{c.spawn("worker"), c.spawn("worker"), c.spawn("worker")}
			if code := c.sink.End(); code != 0 || c.sink.Output() != want {
				t.Errorf("in five: %d, %q", code, c.sink.Output())
			}
			if code := c.source.End(); code != 0 {
				t.Errorf("exit code of the source %d", code)
			}
			for _, w := range workers {
				if code := w.End(); code != 0 && !strings.Contains(w.Log(), remote.ErrNoPeer.Error()) {
					t.Errorf("exit code of a worker %d", code)
				}
			}
		})
	}
}

// A worker that is killed does not stop the others, and is missed. Over PUSH what it had is
// lost; over a ROUTER only what it had taken.
func TestKilledProcess(t *testing.T) {
	for _, kind := range []string{remote.Push, remote.Router} {
		t.Run(kind, func(t *testing.T) {
			c := assemble(t, kind, "tcp://127.0.0.1:*")
			victim := c.spawn("worker", stallVar+"=100")
			victim.Await(t, "stalled")
			heir := c.spawn("worker")
			victim.Kill(t)
			if victim.End() >= 0 {
				t.Error("it was not killed")
			}
			for _, p := range []*proctest.Process{c.sink, c.source} {
				if code := p.End(); code != 0 {
					t.Errorf("exit code %d", code)
				}
			}
			if code := heir.End(); code != 0 && !strings.Contains(heir.Log(), remote.ErrNoPeer.Error()) { // all may have been lost before it came
				t.Errorf("exit code of the other worker %d", code)
			}
			var n, sum int
			fmt.Sscan(c.sink.Output(), &n, &sum)
			// Over a ROUTER it may be that nothing had been taken that it had not done.
			if n < 90 || kind == remote.Push && n >= inProcesses {
				t.Errorf("%d results", n)
			}
			// The queue before the stage, and what it and the stages after it had in hand.
			if kind == remote.Router && n < inProcesses-2*pipeline.DefaultBuffer-100-64 {
				t.Errorf("%d results are lost", inProcesses-n)
			}
			if !strings.Contains(c.sink.Log(), `results in: edge "results": `+remote.ErrPeerLost.Error()) {
				t.Errorf("the sink does not say that one is missing:\n%s", c.sink.Log())
			}
		})
	}
}
