package remote_test

import (
	"context"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
)

// Workers that come when the source has been and gone are told so as soon as it is known: by the sink, when the
// first of those who were in time has ended. They hold up nobody, and wait for nobody, however patient they are.
func TestLateWorkers(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc"} {
		for _, kind := range []string{remote.Push, remote.Pub, remote.Router} {
			t.Run(kind+"/"+transport, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				at := wildcards[transport]
				s := &shift{
					t: t, ctx: ctx, plan: planOf(kind, at[0], at[1]),
					given: make(chan int, 1), enough: make(chan struct{}), bound: make(chan string, 1),
				}
				s.work(kind)
			})
		}
	}
}

// A shift is a pipeline whose source gives until every worker has something.
type shift struct {
	t      *testing.T
	ctx    context.Context
	plan   remote.Plan
	got    []int
	given  chan int      // how many, when the source has ended
	enough chan struct{} // closed when it is to end
	bound  chan string
}

// play plays a role; a worker calls hold for each item.
func (s *shift) play(role string, hold func()) <-chan error {
	edges := map[string]remote.Wire{"tasks": s.plan.Edges["tasks"], "results": s.plan.Edges["results"]}
	site := &remote.Site{
		Role: role, Plan: remote.Plan{Edges: edges}, Context: newContext(s.t),
		Patience: time.Hour, OnBound: func(_, endpoint string) { s.bound <- endpoint },
	}
	p := pipeline.New(pipeline.Config{Name: role, Buffer: 1 << 16})
	tasks := remote.Edge(pipeline.Source(p, s.numbers), site, remote.Link[int]{Name: "tasks"})
	done := pipeline.MapUnordered(tasks, 1, func(_ context.Context, v int) (int, error) { hold(); return v, nil })
	pipeline.Collect(remote.Edge(done, site, remote.Link[int]{Name: "results"}), &s.got)
	ended := make(chan error, 1)
	go func() { ended <- site.Run(s.ctx, p) }()
	return ended
}

func (s *shift) numbers(context.Context) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		n := 0
		defer func() { s.given <- n }()
		for yield(n, nil) {
			n++
			select {
			case <-s.enough:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}
}

// move enters in the plan where an edge has been bound.
func (s *shift) move(edge string) {
	w := s.plan.Edges[edge]
	w.Endpoint = <-s.bound
	s.plan.Edges[edge] = w
}

func (s *shift) await(who string, ended <-chan error) {
	s.t.Helper()
	if err := <-ended; err != nil {
		s.t.Errorf("%s: %v", who, err)
	}
}

func (s *shift) work(kind string) {
	sink := s.play("sink", nil)
	s.move("results")
	source := s.play("source", nil)
	s.move("tasks")
	var something sync.WaitGroup
	var workers []<-chan error
	release := []chan struct{}{make(chan struct{}), make(chan struct{})}
	for _, released := range release {
		something.Add(1)
		once := sync.OnceFunc(something.Done)
		workers = append(workers, s.play("worker", func() { once(); <-released }))
	}
	something.Wait()
	close(s.enough)
	n := <-s.given
	s.await("the source", source)

	early := s.play("worker", nil) // it is over, but nobody knows yet
	close(release[0])
	s.await("the first worker", workers[0])
	s.await("a worker that came before the first has ended", early)
	s.await("a worker that came after that", s.play("worker", nil))
	close(release[1])
	s.await("the second worker", workers[1])
	s.await("the sink", sink)
	slices.Sort(s.got)
	if kind == remote.Pub { // each got all from when it came
		s.got = slices.Compact(s.got)
	}
	if !slices.Equal(s.got, slices.Collect(upTo(n))) {
		s.t.Errorf("%d results of %d", len(s.got), n)
	}
}
