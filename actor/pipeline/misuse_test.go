package pipeline_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/pipeline"
)

// Mistakes in building a graph are returned by Run, with the name of the stage, and
// nothing runs.
func TestMisuse(t *testing.T) {
	drop := func(context.Context, int) error { return nil }
	tests := []struct {
		name  string
		build func(p *pipeline.Pipeline, s pipeline.Stream[int])
		want  []string
	}{
		{"nobody takes it", func(_ *pipeline.Pipeline, s pipeline.Stream[int]) {
			pipeline.Map(s, increment, pipeline.Name("last"))
		}, []string{"nobody takes what stage last gives"}},
		{"nobody takes a branch", func(_ *pipeline.Pipeline, s pipeline.Stream[int]) {
			pipeline.ForEach(pipeline.Broadcast(s, 2)[1], drop)
		}, []string{"nobody takes branch 0 of what stage broadcast#2 gives"}},
		{"two take it", func(_ *pipeline.Pipeline, s pipeline.Stream[int]) {
			pipeline.ForEach(s, drop)
			pipeline.ForEach(s, drop, pipeline.Fused(), pipeline.Name(""))
		}, []string{"stage foreach#3 takes a stream of source#1 that another stage takes"}},
		{"nil functions", func(p *pipeline.Pipeline, s pipeline.Stream[int]) {
			s = pipeline.Map[int, int](s, nil)
			s = pipeline.Filter(s, nil)
			s = pipeline.FlatMap[int, int](s, nil)
			s = pipeline.MapN[int, int](s, 1, nil)
			s = pipeline.MapUnordered[int, int](s, 1, nil)
			s = pipeline.Apply[int, int](s, nil)
			outs := pipeline.Partition[int, int](s, 1, nil)
			pipeline.ForEach(outs[0], nil)
			pipeline.Collect(pipeline.Source[int](p, nil), nil)
			pipeline.ForEach(pipeline.Values[int](p, nil), drop, nil)
		}, []string{"map#2: a nil", "filter#3: a nil", "flatmap#4: a nil", "mapn#5: a nil", "mapunordered#6: a nil", "apply#7: a nil",
			"partition#8: a nil", "foreach#9: a nil", "source#10: a nil", "collect#11: a nil", "source#12: a nil", "foreach#13: a nil Option"}},
		{"numbers", func(_ *pipeline.Pipeline, s pipeline.Stream[int]) {
			id := func(_ context.Context, v int) (int, error) { return v, nil }
			s = pipeline.MapN(s, 0, id)
			s = pipeline.MapUnordered(s, -1, id)
			s = pipeline.Partition(s, 0, func(v int) int { return v })[0]
			s = pipeline.Broadcast(s, pipeline.MaxParallel+1)[0]
			s = pipeline.Balance(s, -2)[0]
			batches := pipeline.Batch(s, 0, 0)
			windows := pipeline.Window(batches, time.Second, 2*time.Second)
			pipeline.ForEach(windows, func(context.Context, pipeline.Span[[]int]) error { return nil }, pipeline.Buffer(0))
		}, []string{"0 workers", "-1 workers", "0 branches", "65537 branches", "balance#6: -2 branches", "batches of 0", "windows of 1s every 2s", "Buffer(0)"}},
		{"policies", func(_ *pipeline.Pipeline, s pipeline.Stream[int]) {
			again := func(e actor.Exponential, then pipeline.Policy) pipeline.Option {
				return pipeline.OnError(pipeline.Retry(e, then))
			}
			s = pipeline.Map(s, increment, again(actor.Exponential{}, pipeline.Retry(actor.Exponential{}, pipeline.Skip())))
			s = pipeline.Map(s, increment, again(actor.Exponential{Tries: -1}, pipeline.Stop()))
			pipeline.ForEach(s, drop, again(actor.Exponential{Jitter: 2}, pipeline.Skip()), pipeline.Ready(nil))
		}, []string{"map#2: OnError: a Retry after a Retry", "map#3: OnError: a Retry with a negative", "foreach#4: OnError: a Retry with", "foreach#4: a nil function"}},
		{"not to be fused", func(p *pipeline.Pipeline, s pipeline.Stream[int]) {
			f := pipeline.Fused()
			other := pipeline.Balance(pipeline.Source(p, silent, f), 1, f)[0]
			s = pipeline.Merge([]pipeline.Stream[int]{s, other}, f)
			pipeline.ForEach(pipeline.Batch(s, 1, 0, f), func(context.Context, []int) error { return nil })
		}, []string{"Fused does not go with source", "Fused does not go with balance", "Fused does not go with merge", "Fused does not go with batch"}},
		{"another pipeline", func(p *pipeline.Pipeline, s pipeline.Stream[int]) {
			other := pipeline.Values(pipeline.New(pipeline.Config{}), upTo(1))
			pipeline.ForEach(pipeline.Merge([]pipeline.Stream[int]{s, other}), drop)
		}, []string{"takes a stream of another pipeline"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := pipeline.New(pipeline.Config{Name: "wrong"})
			ran := false
			s := pipeline.Source(p, func(context.Context) iter.Seq2[int, error] {
				ran = true
				return func(func(int, error) bool) {}
			})
			tt.build(p, s)
			err := p.Run(t.Context())
			if !errors.Is(err, pipeline.ErrGraph) || !strings.Contains(err.Error(), "pipeline wrong: ") {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\nis to say %q", err, want)
				}
			}
			if ran {
				t.Error("it ran")
			}
		})
	}
}

func TestMisuseOfPipelines(t *testing.T) {
	if err := pipeline.New(pipeline.Config{}).Run(t.Context()); !errors.Is(err, pipeline.ErrGraph) {
		t.Errorf("an empty graph: %v", err)
	}
	if err := pipeline.New(pipeline.Config{Buffer: -1}).Run(t.Context()); !errors.Is(err, pipeline.ErrGraph) || !strings.Contains(err.Error(), "Config.Buffer is -1") {
		t.Errorf("a negative buffer: %v", err)
	}
	twice := pipeline.Retry(actor.Exponential{}, pipeline.Retry(actor.Exponential{}, pipeline.Skip()))
	if err := pipeline.New(pipeline.Config{OnError: twice}).Run(t.Context()); !errors.Is(err, pipeline.ErrGraph) || !strings.Contains(err.Error(), "Config.OnError: a Retry after") {
		t.Errorf("a policy that makes no sense: %v", err)
	}
	p := pipeline.New(pipeline.Config{})
	pipeline.ForEach(pipeline.Values(p, upTo(1)), func(context.Context, int) error { return nil })
	run(t, p)
	if err := p.Run(t.Context()); !errors.Is(err, pipeline.ErrUsed) {
		t.Errorf("a second run: %v", err)
	}
	for name, f := range map[string]func(){
		"zero stream":      func() { pipeline.Map(pipeline.Stream[int]{}, increment) },
		"merge of nothing": func() { pipeline.Merge[int](nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
