package pipeline_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
)

// A taker that is ten times as slow gets a tenth of what the others do, and holds up nobody: the
// whole takes the time that all of them together need.
func TestBalanceGivesTheSlowLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, takers = 310, 4
		p := pipeline.New(pipeline.Config{})
		var done [takers]int
		for i, some := range pipeline.Balance(pipeline.Values(p, upTo(n)), takers) {
			pipeline.ForEach(some, func(context.Context, int) error {
				done[i]++
				if i == 0 {
					time.Sleep(10 * time.Second) // in virtual time
				} else {
					time.Sleep(time.Second)
				}
				return nil
			}, pipeline.Buffer(1))
		}
		begin := time.Now()
		run(t, p)
		// In 100 s the slow one does 10, and the others 100 each.
		if took := time.Since(begin); took > 115*time.Second {
			t.Errorf("%d items took %v", n, took)
		}
		if done[0] > 12 || done[0]+done[1]+done[2]+done[3] != n {
			t.Errorf("done %v of %d", done, n)
		}
	})
}

// Who has nothing to do is given to in turn.
func TestBalanceOfIdleTakers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pipeline.New(pipeline.Config{})
		var done [3]int
		slowly := pipeline.Source(p, func(context.Context) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for i := range 30 {
					time.Sleep(time.Second) // in virtual time
					if !yield(i, nil) {
						return
					}
				}
			}
		})
		for i, some := range pipeline.Balance(slowly, len(done)) {
			pipeline.ForEach(some, func(context.Context, int) error { done[i]++; return nil })
		}
		run(t, p)
		if done != [3]int{10, 10, 10} {
			t.Error(done)
		}
	})
}

// What a taker does not want any more, the others get; if none wants any, the source ends.
func TestBalanceOfTakersThatEnd(t *testing.T) {
	first := func(n int) pipeline.Func[int, int] {
		return func(in iter.Seq2[int, error]) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				left := n
				for v, err := range in {
					if left--; !yield(v, err) || left == 0 {
						return
					}
				}
			}
		}
	}
	for _, wanted := range [][3]int{{1, 1000, 1}, {3, 2, 1}} {
		var dead letters
		p := pipeline.New(pipeline.Config{Buffer: 1, DeadLetter: dead.add})
		taken := 0
		source := pipeline.Source(p, func(ctx context.Context) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for v, err := range forever(ctx) {
					if taken++; !yield(v, err) {
						return
					}
				}
			}
		})
		var outs []pipeline.Stream[int]
		for i, some := range pipeline.Balance(source, 3) {
			outs = append(outs, pipeline.Apply(some, first(wanted[i])))
		}
		var got []int
		pipeline.Collect(pipeline.Merge(outs), &got)
		run(t, p)
		if want := wanted[0] + wanted[1] + wanted[2]; len(got) != want || len(got)+len(dead.items(t)) != taken {
			t.Errorf("%v: %d handled, want %d; %d dead letters of %d", wanted, len(got), want, len(dead.items(t)), taken)
		}
		for _, m := range dead.all {
			if !errors.Is(m.Err, pipeline.ErrEnded) {
				t.Errorf("dead for another reason: %v", m.Err)
			}
		}
	}
}

// A pipeline that is killed while all takers are full ends, and loses sight of nothing.
func TestBalanceKilled(t *testing.T) {
	var dead letters
	p := pipeline.New(pipeline.Config{Buffer: 1, DrainTimeout: time.Millisecond, DeadLetter: dead.add})
	ctx, cancel := context.WithCancel(t.Context())
	given, handled := 0, make(chan int, 2)
	source := pipeline.Source(p, func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for v, err := range forever(ctx) {
				if given++; !yield(v, err) {
					return
				}
			}
		}
	})
	for _, some := range pipeline.Balance(source, 2) {
		pipeline.ForEach(some, func(ctx context.Context, v int) error {
			handled <- v
			<-ctx.Done()
			return nil
		})
	}
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	<-handled
	<-handled
	for p.Edges()[0].Blocked == 0 { // the source waits, as all are full
		time.Sleep(time.Millisecond) // polls
	}
	cancel()
	var late *pipeline.DrainError
	if err := <-ended; !errors.As(err, &late) || len(late.Stuck) > 0 {
		t.Error(err)
	}
	if n := len(dead.items(t)); n+2 != given {
		t.Errorf("%d given, 2 handled, %d dead letters", given, n)
	}
}
