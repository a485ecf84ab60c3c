package release

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestUint64(t *testing.T) {
	var x [3]Uint64
	for _, v := range []uint64{1, 1<<64 - 1, 0x0123456789ABCDEF, 0} {
		x[1].Store(v)
		if got := x[1].Load(); got != v {
			t.Errorf("%#x, want %#x", got, v)
		}
		if x[0].Load() != 0 || x[2].Load() != 0 {
			t.Fatal("a neighbour has changed")
		}
	}
}

func TestStoreInt64(t *testing.T) {
	var x [3]atomic.Int64
	for _, v := range []int64{1, -1, 1 << 62, 0} {
		StoreInt64(&x[1], v)
		if got := x[1].Load(); got != v {
			t.Errorf("%#x, want %#x", got, v)
		}
		if x[0].Load() != 0 || x[2].Load() != 0 {
			t.Fatal("a neighbour has changed")
		}
	}
}

// What was written before a number was stored is seen by who loads it.
func TestPublishes(t *testing.T) {
	const rounds = 100_000
	var told, seen Uint64
	var text [8]uint64 // has no lock
	go func() {
		for n := uint64(1); n <= rounds; n++ {
			for i := range text {
				text[i] = n
			}
			told.Store(n)
			for seen.Load() != n {
				runtime.Gosched()
			}
		}
	}()
	for n := uint64(1); n <= rounds; n++ {
		for told.Load() != n {
			runtime.Gosched()
		}
		for i, v := range text {
			if v != n {
				t.Fatalf("%d at place %d after %d was told", v, i, n)
			}
		}
		seen.Store(n)
	}
}

func BenchmarkStore(b *testing.B) {
	var x Uint64
	for b.Loop() {
		x.Store(1)
	}
}

// BenchmarkAtomic is what it is there to be cheaper than.
func BenchmarkAtomic(b *testing.B) {
	var x atomic.Uint64
	for b.Loop() {
		x.Store(1)
	}
}
