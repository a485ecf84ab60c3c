package remote_test

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
)

// BenchmarkEdges sends items from a source to four workers and on to a sink, over tcp, by edges of PUSH and
// PULL, where items go in turn, and of ROUTER and DEALER, where each goes to the worker that has least to do. ns/item is the
// time between two results. "free" is work that takes no time: what the edge costs.
func BenchmarkEdges(b *testing.B) {
	for _, work := range []struct {
		name  string
		of    func(worker int)
		times int // of b.N
	}{
		{"one slow", workAs, 1},
		{"all alike", func(int) { workAs(1) }, 1},
		{"free", func(int) {}, 50},
	} {
		for _, buffer := range []int{2, remote.DefaultWireBuffer} {
			for _, kind := range []string{remote.Push, remote.Router} {
				b.Run(fmt.Sprintf("%s/buffers of %d/%s", work.name, buffer, kind), func(b *testing.B) {
					n := work.times * b.N
					d := edges(b, kind, buffer, n, work.of)
					b.ReportMetric(float64(d.Nanoseconds())/float64(max(1, n-1)), "ns/item")
					b.ReportMetric(0, "ns/op") // would count the connecting
				})
			}
		}
	}
}

// settling is how long workers may take to connect, before anything is given.
const settling = 200 * time.Millisecond

// edges runs the pipeline, and returns the time from the first result to the last.
func edges(b *testing.B, kind string, buffer, n int, work func(worker int)) time.Duration {
	plan := planOf(kind, "tcp://127.0.0.1:*", "tcp://127.0.0.1:*")
	for name, w := range plan.Edges {
		w.Buffer = buffer
		plan.Edges[name] = w
	}
	var first, last time.Time
	bound := make(chan string, 1)
	play := func(role string, worker int) func() {
		edges := map[string]remote.Wire{"tasks": plan.Edges["tasks"], "results": plan.Edges["results"]}
		site := &remote.Site{Role: role, Plan: remote.Plan{Edges: edges}, OnBound: func(_, endpoint string) { bound <- endpoint }}
		p := pipeline.New(pipeline.Config{Name: role, Buffer: buffer})
		given := pipeline.Source(p, func(context.Context) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				time.Sleep(settling) // until all workers have come
				for i := 0; i < n && yield(i, nil); i++ {
				}
			}
		})
		tasks := remote.Edge(given, site, remote.Link[int]{Name: "tasks"})
		done := pipeline.MapN(tasks, 1, func(_ context.Context, v int) (int, error) { work(worker); return v, nil }, pipeline.Buffer(1))
		results := remote.Edge(done, site, remote.Link[int]{Name: "results"})
		pipeline.ForEach(results, func(context.Context, int) error {
			if last = time.Now(); first.IsZero() {
				first = last
			}
			return nil
		})
		return func() {
			if err := site.Run(b.Context(), p); err != nil {
				b.Error(err)
			}
		}
	}
	move := func(edge string) {
		w := plan.Edges[edge]
		w.Endpoint = <-bound
		plan.Edges[edge] = w
	}
	var parts sync.WaitGroup
	parts.Go(play("sink", 0))
	move("results")
	source := play("source", 0)
	parts.Go(source)
	move("tasks")
	for i := range benchWorkers {
		parts.Go(play("worker", i))
	}
	parts.Wait()
	return last.Sub(first)
}
