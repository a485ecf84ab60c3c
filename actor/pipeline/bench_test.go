package pipeline_test

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"testing"

	"github.com/zeroactor/zmq/actor/pipeline"
)

// stages is the length of the pipelines that are measured.
const stages = 100

func count(n int) func(context.Context) iter.Seq2[int, error] {
	return func(context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if !yield(i, nil) {
					return
				}
			}
		}
	}
}

func increment(v int) (int, error) { return v + 1, nil }

func benchmarkMaps(b *testing.B, stages int, opts ...pipeline.Option) {
	b.ReportAllocs()
	p := pipeline.New(pipeline.Config{})
	s := pipeline.Source(p, count(b.N))
	for range stages {
		s = pipeline.Map(s, increment, opts...)
	}
	sum := 0
	pipeline.ForEach(s, func(_ context.Context, v int) error { sum += v; return nil })
	if err := p.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
	if want := b.N * (b.N - 1 + 2*stages) / 2; sum != want {
		b.Errorf("the sum is %d, want %d", sum, want)
	}
}

// BenchmarkStages passes a message through a hundred stages, each an actor.
func BenchmarkStages(b *testing.B) { benchmarkMaps(b, stages) }

// BenchmarkFused compares short chains with and without edges in them.
func BenchmarkFused(b *testing.B) {
	for _, stages := range []int{1, 4, 16, 100} {
		b.Run(fmt.Sprint("edges/", stages), func(b *testing.B) { benchmarkMaps(b, stages) })
		b.Run(fmt.Sprint("fused/", stages), func(b *testing.B) { benchmarkMaps(b, stages, pipeline.Fused()) })
	}
}

// BenchmarkStagesApply does so with functions from sequence to sequence.
func BenchmarkStagesApply(b *testing.B) {
	b.ReportAllocs()
	p := pipeline.New(pipeline.Config{})
	s := pipeline.Source(p, count(b.N))
	for range stages {
		s = pipeline.Apply(s, func(in iter.Seq2[int, error]) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for v, err := range in {
					if !yield(v+1, err) {
						return
					}
				}
			}
		})
	}
	pipeline.ForEach(s, func(context.Context, int) error { return nil })
	if err := p.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkStagesOfChannels does so with goroutines and channels.
func BenchmarkStagesOfChannels(b *testing.B) {
	b.ReportAllocs()
	links := make([]chan int, stages+1)
	for i := range links {
		links[i] = make(chan int, 1024)
	}
	var all sync.WaitGroup
	for i := range stages {
		all.Go(func() {
			for v := range links[i] {
				links[i+1] <- v + 1
			}
			close(links[i+1])
		})
	}
	all.Go(func() {
		for i := range b.N {
			links[0] <- i
		}
		close(links[0])
	})
	for range links[stages] {
	}
	all.Wait()
}

// BenchmarkParallel gives items to workers that do nothing.
func BenchmarkParallel(b *testing.B) {
	nothing := func(_ context.Context, v int) (int, error) { return v, nil }
	for _, n := range []int{1, 2, 8} {
		b.Run(fmt.Sprint("ordered/", n), func(b *testing.B) {
			b.ReportAllocs()
			p := pipeline.New(pipeline.Config{})
			s := pipeline.MapN(pipeline.Source(p, count(b.N)), n, nothing)
			pipeline.ForEach(s, func(context.Context, int) error { return nil })
			if err := p.Run(b.Context()); err != nil {
				b.Fatal(err)
			}
		})
		b.Run(fmt.Sprint("unordered/", n), func(b *testing.B) {
			b.ReportAllocs()
			p := pipeline.New(pipeline.Config{})
			s := pipeline.MapUnordered(pipeline.Source(p, count(b.N)), n, nothing)
			pipeline.ForEach(s, func(context.Context, int) error { return nil })
			if err := p.Run(b.Context()); err != nil {
				b.Fatal(err)
			}
		})
	}
}
