package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/pipeline"
)

var errOdd = errors.New("odd")

// failing is a stage of one kind with a function that may fail.
type failing func(in pipeline.Stream[int], f func(int) (int, error), o ...pipeline.Option) pipeline.Stream[int]

var kinds = map[string]failing{
	"map": func(in pipeline.Stream[int], f func(int) (int, error), o ...pipeline.Option) pipeline.Stream[int] {
		return pipeline.Map(in, f, o...)
	},
	"fused": func(in pipeline.Stream[int], f func(int) (int, error), o ...pipeline.Option) pipeline.Stream[int] {
		return pipeline.Map(pipeline.Filter(in, func(int) bool { return true }), f, append(o, pipeline.Fused())...)
	},
	"flatmap": func(in pipeline.Stream[int], f func(int) (int, error), o ...pipeline.Option) pipeline.Stream[int] {
		return pipeline.FlatMap(in, func(v int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) { yield(f(v)) }
		}, o...)
	},
	"apply": func(in pipeline.Stream[int], f func(int) (int, error), o ...pipeline.Option) pipeline.Stream[int] {
		return pipeline.Apply(in, func(in iter.Seq2[int, error]) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for v, err := range in {
					if err == nil {
						v, err = f(v)
					}
					if !yield(v, err) {
						return
					}
				}
			}
		}, o...)
	},
	"apply that returns": func(in pipeline.Stream[int], f func(int) (int, error), o ...pipeline.Option) pipeline.Stream[int] {
		return pipeline.Apply(in, func(in iter.Seq2[int, error]) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for v, err := range in {
					if err == nil {
						v, err = f(v)
					}
					if !yield(v, err) || err != nil {
						return
					}
				}
			}
		}, o...)
	},
	"mapn": func(in pipeline.Stream[int], f func(int) (int, error), o ...pipeline.Option) pipeline.Stream[int] {
		return pipeline.MapN(in, 3, func(_ context.Context, v int) (int, error) { return f(v) }, o...)
	},
	"mapunordered": func(in pipeline.Stream[int], f func(int) (int, error), o ...pipeline.Option) pipeline.Stream[int] {
		return pipeline.MapUnordered(in, 3, func(_ context.Context, v int) (int, error) { return f(v) }, o...)
	},
}

// everyKind runs a test for each kind of stage, with errors and with panics.
func everyKind(t *testing.T, test func(t *testing.T, stage failing, fail func() (int, error))) {
	for name, stage := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Run("error", func(t *testing.T) { test(t, stage, func() (int, error) { return 0, errOdd }) })
			t.Run("panic", func(t *testing.T) { test(t, stage, func() (int, error) { panic(errOdd) }) })
		})
	}
}

// An item that fails is skipped, or a dead letter; the others pass, in order.
func TestSkipAndDeadLetter(t *testing.T) {
	const n = 500
	var even, odd []int
	for i := range n {
		if i%2 == 0 {
			even = append(even, i)
		} else {
			odd = append(odd, i)
		}
	}
	everyKind(t, func(t *testing.T, stage failing, fail func() (int, error)) {
		for _, policy := range []pipeline.Policy{pipeline.Skip(), pipeline.DeadLetter()} {
			var dead letters
			var failures atomic.Int64
			p := pipeline.New(pipeline.Config{Buffer: 20, DeadLetter: dead.add, OnFailure: func(stage string, err error) {
				if stage == "odd" && errors.Is(err, errOdd) {
					failures.Add(1)
				}
			}})
			out := stage(pipeline.Values(p, upTo(n)), func(v int) (int, error) {
				if v%2 == 1 {
					return fail()
				}
				return v, nil
			}, pipeline.OnError(policy), pipeline.Name("odd"))
			var got []int
			pipeline.Collect(out, &got)
			run(t, p)
			expect(t, "even numbers", sorted(got), even)
			all := statsOf(t, p, "odd")
			if all.Failures != n/2 || failures.Load() != n/2 {
				t.Errorf("%d failures, %d told of", all.Failures, failures.Load())
			}
			if policy == pipeline.Skip() {
				expect(t, "dead letters", dead.items(t), nil)
				if all.Skipped != n/2 {
					t.Errorf("%d skipped", all.Skipped)
				}
			} else {
				expect(t, "dead letters", dead.items(t), odd)
			}
		}
	})
}

func statsOf(t *testing.T, p *pipeline.Pipeline, name string) pipeline.StageStats {
	t.Helper()
	for _, s := range p.Stages() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no stage %s", name)
	return pipeline.StageStats{}
}

// An item is tried again, as often as it is said, with delays that grow; then what was
// to follow does.
func TestRetry(t *testing.T) {
	everyKind(t, func(t *testing.T, stage failing, fail func() (int, error)) {
		synctest.Test(t, func(t *testing.T) {
			var dead letters
			p := pipeline.New(pipeline.Config{DeadLetter: dead.add})
			tries := make([]atomic.Int64, 6)
			backoff := actor.Exponential{First: time.Second, Tries: 3}
			out := stage(pipeline.Values(p, upTo(6)), func(v int) (int, error) {
				if n := tries[v].Add(1); v == 2 || v == 4 && n < 3 {
					return fail()
				}
				return v, nil
			}, pipeline.OnError(pipeline.Retry(backoff, pipeline.DeadLetter())))
			var got []int
			pipeline.Collect(out, &got)
			begin := time.Now()
			run(t, p)
			expect(t, "items", sorted(got), []int{0, 1, 3, 4, 5})
			expect(t, "dead letters", dead.items(t), []int{2})
			for v, want := range []int64{1, 1, 4, 1, 3, 1} {
				if n := tries[v].Load(); n != want {
					t.Errorf("%d was tried %d times, want %d", v, n, want)
				}
			}
			if took := time.Since(begin); took < 7*time.Second || took > 10*time.Second {
				t.Errorf("took %v; want 1+2+4 s for the one and 1+2 s for the other", took)
			}
		})
	})
}

// A stage that fails for good ends the pipeline, whose sources are told, and
// whatever is under way is handled or a dead letter.
func TestStop(t *testing.T) {
	everyKind(t, func(t *testing.T, stage failing, fail func() (int, error)) {
		var dead letters
		p := pipeline.New(pipeline.Config{Name: "sums", DeadLetter: dead.add, Buffer: 10})
		given := 0
		source := pipeline.Source(p, func(ctx context.Context) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for v, err := range forever(ctx) {
					given++
					if !yield(v, err) {
						return
					}
				}
			}
		})
		out := stage(source, func(v int) (int, error) {
			if v == 100 {
				return fail()
			}
			return v, nil
		}, pipeline.Name("odd"))
		var got []int
		pipeline.Collect(out, &got)
		err := p.Run(t.Context())
		failed, ok := errors.AsType[*pipeline.StageError](err)
		if !ok || failed.Stage != "odd" || !errors.Is(err, errOdd) || !strings.HasPrefix(err.Error(), "pipeline sums: stage odd: ") {
			t.Fatal(err)
		}
		all := append(dead.items(t), got...)
		expect(t, "all items", sorted(all), slices.Collect(upTo(given)))
		if !slices.Contains(dead.items(t), 100) || len(got) < 90 {
			t.Errorf("%d handled", len(got))
		}
	})
}

// A source that fails is opened again, or has ended.
func TestSourceFails(t *testing.T) {
	for name, fail := range map[string]func(yield func(int, error) bool) bool{
		"error": func(yield func(int, error) bool) bool { return yield(0, errOdd) },
		"panic": func(func(int, error) bool) bool { panic(errOdd) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, tt := range []struct {
				policy  pipeline.Policy
				want    []int
				err     error
				letters int
			}{
				{pipeline.Stop(), []int{10}, errOdd, 1},
				{pipeline.Skip(), []int{10}, nil, 0},
				{pipeline.DeadLetter(), []int{10}, nil, 1},
				{pipeline.Retry(actor.Exponential{Tries: 5}, pipeline.Stop()), []int{10, 20, 30}, nil, 0},
				{pipeline.Retry(actor.Exponential{Tries: 1}, pipeline.Stop()), []int{10, 20, 30}, nil, 0},
			} {
				var dead letters
				p := pipeline.New(pipeline.Config{DeadLetter: dead.add})
				opened := 0
				source := pipeline.Source(p, func(context.Context) iter.Seq2[int, error] {
					opened++
					return func(yield func(int, error) bool) {
						if yield(opened*10, nil) && opened < 3 {
							fail(yield)
						}
					}
				}, pipeline.OnError(tt.policy))
				var got []int
				pipeline.Collect(source, &got)
				if err := p.Run(t.Context()); !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
					t.Errorf("%+v: %v", tt.policy, err)
				}
				expect(t, fmt.Sprint(tt.policy), got, tt.want)
				if len(dead.all) != tt.letters {
					t.Errorf("%+v: %d dead letters", tt.policy, len(dead.all))
				}
			}
		})
	}
}
