package pipeline_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
)

// A function with a goroutine that takes and one that gives, and a policy for what it
// fails on.
func TestExchange(t *testing.T) {
	const n = 3000
	var dead letters
	p := pipeline.New(pipeline.Config{Buffer: 9, DeadLetter: dead.add, OnError: pipeline.DeadLetter()})
	out := pipeline.Exchange(pipeline.Values(p, upTo(n)), func(ctx context.Context, port pipeline.Port[int, int]) error {
		queue := make(chan int, 50)
		go func() {
			defer close(queue)
			for {
				v, ok := port.Take(ctx)
				if !ok {
					return
				}
				queue <- v
			}
		}()
		var failed error
		for v := range queue {
			switch {
			case v%10 == 3:
				failed = errors.Join(failed, port.Failed(ctx, v, errOdd))
			case v%10 == 4:
				port.Dead(v, errEnough)
			default:
				failed = errors.Join(failed, port.Give(ctx, v))
			}
		}
		return failed
	}, pipeline.Name("x"))
	var got []int
	pipeline.Collect(out, &got)
	run(t, p)
	if !slices.IsSorted(got) {
		t.Error("not in order")
	}
	expect(t, "all items", sorted(append(dead.items(t), got...)), slices.Collect(upTo(n)))
	if s := statsOf(t, p, "x"); len(got) != n*8/10 || s.Failures != n/10 || s.DeadLetters != n/5 {
		t.Errorf("%d items, %+v", len(got), s)
	}
}

// An exchange that fails, by an error or a panic, ends the pipeline.
func TestExchangeFails(t *testing.T) {
	for name, f := range map[string]func(context.Context, pipeline.Port[int, int]) error{
		"error":  func(context.Context, pipeline.Port[int, int]) error { return errOdd },
		"panic":  func(context.Context, pipeline.Port[int, int]) error { panic(errOdd) },
		"policy": func(ctx context.Context, port pipeline.Port[int, int]) error { return port.Failed(ctx, -1, errOdd) },
	} {
		t.Run(name, func(t *testing.T) {
			p := pipeline.New(pipeline.Config{Buffer: 4})
			out := pipeline.Exchange(pipeline.Source(p, forever), f, pipeline.Name("x"))
			pipeline.ForEach(out, func(context.Context, int) error { return nil })
			err := p.Run(t.Context())
			if failed, ok := errors.AsType[*pipeline.StageError](err); !ok || failed.Stage != "x" || !errors.Is(err, errOdd) {
				t.Error(err)
			}
			if n := strings.Count(err.Error(), "stage x"); n != 1 {
				t.Errorf("it is told of %d times: %v", n, err)
			}
		})
	}
}

// An exchange that waits is woken when the pipeline is killed.
func TestExchangeKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errEnough)
		defer cancel()
		var dead letters
		p := pipeline.New(pipeline.Config{Buffer: 4, DrainTimeout: time.Second, DeadLetter: dead.add})
		out := pipeline.Exchange(pipeline.Values(p, upTo(10)), func(ctx context.Context, port pipeline.Port[int, int]) error {
			v, _ := port.Take(ctx)
			<-ctx.Done()
			port.Dead(v, context.Cause(ctx))
			return nil
		}, pipeline.Name("x"))
		pipeline.ForEach(out, func(context.Context, int) error { return nil })
		late, ok := errors.AsType[*pipeline.DrainError](p.Run(ctx))
		if !ok || !slices.Contains(late.Stages, "x") || len(late.Stuck) != 0 {
			t.Fatalf("%+v", late)
		}
		items := dead.items(t)
		expect(t, "dead letters", items, slices.Collect(upTo(len(items))))
		if len(items) < 5 {
			t.Errorf("%d dead letters", len(items))
		}
	})
}
