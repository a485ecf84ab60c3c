package pipeline_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/actor/pipeline"
)

// parts is a graph of two that a channel joins, for the roles left and right.
func parts(p *pipeline.Pipeline, between chan int, got *[]int) {
	left := pipeline.Map(pipeline.Values(p, upTo(100), pipeline.Role("left")), increment)
	pipeline.Outflow(left, func(ctx context.Context, port pipeline.Port[int, pipeline.None]) error {
		defer close(between)
		for {
			v, ok := port.Take(ctx)
			if !ok {
				return port.Cause()
			}
			between <- v
		}
	}, pipeline.Name("out"))
	right := pipeline.Inflow(p, func(ctx context.Context, port pipeline.Port[pipeline.None, int]) error {
		for v := range between {
			if err := port.Give(ctx, v-1); err != nil {
				return err
			}
		}
		return nil
	}, pipeline.Name("in"))
	pipeline.Collect(pipeline.Filter(right, func(int) bool { return true }, pipeline.Fused()), got, pipeline.Role("right"), pipeline.Name("end"))
}

// A part of a graph is run alone, and all of it as well.
func TestOnly(t *testing.T) {
	want := slices.Collect(upTo(100))
	var got []int
	p := pipeline.New(pipeline.Config{})
	parts(p, make(chan int), &got)
	run(t, p)
	expect(t, "all", got, want)

	got = nil
	between := make(chan int)
	left, right := pipeline.New(pipeline.Config{}), pipeline.New(pipeline.Config{})
	parts(left, between, new([]int))
	parts(right, between, &got)
	if err := errors.Join(left.Only("left"), right.Only("right")); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- left.Run(t.Context()) }()
	run(t, right)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	expect(t, "apart", got, want)
	if l, r := len(left.Stages()), len(right.Stages()); l != 3 || r != 3 {
		t.Errorf("%d and %d stages", l, r)
	}
	if l, r := len(left.Edges()), len(right.Edges()); l != 2 || r != 1 {
		t.Errorf("%d and %d edges", l, r)
	}
}

func TestOnlyRefuses(t *testing.T) {
	for _, tt := range []struct {
		role  string
		build func(p *pipeline.Pipeline, s pipeline.Stream[int])
		want  string
	}{
		{"x", func(*pipeline.Pipeline, pipeline.Stream[int]) {}, `no stage is for the role "x"; there are a`},
		{"a", func(p *pipeline.Pipeline, _ pipeline.Stream[int]) {
			pipeline.Values(p, upTo(1), pipeline.Name("stray"))
		}, "stage stray is for no role, and joined with none that is"},
		{"a", func(_ *pipeline.Pipeline, s pipeline.Stream[int]) {
			pipeline.Map(s, increment, pipeline.Name("next"), pipeline.Role("b"))
		}, `stage next is for the role "b", and joined with first, which is for "a"`},
	} {
		p := pipeline.New(pipeline.Config{Name: "p"})
		tt.build(p, pipeline.Values(p, upTo(1), pipeline.Role("a"), pipeline.Name("first")))
		if err := p.Only(tt.role); !errors.Is(err, pipeline.ErrGraph) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v\nis to say %q", err, tt.want)
		}
	}
}

// An Inflow is told why it is to end.
func TestToldWhy(t *testing.T) {
	for how, want := range map[string]error{"cancelled": pipeline.ErrDraining, "not wanted": pipeline.ErrEnded} {
		ctx, cancel := context.WithCancelCause(t.Context())
		p := pipeline.New(pipeline.Config{})
		var told, cause error
		s := pipeline.Inflow(p, func(ctx context.Context, port pipeline.Port[pipeline.None, int]) error {
			if how == "cancelled" {
				cancel(errEnough)
			} else if err := port.Give(ctx, 1); err != nil {
				return err
			}
			<-port.Told().Done()
			told, cause = context.Cause(port.Told()), port.Cause()
			return nil
		})
		first := pipeline.Apply(s, func(in iter.Seq2[int, error]) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for v, err := range in {
					yield(v, err)
					return
				}
			}
		})
		pipeline.ForEach(first, func(context.Context, int) error { return nil })
		err := p.Run(ctx)
		if !errors.Is(told, want) || !errors.Is(err, cause) || (cause == nil) != (how == "not wanted") {
			t.Errorf("%s: told %v, cause %v, error %v", how, told, cause, err)
		}
		cancel(nil)
	}
}

// What a stage needs before anything runs is asked of those that are to run.
func TestReady(t *testing.T) {
	var asked []string
	ready := func(name string, err error) pipeline.Option {
		return pipeline.Ready(func() error { asked = append(asked, name); return err })
	}
	build := func(err error) *pipeline.Pipeline {
		asked = nil
		p := pipeline.New(pipeline.Config{})
		var got []int
		pipeline.Collect(pipeline.Values(p, upTo(1), ready("a", nil), pipeline.Role("x")), &got, ready("b", err), pipeline.Name("b"))
		pipeline.Collect(pipeline.Values(p, upTo(1), ready("c", nil), pipeline.Role("y")), &got)
		return p
	}
	p := build(errOdd)
	err := p.Run(t.Context())
	if failed, is := errors.AsType[*pipeline.StageError](err); !is || failed.Stage != "b" || !errors.Is(err, errOdd) || p.Edges()[0].Written != 0 {
		t.Error(err)
	}
	p = build(nil)
	if err := p.Only("x"); err != nil {
		t.Fatal(err)
	}
	run(t, p)
	expect(t, "asked", asked, []string{"a", "b"})
}
