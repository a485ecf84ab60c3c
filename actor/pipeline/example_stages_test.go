package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
)

// A source may wait, as for a socket or a clock, until it is told to end.
func ExampleSource() {
	p := pipeline.New(pipeline.Config{})
	ctx, cancel := context.WithCancel(context.Background())
	ticks := pipeline.Source(p, func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := 0; ; i++ {
				select {
				case <-time.After(time.Millisecond):
				case <-ctx.Done():
					return
				}
				if !yield(i, nil) {
					return
				}
			}
		}
	})
	pipeline.ForEach(ticks, func(_ context.Context, i int) error {
		if i == 3 {
			cancel() // the source is told, and what it has given is worked off
		}
		return nil
	})
	fmt.Println(p.Run(ctx))
	// Output: pipeline pipeline: context canceled
}

// Items are changed, sorted out, and multiplied.
func ExampleMap() {
	p := pipeline.New(pipeline.Config{})
	odd := pipeline.Filter(pipeline.Values(p, upTo(6)), func(v int) bool { return v%2 == 1 })
	squares := pipeline.Map(odd, func(v int) (int, error) { return v * v, nil })
	twice := pipeline.FlatMap(squares, func(v int) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			_ = yield(fmt.Sprint(v), nil) && yield(fmt.Sprint(-v), nil)
		}
	})
	var got []string
	pipeline.Collect(twice, &got)
	fmt.Println(p.Run(context.Background()), got)
	// Output: <nil> [1 -1 9 -9 25 -25]
}

// Results are given as they come; a fast one does not wait for a slow one.
func ExampleMapUnordered() {
	p := pipeline.New(pipeline.Config{})
	slow := make(chan struct{})
	out := pipeline.MapUnordered(pipeline.Values(p, upTo(2)), 2, func(_ context.Context, v int) (int, error) {
		if v == 0 {
			<-slow
		}
		return v, nil
	})
	pipeline.ForEach(out, func(_ context.Context, v int) error {
		fmt.Println(v)
		if v == 1 {
			close(slow)
		}
		return nil
	})
	fmt.Println(p.Run(context.Background()))
	// Output:
	// 1
	// 0
	// <nil>
}

// A stage that has something to remember from item to item runs twice: each item goes to the one that
// has less to do.
func ExampleBalance() {
	p := pipeline.New(pipeline.Config{})
	count := func(in iter.Seq2[string, error]) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			n := 0
			for _, err := range in {
				if err != nil {
					yield(0, err)
					return
				}
				n++
			}
			yield(n, nil)
		}
	}
	var counts []pipeline.Stream[int]
	words := pipeline.Values(p, slices.Values([]string{"to", "be", "or", "not"}))
	for _, some := range pipeline.Balance(words, 2) {
		counts = append(counts, pipeline.Apply(some, count, pipeline.Buffer(1)))
	}
	sum := 0
	pipeline.ForEach(pipeline.Merge(counts), func(_ context.Context, n int) error {
		sum += n
		return nil
	})
	fmt.Println(p.Run(context.Background()), sum)
	// Output: <nil> 4
}

// Every item goes to each of several stages, and what they make of it is joined.
func ExampleBroadcast() {
	p := pipeline.New(pipeline.Config{})
	outs := pipeline.Broadcast(pipeline.Values(p, upTo(3)), 2)
	plus := pipeline.Map(outs[0], func(v int) (int, error) { return v + 100, nil })
	both := pipeline.Merge([]pipeline.Stream[int]{plus, outs[1]})
	var got []int
	pipeline.Collect(both, &got)
	err := p.Run(context.Background())
	slices.Sort(got)
	fmt.Println(err, got)
	// Output: <nil> [0 1 2 100 101 102]
}

// Items are counted by the time in which they came.
func ExampleWindow() {
	p := pipeline.New(pipeline.Config{})
	items := pipeline.Values(p, upTo(5))
	pipeline.ForEach(pipeline.Window(items, time.Hour, time.Hour), func(_ context.Context, s pipeline.Span[int]) error {
		fmt.Println(len(s.Items), "in", s.End.Sub(s.Start))
		return nil
	})
	fmt.Println(p.Run(context.Background()))
	// Output:
	// 5 in 1h0m0s
	// <nil>
}

// What becomes of an item that a stage fails on is its policy: here two stages skip theirs, the one,
// and put them aside, the other.
func ExampleOnError() {
	p := pipeline.New(pipeline.Config{
		DeadLetter: func(l pipeline.Letter) { fmt.Printf("%s: %v: %v\n", l.Stage, l.Item, l.Err) },
	})
	fails := func(on int) func(int) (int, error) {
		return func(v int) (int, error) {
			if v == on {
				return 0, errors.New("not this one")
			}
			return v, nil
		}
	}
	s := pipeline.Map(pipeline.Values(p, upTo(4)), fails(1), pipeline.OnError(pipeline.Skip()))
	s = pipeline.Map(s, fails(2), pipeline.Name("second"), pipeline.OnError(pipeline.DeadLetter()))
	var got []int
	pipeline.Collect(s, &got)
	fmt.Println(p.Run(context.Background()), got, p.Stages()[1].Skipped)
	// Output:
	// second: 2: not this one
	// <nil> [0 3] 1
}

// A stage that never returns is named when the pipeline does not drain.
func ExampleDrainError() {
	p := pipeline.New(pipeline.Config{DrainTimeout: time.Millisecond, KillGrace: time.Millisecond})
	release := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	pipeline.ForEach(pipeline.Values(p, upTo(1)), func(context.Context, int) error {
		cancel()
		<-release // and does not look at its context
		return nil
	}, pipeline.Name("store"))
	err := p.Run(ctx)
	if late, ok := errors.AsType[*pipeline.DrainError](err); ok {
		fmt.Println("stuck:", late.Stuck)
	}
	close(release)
	// Output: stuck: [store]
}

// How it stands with each edge is known at any time.
func ExamplePipeline_Dump() {
	p := pipeline.New(pipeline.Config{Buffer: 16})
	texts := pipeline.Values(p, slices.Values([]string{"a", "b"}), pipeline.Name("read"))
	pipeline.ForEach(texts, func(context.Context, string) error { return nil }, pipeline.Name("store"))
	fmt.Println(p.Run(context.Background()))
	p.Dump(os.Stdout)
	// Output:
	// <nil>
	// read -> store: 2 passed, 0 of 16 waiting
}

// A stage takes and gives as it likes, here two at a time.
func ExampleExchange() {
	p := pipeline.New(pipeline.Config{})
	pairs := pipeline.Exchange(pipeline.Values(p, upTo(4)), func(ctx context.Context, port pipeline.Port[int, [2]int]) error {
		for {
			a, more := port.Take(ctx)
			if !more {
				return nil
			}
			b, _ := port.Take(ctx)
			if err := port.Give(ctx, [2]int{a, b}); err != nil {
				return err
			}
		}
	})
	var got [][2]int
	pipeline.Collect(pairs, &got)
	fmt.Println(p.Run(context.Background()), got)
	// Output: <nil> [[0 1] [2 3]]
}

// Two pipelines are joined by what is outside of them, here a channel.
func ExampleOutflow() {
	between := make(chan int)
	first, second := pipeline.New(pipeline.Config{}), pipeline.New(pipeline.Config{})
	pipeline.Outflow(pipeline.Values(first, upTo(3)), func(ctx context.Context, port pipeline.Port[int, pipeline.None]) error {
		defer close(between)
		for {
			v, more := port.Take(ctx)
			if !more {
				return nil
			}
			between <- v
		}
	})
	in := pipeline.Inflow(second, func(ctx context.Context, port pipeline.Port[pipeline.None, int]) error {
		for v := range between {
			if err := port.Give(ctx, v); err != nil {
				return err
			}
		}
		return nil
	})
	var got []int
	pipeline.Collect(in, &got)
	ended := make(chan error, 1)
	go func() { ended <- first.Run(context.Background()) }()
	fmt.Println(second.Run(context.Background()), <-ended, got)
	// Output: <nil> <nil> [0 1 2]
}
