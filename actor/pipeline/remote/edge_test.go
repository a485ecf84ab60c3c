package remote_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
	"github.com/zeroactor/zmq/patterns"
)

// doubles is the definition of a pipeline that doubles numbers, with two edges that may
// lead to other processes.
func doubles(s *remote.Site, cfg pipeline.Config, n int, got *[]int) *pipeline.Pipeline {
	p := pipeline.New(cfg)
	in := remote.Edge(numbers(p, n), s, remote.Link[int]{Name: "tasks"})
	out := pipeline.MapUnordered(in, 2, double)
	pipeline.Collect(remote.Edge(out, s, remote.Link[int]{Name: "results"}), got)
	return p
}

// planOf is a plan for doubles, with an edge of a kind from one to many, and one from many to
// one.
func planOf(kind, tasks, results string) remote.Plan {
	return remote.Plan{Edges: map[string]remote.Wire{
		"tasks":   {From: remote.Roles{"source"}, To: "worker", Kind: kind, Endpoint: tasks},
		"results": {From: remote.Roles{"worker"}, To: "sink", Endpoint: results, Bind: "to"},
	}}
}

// wildcards are endpoints of each transport that are free. Those of inproc are free in a
// context of their own.
var wildcards = map[string][2]string{
	"tcp":    {"tcp://127.0.0.1:*", "tcp://127.0.0.1:*"},
	"ipc":    {"ipc://*", "ipc://*"},
	"inproc": {"inproc://tasks", "inproc://results"},
}

// newContext makes a context of sockets that ends with the test.
func newContext(t *testing.T) *patterns.Context {
	zmq := patterns.NewContext()
	t.Cleanup(func() { zmq.Close() })
	return zmq
}

// All of a pipeline in one process, over queues and over sockets.
func TestEdgesInOneProcess(t *testing.T) {
	const n = 1000
	for _, kind := range []string{"none", remote.Push, remote.Pub, remote.Router} {
		for transport, at := range wildcards {
			t.Run(kind+"/"+transport, func(t *testing.T) {
				site := &remote.Site{Context: newContext(t)}
				if kind != "none" {
					site.Plan = planOf(kind, at[0], at[1])
				}
				var got []int
				p := doubles(site, pipeline.Config{}, n, &got)
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				if err := site.Run(ctx, p); err != nil {
					t.Fatal(err)
				}
				checkDoubles(t, got, n)
				if edges := len(p.Edges()); edges != 4 && kind != "none" || edges != 2 && kind == "none" {
					t.Errorf("%d edges", edges)
				}
			})
		}
	}
}

// A cast is some parts of a pipeline, each as in a process of its own.
type cast struct {
	t     *testing.T
	plan  remote.Plan
	zmq   *patterns.Context // of all, or nil
	n     int
	got   []int
	parts sync.WaitGroup
}

// play plays a role. Where it binds is entered in the plan.
func (c *cast) play(ctx context.Context, role string, binds int, change ...func(*remote.Site)) <-chan error {
	bound := make(chan struct{}, 2)
	plan := remote.Plan{Edges: make(map[string]remote.Wire)}
	for name, w := range c.plan.Edges {
		plan.Edges[name] = w
	}
	site := &remote.Site{Role: role, Plan: plan, Context: c.zmq, Quiet: time.Second}
	if role == "worker" {
		site.Patience = 5 * time.Second // it may come when all is done
	}
	if c.zmq == nil {
		site.Context = newContext(c.t)
	}
	site.OnBound = func(edge, endpoint string) {
		w := c.plan.Edges[edge]
		w.Endpoint = endpoint
		c.plan.Edges[edge] = w
		bound <- struct{}{}
	}
	for _, f := range change {
		f(site)
	}
	got := &c.got
	if role != "sink" {
		got = new([]int)
	}
	p := doubles(site, pipeline.Config{Name: role}, c.n, got)
	ended := make(chan error, 1)
	c.parts.Go(func() { ended <- site.Run(ctx, p) })
	for range binds {
		<-bound
	}
	return ended
}

// The parts of a pipeline apart: each kind of edge, over each transport, with several
// workers.
func TestEdgesApart(t *testing.T) {
	const n = 1000
	for _, kind := range []string{remote.Push, remote.Pub, remote.Router} {
		for transport, at := range wildcards {
			t.Run(kind+"/"+transport, func(t *testing.T) {
				c := &cast{t: t, plan: planOf(kind, at[0], at[1]), n: n}
				if transport == "inproc" {
					c.zmq = newContext(t)
				}
				times := 1
				if kind == remote.Pub {
					times = 3
					w := c.plan.Edges["tasks"]
					w.Receivers = 3
					c.plan.Edges["tasks"] = w
				}
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				ends := []<-chan error{c.play(ctx, "sink", 1), c.play(ctx, "source", 1)}
				for range 3 {
					ends = append(ends, c.play(ctx, "worker", 0))
				}
				for i, ended := range ends {
					// A worker that came when all was done has had nothing to do.
					if err := <-ended; err != nil && (i < 2 || !errors.Is(err, remote.ErrNoPeer)) {
						t.Errorf("part %d: %v", i, err)
					}
				}
				slices.Sort(c.got)
				var want []int
				for i := range n {
					for range times {
						want = append(want, 2*i)
					}
				}
				if !slices.Equal(c.got, want) {
					t.Errorf("%d results, want %d", len(c.got), len(want))
				}
			})
		}
	}
}

// A plan is read, and what is wrong with one is told with the names of the edge and the
// field.
func TestLoad(t *testing.T) {
	good := `{"stages": {"a": "inproc://a"}, "edges": {"x": {"from": ["a", "b"], "to": "c", "kind": "router", "endpoint": "tcp://h:1", "buffer": 7},
		"y": {"from": "c", "endpoint": "ipc://y", "bind": "to"}}}`
	plan, err := remote.Load(strings.NewReader(good))
	if err != nil || plan.Stages["a"] != "inproc://a" || !slices.Equal(plan.Edges["x"].From, []string{"a", "b"}) ||
		!slices.Equal(plan.Edges["y"].From, []string{"c"}) || plan.Edges["x"].Buffer != 7 || plan.Edges["y"].Bind != "to" {
		t.Errorf("%+v, %v", plan, err)
	}
	for bad, want := range map[string]string{
		`{`:                                  "unexpected EOF",
		`{} {}`:                              "there is more behind it",
		`{"edge": {}}`:                       `unknown field "edge"`,
		`{"stages": 1}`:                      `field "stages"`,
		`{"edges": {"x": {"endpoin": ""}}}`:  `edge "x": unknown field "endpoin"`,
		`{"edges": {"x": {"endpoint": 5}}}`:  `edge "x": field "endpoint": it must be a string, not a number`,
		`{"edges": {"x": {"from": 5}}}`:      `edge "x": it must be a string, or an array of strings`,
		`{"edges": {"x": {}}}`:               `edge "x": field "endpoint": it is missing`,
		`{"edges": {"x": {"endpoint":"a"}}}`: `edge "x": field "endpoint": `,
		`{"edges": {"x": {"endpoint":"tcp://h:1", "kind": "pull"}}}`:                    `edge "x": field "kind": it is "pull"`,
		`{"edges": {"x": {"endpoint":"tcp://h:1", "bind": "both"}}}`:                    `edge "x": field "bind": it is "both"`,
		`{"edges": {"x": {"endpoint":"tcp://h:1", "bind": "to", "kind": "router"}}}`:    `edge "x": field "bind": a router binds`,
		`{"edges": {"x": {"endpoint":"tcp://h:1", "buffer": -1}}}`:                      `edge "x": field "buffer": it is -1`,
		`{"edges": {"x": {"endpoint":"tcp://h:1", "receivers": 2}}}`:                    `edge "x": field "receivers": only`,
		`{"edges": {"x": {"endpoint":"tcp://h:1", "receivers": -2, "kind": "pub"}}}`:    `edge "x": field "receivers": it is -2`,
		`{"edges": {"x": {"endpoint":"tcp://h:1", "from": ["a", ""]}}}`:                 `edge "x": field "from": a role without a name`,
		`{"edges": {"x": {"endpoint":"tcp://h:1", "from": ["a", "b"], "to": "b"}}}`:     `edge "x": field "to": "b" is the role`,
		`{"edges": {"x": {"endpoint":"tcp://h:1"}, "y": {"endpoint":"", "bind": "x"}}}`: `edge "y": field "endpoint"`,
	} {
		if _, err := remote.Load(strings.NewReader(bad)); !errors.Is(err, remote.ErrSite) || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v\nis to say %q", bad, err, want)
		}
	}
}
