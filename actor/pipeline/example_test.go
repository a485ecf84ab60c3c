package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/pipeline"
)

// Words are counted: a source, a stage that gives several items for one, a filter, and a
// sink.
func Example() {
	p := pipeline.New(pipeline.Config{Name: "words"})
	lines := pipeline.Values(p, slices.Values([]string{"to be, or not to be,", "that is the question"}))
	words := pipeline.FlatMap(lines, func(line string) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for word := range strings.FieldsSeq(line) {
				if !yield(strings.Trim(word, ",."), nil) {
					return
				}
			}
		}
	})
	short := pipeline.Filter(words, func(w string) bool { return len(w) <= 3 })
	counts := make(map[string]int)
	pipeline.ForEach(short, func(_ context.Context, w string) error { counts[w]++; return nil })
	fmt.Println(p.Run(context.Background()))
	fmt.Println(counts)
	// Output:
	// <nil>
	// map[be:2 is:1 not:1 or:1 the:1 to:2]
}

// A stage may be any function from sequence to sequence, here one with a memory.
func ExampleApply() {
	p := pipeline.New(pipeline.Config{})
	numbers := pipeline.Values(p, slices.Values([]int{1, 1, 2, 2, 2, 3, 1}))
	changes := pipeline.Apply(numbers, func(in iter.Seq2[int, error]) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			last := 0
			for v, err := range in {
				if err == nil && v == last {
					continue
				}
				if last = v; !yield(v, err) {
					return
				}
			}
		}
	})
	var got []int
	pipeline.Collect(changes, &got)
	fmt.Println(p.Run(context.Background()), got)
	// Output: <nil> [1 2 3 1]
}

// What fails is tried again, with growing delays, and then put aside.
func ExampleRetry() {
	p := pipeline.New(pipeline.Config{
		DeadLetter: func(l pipeline.Letter) { fmt.Printf("%s cannot take %q: %v\n", l.Stage, l.Item, l.Err) },
	})
	texts := pipeline.Values(p, slices.Values([]string{"1", "two", "3"}))
	backoff := actor.Exponential{First: time.Microsecond, Tries: 2}
	numbers := pipeline.Map(texts, func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		return n, errors.Unwrap(err)
	}, pipeline.Name("parse"), pipeline.OnError(pipeline.Retry(backoff, pipeline.DeadLetter())))
	pipeline.ForEach(numbers, func(_ context.Context, n int) error { fmt.Println(n); return nil })
	fmt.Println(p.Run(context.Background()))
	fmt.Println(p.Stages()[1].Retries, "retries")
	// Unordered output:
	// 1
	// parse cannot take "two": invalid syntax
	// 3
	// <nil>
	// 2 retries
}

// Work that waits is done by several workers, and given in order.
func ExampleMapN() {
	p := pipeline.New(pipeline.Config{})
	delays := pipeline.Values(p, slices.Values([]time.Duration{3, 1, 2}))
	waited := pipeline.MapN(delays, 3, func(ctx context.Context, d time.Duration) (time.Duration, error) {
		select {
		case <-time.After(d * time.Millisecond):
			return d, nil
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	})
	var got []time.Duration
	pipeline.Collect(waited, &got)
	fmt.Println(p.Run(context.Background()), got)
	// Output: <nil> [3ns 1ns 2ns]
}

// A stream is divided by a key, and joined again.
func ExamplePartition() {
	p := pipeline.New(pipeline.Config{})
	visits := pipeline.Values(p, slices.Values([]string{"ann", "bob", "ann", "eve", "ann"}))
	branches := pipeline.Partition(visits, 4, func(name string) string { return name })
	for i, branch := range branches {
		count := make(map[string]int) // of this branch alone: each name is on one
		branches[i] = pipeline.Map(branch, func(name string) (string, error) {
			count[name]++
			return fmt.Sprint(name, " ", count[name]), nil
		})
	}
	var got []string
	pipeline.Collect(pipeline.Merge(branches), &got)
	err := p.Run(context.Background())
	slices.Sort(got)
	fmt.Println(err, got)
	// Output: <nil> [ann 1 ann 2 ann 3 bob 1 eve 1]
}

// Items are written by the dozen, or after a second at the latest.
func ExampleBatch() {
	p := pipeline.New(pipeline.Config{})
	items := pipeline.Values(p, upTo(30))
	pipeline.ForEach(pipeline.Batch(items, 12, time.Second), func(_ context.Context, batch []int) error {
		fmt.Println(len(batch))
		return nil
	})
	fmt.Println(p.Run(context.Background()))
	// Output:
	// 12
	// 12
	// 6
	// <nil>
}
