package pipeline_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"

	"github.com/zeroactor/zmq/actor/pipeline"
)

// model is what goes where: how often each item is in a stream, and how often it was given
// up.
type model struct {
	in   map[int]int
	lost map[int]int
}

func newModel(items int) *model {
	m := &model{in: make(map[int]int), lost: make(map[int]int)}
	for i := range items {
		m.in[i] = 1
	}
	return m
}

// steps are the kinds, and their models.
var steps = []struct {
	name  string
	build func(s pipeline.Stream[int], n int) pipeline.Stream[int]
	model func(m *model, n int)
}{
	{"map", func(s pipeline.Stream[int], _ int) pipeline.Stream[int] {
		return pipeline.Map(s, func(v int) (int, error) { return v, nil })
	}, nothing},
	{"filter", func(s pipeline.Stream[int], n int) pipeline.Stream[int] {
		return pipeline.Filter(s, func(v int) bool { return v%n != 0 })
	}, func(m *model, n int) {
		for v := range m.in {
			if v%n == 0 {
				delete(m.in, v)
			}
		}
	}},
	{"flatmap", func(s pipeline.Stream[int], n int) pipeline.Stream[int] {
		return pipeline.FlatMap(s, func(v int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for i := 0; i < v%n && yield(v, nil); i++ {
				}
			}
		})
	}, func(m *model, n int) {
		for v := range m.in {
			if m.in[v] *= v % n; m.in[v] == 0 {
				delete(m.in, v)
			}
		}
	}},
	{"batch", func(s pipeline.Stream[int], n int) pipeline.Stream[int] {
		return pipeline.FlatMap(pipeline.Batch(s, n, time.Duration(n%2)*time.Millisecond), each)
	}, nothing},
	{"window", func(s pipeline.Stream[int], n int) pipeline.Stream[int] {
		spans := pipeline.Window(s, time.Duration(n)*time.Millisecond, time.Duration(n)*time.Millisecond)
		return pipeline.FlatMap(spans, func(s pipeline.Span[int]) iter.Seq2[int, error] { return each(s.Items) })
	}, nothing},
	{"mapn", func(s pipeline.Stream[int], n int) pipeline.Stream[int] {
		return pipeline.MapN(s, n, func(_ context.Context, v int) (int, error) { return v, nil })
	}, nothing},
	{"mapunordered", func(s pipeline.Stream[int], n int) pipeline.Stream[int] {
		return pipeline.MapUnordered(s, n, func(_ context.Context, v int) (int, error) { return v, nil })
	}, nothing},
	{"partition and merge", func(s pipeline.Stream[int], n int) pipeline.Stream[int] {
		return pipeline.Merge(pipeline.Partition(s, n, func(v int) int { return v % 7 }))
	}, nothing},
	{"balance and merge", func(s pipeline.Stream[int], n int) pipeline.Stream[int] {
		outs := pipeline.Balance(s, n)
		for i := range outs {
			outs[i] = pipeline.Map(outs[i], func(v int) (int, error) { return v, nil }, pipeline.Buffer(1+i))
		}
		return pipeline.Merge(outs)
	}, nothing},
	{"broadcast and merge", func(s pipeline.Stream[int], n int) pipeline.Stream[int] {
		return pipeline.Merge(pipeline.Broadcast(s, 1+n%3))
	}, func(m *model, n int) {
		for v := range m.in {
			m.in[v] *= 1 + n%3
		}
	}},
	{"exchange", func(s pipeline.Stream[int], n int) pipeline.Stream[int] {
		return pipeline.Exchange(s, func(ctx context.Context, port pipeline.Port[int, int]) error {
			for v, more := port.Take(ctx); more; v, more = port.Take(ctx) {
				if err := port.Give(ctx, v); err != nil {
					return err
				}
			}
			return nil
		}, pipeline.Buffer(n))
	}, nothing},
	{"failures", func(s pipeline.Stream[int], n int) pipeline.Stream[int] {
		return pipeline.Map(s, func(v int) (int, error) {
			if v%n == 1 {
				return 0, errOdd
			}
			return v, nil
		}, pipeline.OnError(pipeline.DeadLetter()))
	}, func(m *model, n int) {
		for v := range m.in {
			if v%n == 1 {
				m.lost[v] += m.in[v]
				delete(m.in, v)
			}
		}
	}},
}

func nothing(*model, int) {}

func each(items []int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for _, v := range items {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// Whatever a graph is made of, what comes out of it, and what it gives up, is what its
// model says, item by item.
func TestConservation(t *testing.T) {
	parameters := gopter.DefaultTestParameters()
	parameters.MinSuccessfulTests = 60
	parameters.MaxSize = 12 // steps
	properties := gopter.NewProperties(parameters)
	const largest = 9 // of the numbers of steps
	properties.Property("each item is where the model has it", prop.ForAll(
		func(codes []int, buffer int) (string, error) {
			return conserves(codes, largest, buffer)
		},
		gen.SliceOf(gen.IntRange(0, len(steps)*largest-1)), gen.IntRange(1, 40),
	))
	properties.TestingRun(t)
}

// maxCopies bounds how often an item may be multiplied.
const maxCopies = 50

// conserves runs a graph and compares. A code is a step's kind and number in one.
func conserves(codes []int, largest, buffer int) (string, error) {
	const items = 150
	var mu sync.Mutex
	lost := make(map[int]int)
	p := pipeline.New(pipeline.Config{Buffer: buffer, DeadLetter: func(l pipeline.Letter) {
		mu.Lock()
		defer mu.Unlock()
		lost[l.Item.(int)]++
	}})
	want := newModel(items)
	s := pipeline.Values(p, upTo(items))
	var names []string
	for _, code := range codes {
		kind, n := steps[code/largest], code%largest+1
		next := newModel(0)
		for v, k := range want.in {
			next.in[v] = k
		}
		kind.model(next, n)
		if slices.ContainsFunc(slices.Collect(values(next.in)), func(k int) bool { return k > maxCopies }) {
			continue
		}
		for v, k := range next.lost {
			want.lost[v] += k
		}
		want.in = next.in
		s = kind.build(s, n)
		names = append(names, fmt.Sprint(kind.name, " ", n))
	}
	var got []int
	pipeline.Collect(s, &got)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := p.Run(ctx); err != nil {
		return "", fmt.Errorf("%q: %w", names, err)
	}
	counts := make(map[int]int)
	for _, v := range got {
		counts[v]++
	}
	for v := range items {
		if counts[v] != want.in[v] || lost[v] != want.lost[v] {
			return fmt.Sprintf("%q: item %d came out %d times and was given up %d times, want %d and %d",
				names, v, counts[v], lost[v], want.in[v], want.lost[v]), nil
		}
	}
	return "", nil
}

func values(m map[int]int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}
