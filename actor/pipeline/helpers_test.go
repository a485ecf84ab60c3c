package pipeline_test

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
)

var seedFlag = flag.Uint64("seed", 0, "seed of the random tests (0: another one each time)")

// newRand returns a source of chance whose seed is printed if the test fails.
func newRand(t *testing.T) *rand.Rand {
	t.Helper()
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("replay with -run '%s$' -seed %d", t.Name(), seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 1))
}

// limit ends a test that hangs.
const limit = 2 * time.Minute

// run runs a pipeline that is to end well.
func run(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if err := p.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

// upTo yields the numbers below n.
func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// forever yields numbers until it is told to end.
func forever(ctx context.Context) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := 0; ctx.Err() == nil && yield(i, nil); i++ {
		}
	}
}

// silent yields nothing until it is told to end, and then an error.
func silent(ctx context.Context) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		<-ctx.Done()
		yield(0, context.Cause(ctx))
	}
}

// letters are the dead letters of a run.
type letters struct {
	mu  sync.Mutex
	all []pipeline.Letter
}

func (l *letters) add(m pipeline.Letter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, m)
}

// items returns the numbers in the letters, in order.
func (l *letters) items(t *testing.T) []int {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var items []int
	for _, m := range l.all {
		switch v := m.Item.(type) {
		case int:
			items = append(items, v)
		case []int:
			items = append(items, v...)
		case pipeline.Span[int]:
			items = append(items, v.Items...)
		case nil:
		default:
			t.Errorf("a dead letter with %T", v)
		}
		if m.Err == nil || m.Stage == "" {
			t.Errorf("a dead letter without reason or stage: %+v", m)
		}
	}
	slices.Sort(items)
	return items
}

func sorted(s []int) []int {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

// expect compares, and says little about long slices.
func expect[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("%s: item %d of %d is %v, want %v", what, i, len(got), got[i], want[i])
			return
		}
	}
	t.Errorf("%s: %d items, want %d; %s", what, len(got), len(want), fmt.Sprint(got[max(0, len(got)-3):]))
}
