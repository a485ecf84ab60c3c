package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
)

// What stages give, in order.
func TestStages(t *testing.T) {
	const n = 1000
	p := pipeline.New(pipeline.Config{Buffer: 7})
	numbers := pipeline.Values(p, upTo(n))
	even := pipeline.Filter(numbers, func(v int) bool { return v%2 == 0 })
	twice := pipeline.FlatMap(even, func(v int) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) { _ = yield(v, nil) && yield(v+1, nil) }
	})
	text := pipeline.Map(twice, func(v int) (string, error) { return fmt.Sprint(v), nil })
	var got []string
	pipeline.Collect(text, &got)
	run(t, p)
	var want []string
	for i := range n {
		want = append(want, fmt.Sprint(i))
	}
	expect(t, "strings", got, want)
}

// A function from sequence to sequence may do as it likes.
func TestApply(t *testing.T) {
	sums := func(in iter.Seq2[int, error]) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			sum, n := 0, 0
			for v, err := range in {
				if err != nil {
					yield(0, err)
					return
				}
				if sum, n = sum+v, n+1; n == 3 {
					if !yield(sum, nil) {
						return
					}
					sum, n = 0, 0
				}
			}
			yield(sum, nil)
		}
	}
	p := pipeline.New(pipeline.Config{Buffer: 2})
	var got []int
	pipeline.Collect(pipeline.Apply(pipeline.Values(p, upTo(10)), sums), &got)
	run(t, p)
	expect(t, "sums", got, []int{3, 12, 21, 9})
}

// A function that wants no more ends the pipeline, also where the source is
// silent or without end, and what it did not want is a dead letter.
func TestApplyEndsEarly(t *testing.T) {
	first := func(n int) pipeline.Func[int, int] {
		return func(in iter.Seq2[int, error]) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				if n == 0 {
					return
				}
				left := n
				for v, err := range in {
					if left--; !yield(v, err) || left == 0 {
						return
					}
				}
			}
		}
	}
	for name, open := range map[string]func(context.Context) iter.Seq2[int, error]{"forever": forever, "silent": silent} {
		t.Run(name, func(t *testing.T) {
			var dead letters
			taken := 0
			p := pipeline.New(pipeline.Config{Buffer: 3, DeadLetter: dead.add})
			source := pipeline.Source(p, func(ctx context.Context) iter.Seq2[int, error] {
				return func(yield func(int, error) bool) {
					for v, err := range open(ctx) {
						if err == nil {
							taken++
						}
						if !yield(v, err) {
							return
						}
					}
				}
			})
			wanted := 5
			if name == "silent" {
				wanted = 0
			}
			through := pipeline.Map(source, increment)
			var got []int
			pipeline.Collect(pipeline.Apply(through, first(wanted)), &got)
			run(t, p)
			expect(t, "wanted", got, []int{1, 2, 3, 4, 5}[:wanted])
			if unwanted := dead.items(t); len(unwanted)+len(got) != taken {
				t.Errorf("%d given, %d handled, %d dead letters", taken, len(got), len(unwanted))
			}
			for _, m := range dead.all {
				if !errors.Is(m.Err, pipeline.ErrEnded) {
					t.Errorf("dead for another reason: %v", m.Err)
				}
			}
		})
	}
}

// Batches are whole, but for the last one.
func TestBatchByCount(t *testing.T) {
	p := pipeline.New(pipeline.Config{Buffer: 5})
	var got [][]int
	pipeline.Collect(pipeline.Batch(pipeline.Values(p, upTo(10)), 4, 0), &got)
	run(t, p)
	if want := "[[0 1 2 3] [4 5 6 7] [8 9]]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// at yields numbers, each at its time.
func at(times ...time.Duration) func(context.Context) iter.Seq2[int, error] {
	return func(context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			begin := time.Now()
			for i, at := range times {
				time.Sleep(time.Until(begin.Add(at))) // in virtual time
				if !yield(i, nil) {
					return
				}
			}
		}
	}
}

// A batch is given when its first item has waited long enough, even if nothing
// more comes.
func TestBatchByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pipeline.New(pipeline.Config{})
		source := pipeline.Source(p, at(0, 1*time.Second, 9*time.Second, 10500*time.Millisecond, 30*time.Second, 30*time.Second, 30*time.Second, 31*time.Second))
		begin := time.Now()
		var got []string
		pipeline.ForEach(pipeline.Batch(source, 3, 10*time.Second), func(_ context.Context, b []int) error {
			got = append(got, fmt.Sprint(time.Since(begin), b))
			return nil
		})
		run(t, p)
		expect(t, "batches", got, []string{"9s [0 1 2]", "20.5s [3]", "30s [4 5 6]", "31s [7]"})
	})
}

// Windows one after the other, and windows that overlap.
func TestWindow(t *testing.T) {
	for _, tt := range []struct {
		length, step time.Duration
		want         []string
	}{
		{10 * time.Second, 10 * time.Second, []string{"0s-10s at 10s [0 1]", "10s-20s at 20s [2 3]", "40s-50s at 47s [4 5]"}},
		{20 * time.Second, 10 * time.Second, []string{
			"0s-20s at 20s [0 1 2 3]", "10s-30s at 30s [2 3]", "30s-50s at 47s [4 5]", "40s-1m0s at 47s [4 5]",
		}},
	} {
		t.Run(fmt.Sprint(tt.length, tt.step), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pipeline.New(pipeline.Config{})
				source := pipeline.Source(p, at(0, 3*time.Second, 12*time.Second, 18*time.Second, 45*time.Second, 47*time.Second))
				begin := time.Now()
				var got []string
				pipeline.ForEach(pipeline.Window(source, tt.length, tt.step), func(_ context.Context, s pipeline.Span[int]) error {
					got = append(got, fmt.Sprintf("%v-%v at %v %v", s.Start.Sub(begin), s.End.Sub(begin), time.Since(begin), s.Items))
					return nil
				})
				run(t, p)
				expect(t, "windows", got, tt.want)
			})
		})
	}
}

// Workers take the next item as soon as they are free, and results come in order
// or as they are.
func TestParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		work := func(ctx context.Context, v int) (int, error) {
			time.Sleep(time.Duration(10-v%10) * time.Second)
			return v, nil
		}
		begin := time.Now()
		p := pipeline.New(pipeline.Config{Buffer: 4})
		outs := pipeline.Broadcast(pipeline.Values(p, upTo(200)), 2)
		var inOrder, asTheyAre []int
		pipeline.Collect(pipeline.MapN(outs[0], 20, work), &inOrder)
		pipeline.Collect(pipeline.MapUnordered(outs[1], 20, work), &asTheyAre)
		run(t, p)
		want := slices.Collect(upTo(200))
		expect(t, "in order", inOrder, want)
		expect(t, "sorted", sorted(asTheyAre), want)
		if slices.IsSorted(asTheyAre) {
			t.Error("the fast ones waited for the slow ones")
		}
		if took := time.Since(begin); took > 100*time.Second {
			t.Errorf("took %v: the workers did not share the work", took)
		}
	})
}

// Items with one key stay in order, on one branch; every item is on one.
func TestPartition(t *testing.T) {
	const branches, keys, n = 4, 50, 5000
	p := pipeline.New(pipeline.Config{Buffer: 16})
	outs := pipeline.Partition(pipeline.Values(p, upTo(n)), branches, func(v int) int { return v % keys })
	got := make([][]int, branches)
	for i, out := range outs {
		pipeline.Collect(out, &got[i])
	}
	run(t, p)
	all := 0
	branchOf := make(map[int]int)
	for i, items := range got {
		if !slices.IsSorted(items) {
			t.Errorf("branch %d is not in order", i)
		}
		for _, v := range items {
			if b, known := branchOf[v%keys]; known && b != i {
				t.Errorf("key %d is on branches %d and %d", v%keys, b, i)
			}
			branchOf[v%keys] = i
		}
		all += len(items)
	}
	if all != n {
		t.Errorf("%d items, want %d", all, n)
	}
}

// What is divided and joined again is whole, each part of it in order.
func TestBroadcastMerge(t *testing.T) {
	const n = 3000
	p := pipeline.New(pipeline.Config{Buffer: 5})
	outs := pipeline.Broadcast(pipeline.Values(p, upTo(n)), 3)
	for i := range outs {
		outs[i] = pipeline.Map(outs[i], func(v int) (int, error) { return v*3 + i, nil })
	}
	var got []int
	pipeline.Collect(pipeline.Merge(outs), &got)
	run(t, p)
	last := [3]int{-1, -1, -1}
	for _, v := range got {
		if v <= last[v%3] {
			t.Fatalf("%d after %d", v, last[v%3])
		}
		last[v%3] = v
	}
	expect(t, "merged", sorted(got), slices.Collect(upTo(3*n)))
}

// Fused stages do what others do.
func TestFused(t *testing.T) {
	p := pipeline.New(pipeline.Config{})
	numbers := pipeline.Values(p, upTo(100))
	odd := pipeline.Filter(numbers, func(v int) bool { return v%2 == 1 }, pipeline.Fused())
	text := pipeline.Map(odd, func(v int) (string, error) { return strings.Repeat("x", v), nil }, pipeline.Fused())
	lengths := pipeline.Map(text, func(s string) (int, error) { return len(s), nil })
	var got []int
	pipeline.ForEach(lengths, func(_ context.Context, v int) error {
		if v == 51 {
			panic("fifty-one")
		}
		got = append(got, v)
		return nil
	}, pipeline.Fused(), pipeline.OnError(pipeline.Skip()), pipeline.Name("sink"))
	run(t, p)
	if len(got) != 49 || len(p.Edges()) != 1 {
		t.Errorf("%d items over %d edges: %v", len(got), len(p.Edges()), got)
	}
	if s := p.Stages()[4]; s.Name != "sink" || s.Skipped != 1 || s.Failures != 1 || !s.Ended {
		t.Errorf("%+v", s)
	}
}
