package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/pipeline"
)

var errEnough = errors.New("enough")

// A pipeline that is cancelled drains: what its sources gave is handled.
func TestDrain(t *testing.T) {
	for name, open := range map[string]func(context.Context) iter.Seq2[int, error]{"forever": forever, "silent": silent} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			p := pipeline.New(pipeline.Config{Buffer: 50})
			given := 0
			source := pipeline.Source(p, func(told context.Context) iter.Seq2[int, error] {
				return func(yield func(int, error) bool) {
					for v, err := range open(told) {
						if given++; given == 1000 || err != nil {
							cancel(errEnough)
						}
						if !yield(v, err) {
							return
						}
					}
				}
			})
			if name == "silent" {
				cancel(errEnough)
				given = -1 // what it yields is an error
			}
			out := pipeline.MapN(pipeline.Map(source, increment), 4, func(_ context.Context, v int) (int, error) { return v - 1, nil })
			var got []int
			pipeline.Collect(out, &got)
			err := p.Run(ctx)
			if _, late := errors.AsType[*pipeline.DrainError](err); !errors.Is(err, errEnough) || late {
				t.Fatal(err)
			}
			expect(t, "items", got, slices.Collect(upTo(max(given, 0))))
		})
	}
}

// A stage that is too slow is killed by its context, and named; what was under way is
// dead letters.
func TestKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dead letters
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, errEnough)
		defer cancel()
		p := pipeline.New(pipeline.Config{Buffer: 5, DeadLetter: dead.add, DrainTimeout: time.Minute})
		given := 0
		source := pipeline.Source(p, func(told context.Context) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for given < 100 {
					given++
					if !yield(given-1, nil) {
						return
					}
				}
			}
		})
		batches := pipeline.Batch(pipeline.Map(source, func(v int) (int, error) { return v, nil }), 2, 0)
		slow := pipeline.MapN(batches, 2, func(ctx context.Context, v []int) ([]int, error) {
			if v[0] < 6 {
				return v, nil
			}
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}, pipeline.Name("slow"))
		var got []int
		pipeline.ForEach(slow, func(_ context.Context, v []int) error { got = append(got, v...); return nil }, pipeline.Name("sink"))
		begin := time.Now()
		err := p.Run(ctx)
		late, ok := errors.AsType[*pipeline.DrainError](err)
		if !ok || !errors.Is(err, errEnough) {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != time.Hour+time.Minute {
			t.Errorf("took %v", took)
		}
		if !slices.Contains(late.Stages, "slow") || len(late.Stuck) != 0 || late.Dead == 0 {
			t.Errorf("%+v", late)
		}
		expect(t, "handled", got, []int{0, 1, 2, 3, 4, 5})
		expect(t, "all items", sorted(append(dead.items(t), got...)), slices.Collect(upTo(given)))
	})
}

// A stage that never returns is named by the error, and Run returns.
func TestNeverReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errEnough)
		defer cancel()
		release := make(chan struct{})
		p := pipeline.New(pipeline.Config{Name: "p", DrainTimeout: time.Second, KillGrace: time.Second})
		slow := pipeline.Map(pipeline.Values(p, upTo(10)), func(v int) (int, error) { <-release; return v, nil }, pipeline.Name("stuck one"))
		pipeline.ForEach(slow, func(context.Context, int) error { return nil }, pipeline.Name("sink"))
		err := p.Run(ctx)
		late, ok := errors.AsType[*pipeline.DrainError](err)
		if !ok || !slices.Equal(late.Stuck, []string{"stuck one"}) {
			t.Fatalf("%v: %+v", err, late)
		}
		if want := "not even when killed: stuck one"; !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nis to say %q", err, want)
		}
		close(release) // it ends now, and the test with it
	})
}

// A pipeline drains when the actor above it is stopped.
func TestUnder(t *testing.T) {
	root := actor.NewRoot("app", actor.Options{})
	p := pipeline.New(pipeline.Config{Name: "numbers", Under: root})
	started := make(chan struct{})
	var last atomic.Int64
	source := pipeline.Source(p, func(told context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for v := range forever(told) {
				last.Store(int64(v))
				if !yield(v, nil) {
					return
				}
				if v == 100 {
					close(started)
				}
			}
		}
	})
	var got []int
	pipeline.Collect(source, &got, pipeline.Name("sink"))
	ended := make(chan error)
	go func() { ended <- p.Run(context.Background()) }()
	<-started
	var tree strings.Builder
	root.Tree(&tree)
	for _, want := range []string{"  numbers passive\n", "    source#1 running\n", "    sink running\n"} {
		if !strings.Contains(tree.String(), want) {
			t.Errorf("%s\nhas no %q", tree.String(), want)
		}
	}
	root.BeginStop()
	if err := <-ended; !errors.Is(err, actor.ErrStopping) {
		t.Error(err)
	}
	if err := root.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	expect(t, "items", got, slices.Collect(upTo(int(last.Load())+1)))
	late := pipeline.New(pipeline.Config{Under: root})
	pipeline.Collect(pipeline.Values(late, upTo(1)), &got)
	if err := late.Run(t.Context()); !errors.Is(err, actor.ErrStopping) {
		t.Errorf("below an actor that has ended: %v", err)
	}
}

// Edges are counted, and held at their limit.
func TestEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pipeline.New(pipeline.Config{})
		release := make(chan struct{})
		source := pipeline.Values(p, upTo(100), pipeline.Name("a"))
		pipeline.ForEach(source, func(context.Context, int) error { <-release; return nil }, pipeline.Name("b"), pipeline.Buffer(8))
		ended := make(chan error)
		go func() { ended <- p.Run(t.Context()) }()
		synctest.Wait()
		e := p.Edges()[0]
		if e.From != "a" || e.To != "b" || e.Capacity != 8 || e.Written != 8 || e.Depth() != 8 || e.Blocked != 1 {
			t.Errorf("%+v", e)
		}
		var text strings.Builder
		p.Dump(&text)
		if want := "a -> b: 0 passed, 8 of 8 waiting, held up 1 times\n"; text.String() != want {
			t.Errorf("%q, want %q", text.String(), want)
		}
		close(release)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if e := p.Edges()[0]; e.Written != 100 || e.Taken != 100 || e.Depth() != 0 {
			t.Errorf("%+v", e)
		}
	})
}

// The tree of actors shows the edges, at those who take from them, with what has failed.
func TestEdgesInTheTree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := actor.NewRoot("app", actor.Options{})
		p := pipeline.New(pipeline.Config{Name: "numbers", Under: root, Buffer: 8, OnError: pipeline.DeadLetter()})
		release := make(chan struct{})
		odd := func(v int) (int, error) {
			switch v {
			case 1:
				return 0, errOdd
			case 3:
				panic(errOdd)
			}
			return v, nil
		}
		all := pipeline.Broadcast(pipeline.Values(p, upTo(100), pipeline.Name("reader")), 2, pipeline.Name("twice"))
		left := pipeline.Map(pipeline.Map(all[0], odd, pipeline.Name("odd")), odd, pipeline.Fused(), pipeline.Name("in it"))
		both := pipeline.Merge([]pipeline.Stream[int]{left, all[1]}, pipeline.Name("both"))
		pipeline.ForEach(both, func(_ context.Context, v int) error { <-release; return nil }, pipeline.Name("store"), pipeline.Buffer(2))
		ended := make(chan error)
		go func() { ended <- p.Run(t.Context()) }()
		synctest.Wait()
		look := func() map[string]actor.Snapshot {
			stages := make(map[string]actor.Snapshot)
			for _, s := range root.Snapshot(100).Children[0].Children {
				stages[s.Name] = s
			}
			return stages
		}
		look()
		time.Sleep(time.Second)
		stages := look()
		if s := stages["odd"]; s.Failures != 2 || s.Lost != 2 || s.Restarts != 1 || len(s.Pipes) != 1 || s.Pipes[0].Name != "twice" {
			t.Errorf("%+v", s)
		}
		if s := stages["both"]; len(s.Pipes) != 2 || s.Pipes[0].Name != "in it" || s.Pipes[1].Name != "twice" {
			t.Errorf("%+v", s)
		}
		want := actor.PipeSnapshot{Name: "both", In: 2, HWM: 2, Full: true, Waited: 1, Age: time.Second}
		s := stages["store"]
		if len(s.Pipes) == 1 {
			s.Pipes[0].Starved = 0 // that depends on who began first
		}
		if len(s.Pipes) != 1 || s.Pipes[0] != want {
			t.Errorf("%+v", s.Pipes)
		}
		var tree strings.Builder
		root.Tree(&tree)
		for _, want := range []string{"    odd running, 2 failures, 2 lost, 1 restarts\n      | twice: ", "    store running\n      | both: 2 in, 2 of 2 wait for 1s, full, held up 1 times\n"} {
			if !strings.Contains(tree.String(), want) {
				t.Errorf("%s\nhas no %q", tree.String(), want)
			}
		}
		close(release)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := root.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Nothing is allocated for an item that passes an edge.
func TestAllocations(t *testing.T) {
	const n = 100_000
	once := testing.AllocsPerRun(1, func() { passThrough(t, 1) })
	many := testing.AllocsPerRun(1, func() { passThrough(t, n) })
	if more := many - once; more > n/100 {
		t.Errorf("%v allocations more for %d items", more, n)
	}
}

func passThrough(t *testing.T, n int) {
	p := pipeline.New(pipeline.Config{})
	s := pipeline.Map(pipeline.Values(p, upTo(n)), increment)
	s = pipeline.Map(pipeline.Filter(s, func(int) bool { return true }, pipeline.Fused()), increment)
	s = pipeline.Merge(pipeline.Partition(s, 3, func(v int) int { return v }))
	s = pipeline.MapN(s, 2, func(_ context.Context, v int) (int, error) { return v, nil })
	s = pipeline.MapUnordered(s, 2, func(_ context.Context, v int) (int, error) { return v, nil })
	pipeline.ForEach(s, func(context.Context, int) error { return nil })
	run(t, p)
}

// randomGraph adds stages by chance, through each of which every number goes once.
func randomGraph(r *rand.Rand, s pipeline.Stream[int], depth int, fail func() bool) pipeline.Stream[int] {
	work := func(v int) (int, error) {
		if fail() {
			if v%2 == 0 {
				panic(errOdd)
			}
			return 0, errOdd
		}
		return v, nil
	}
	opts := []pipeline.Option{pipeline.Buffer(1 + r.IntN(70))}
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	for range depth {
		switch r.IntN(5) {
		case 0, 1:
			s = kinds[names[r.IntN(len(names))]](s, work, opts...)
		case 2:
			batches := pipeline.Batch(s, 1+r.IntN(20), time.Duration(r.IntN(2))*time.Millisecond, opts...)
			s = pipeline.FlatMap(batches, func(b []int) iter.Seq2[int, error] {
				return func(yield func(int, error) bool) {
					for _, v := range b {
						if !yield(v, nil) {
							return
						}
					}
				}
			}, opts...)
		default:
			outs := pipeline.Partition(s, 1+r.IntN(3), func(v int) int { return v % 10 }, opts...)
			for i := range outs {
				outs[i] = randomGraph(r, outs[i], r.IntN(3), fail)
			}
			s = pipeline.Merge(outs, opts...)
		}
	}
	return s
}

// Whatever a pipeline looks like, whatever fails in it, and whenever it is
// cancelled: each item is handled once, or skipped, or a dead letter.
func TestNothingVanishes(t *testing.T) {
	r := newRand(t)
	for round := range 60 {
		how := []string{"to the end", "failures", "failure for good", "cancelled"}[round%4]
		var dead letters
		var given, calls atomic.Int64
		failAt := 1 + r.Int64N(3000)
		cfg := pipeline.Config{DeadLetter: dead.add, Buffer: 1 + r.IntN(70)}
		if how == "failures" {
			cfg.OnError = pipeline.DeadLetter()
		}
		fail := func() bool {
			n := calls.Add(1)
			return how == "failures" && n%17 == 0 || how == "failure for good" && n == failAt
		}
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		p := pipeline.New(cfg)
		source := pipeline.Source(p, func(context.Context) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for given.Load() < 2000 {
					n := given.Add(1)
					if how == "cancelled" && n == failAt {
						cancel()
					}
					if !yield(int(n-1), nil) {
						return
					}
				}
			}
		})
		var got []int
		pipeline.Collect(randomGraph(r, source, 1+r.IntN(5), fail), &got)
		err := p.Run(ctx)
		cancel()
		if late, is := errors.AsType[*pipeline.DrainError](err); is {
			t.Fatalf("round %d, %s: %v", round, how, late)
		}
		if how == "to the end" && (err != nil || len(dead.all) != 0) {
			t.Errorf("round %d: %v, %d dead letters", round, err, len(dead.all))
		}
		expect(t, fmt.Sprintf("round %d, %s", round, how), sorted(append(dead.items(t), got...)), slices.Collect(upTo(int(given.Load()))))
		if t.Failed() {
			return
		}
	}
}
