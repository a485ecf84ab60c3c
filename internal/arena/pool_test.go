//go:build !ypipemodel

package arena

import (
	"math/bits"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/internal/invariant"
)

// reuses skips a test in builds that use no memory again.
func reuses(t *testing.T) {
	t.Helper()
	if invariant.Enabled {
		t.Skip("in this build no memory is used again")
	}
}

// Out counts what is out, whether it is new or was used before, and whether the pool keeps
// it when it comes back.
func TestOut(t *testing.T) {
	for _, limit := range []int{0, -1} {
		p := NewPool(limit)
		for range 2 {
			small, large := p.Get(600), p.GetBacked(100_000)
			p.Get(1<<maxClass + 1).Release() // which is nobody's
			if p.Out() != 1024+1<<17 {
				t.Errorf("%d bytes are out", p.Out())
			}
			small.Hold()
			if small.Settle(1); p.Out() != 1024+1<<17 {
				t.Errorf("%d bytes are out, with a view left", p.Out())
			}
			small.Release()
			if large.Release(); p.Out() != 0 {
				t.Errorf("%d bytes are out when all is back", p.Out())
			}
		}
		p.Close()
	}
}

func TestGetSizes(t *testing.T) {
	p := NewPool(0)
	defer p.Close()
	for _, size := range []int{-1, 0, 1, 511, 512, 513, 1024, 1025, 1 << 16, 1<<16 + 1, 1 << 20} {
		b := p.Get(size)
		n := len(b.Bytes())
		want := max(1<<minClass, 1<<bits.Len(uint(max(size, 1)-1)))
		if n != want || !b.Unique() {
			t.Errorf("Get(%d): %d bytes, want %d; unique %v", size, n, want, b.Unique())
		}
		b.Release()
	}
	// Larger ones are the garbage collector's, and as long as asked for.
	b := p.Get(1<<maxClass + 1)
	if n := len(b.Bytes()); n != 1<<maxClass+1 {
		t.Errorf("%d bytes", n)
	}
	idle := p.Idle()
	if b.Release(); p.Idle() != idle {
		t.Error("the pool has kept a buffer that is too large for it")
	}
}

// What comes back last is handed out first, and only for its size.
func TestLastInFirstOut(t *testing.T) {
	reuses(t)
	p := NewPool(0)
	defer p.Close()
	a, b, other := p.Get(1000), p.Get(1000), p.Get(5000)
	a.Release()
	b.Release()
	other.Release()
	if p.Idle() != 1024+1024+8192 {
		t.Errorf("%d bytes idle", p.Idle())
	}
	if first, second := p.Get(600), p.Get(1024); first != b || second != a {
		t.Error("not the last one first")
	}
	if p.Get(600) == other || p.Idle() != 8192 {
		t.Errorf("%d bytes idle", p.Idle())
	}
}

// A chunk comes back without what its log wrote into it.
func TestLinksAreCut(t *testing.T) {
	reuses(t)
	p := NewPool(0)
	defer p.Close()
	b := p.Get(1)
	b.Next, b.End, b.Boundary = b, 3, 2
	b.Release()
	if b = p.Get(1); b.Next != nil || b.End != 0 || b.Boundary != 0 {
		t.Errorf("next %p, end %d, boundary %d", b.Next, b.End, b.Boundary)
	}
}

func TestBound(t *testing.T) {
	reuses(t)
	const limit = 5000
	p := NewPool(limit)
	defer p.Close()
	var out []*Buf
	for range 8 {
		out = append(out, p.Get(1024))
	}
	for _, b := range out {
		b.Release()
		if p.Idle() > limit {
			t.Fatalf("%d bytes idle, the limit is %d", p.Idle(), limit)
		}
	}
	if p.Idle() != 4096 {
		t.Errorf("%d bytes idle, there is room for four", p.Idle())
	}
	none := NewPool(-1)
	none.Get(1).Release()
	if none.Idle() != 0 {
		t.Errorf("%d bytes idle in a pool that keeps nothing", none.Idle())
	}
}

// What nobody asks for is given back: half of it at a time, all once it is
// little; and then the pool has no timer.
func TestTrim(t *testing.T) {
	reuses(t)
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(0)
		var out []*Buf
		for range 16 {
			out = append(out, p.Get(1<<20))
		}
		for _, b := range out {
			b.Release()
		}
		// The first look only learns what is idle.
		for i, want := range []int{16, 8, 4, 2, 1, 0} {
			time.Sleep(idleAfter)
			synctest.Wait()
			if got := p.Idle(); got != want<<20 {
				t.Errorf("after %d looks %d MiB are idle, want %d", i+1, got>>20, want)
			}
		}
		if p.timer != nil {
			t.Error("an empty pool has a timer")
		}
		p.Get(1).Release()
		time.Sleep(3 * idleAfter)
		synctest.Wait()
		if p.Idle() != 0 || p.timer != nil {
			t.Errorf("%d bytes idle", p.Idle())
		}
	})
}

// What is in use again and again stays.
func TestTrimSparesWhatIsUsed(t *testing.T) {
	reuses(t)
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(0)
		defer p.Close()
		for range 20 {
			var out []*Buf
			for range 4 {
				out = append(out, p.Get(1<<20))
			}
			for _, b := range out {
				b.Release()
			}
			time.Sleep(idleAfter)
			synctest.Wait()
			if got := p.Idle(); got != 4<<20 {
				t.Fatalf("%d bytes idle, want what was used since the last look", got)
			}
		}
	})
}

// A closed pool is empty and stays so, and those who are out live on.
func TestClose(t *testing.T) {
	p := NewPool(0)
	out := p.Get(1)
	p.Get(1).Release()
	p.Close()
	if p.Idle() != 0 || p.timer != nil {
		t.Errorf("%d bytes idle", p.Idle())
	}
	out.Bytes()[0] = 1
	out.Release()
	p.Get(1).Release()
	p.Close()
	if p.Idle() != 0 || p.timer != nil {
		t.Errorf("%d bytes idle after the end", p.Idle())
	}
}

// Many use one pool: what they get is theirs alone.
func TestPoolStress(t *testing.T) {
	p := NewPool(1 << 20)
	defer p.Close()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 1000 {
				b := p.Get(1 << (9 + i%4))
				mem := b.Bytes()
				mem[0], mem[len(mem)-1] = byte(g), byte(g)
				b.Retain(1)
				b.Release()
				if mem[0] != byte(g) || mem[len(mem)-1] != byte(g) {
					t.Error("two have the same memory")
				}
				b.Release()
			}
		})
	}
	wg.Wait()
	if p.Idle() > 1<<20 {
		t.Errorf("%d bytes idle", p.Idle())
	}
}

func TestAllocations(t *testing.T) {
	reuses(t)
	p := NewPool(0)
	defer p.Close()
	p.Get(1000).Release()
	if n := testing.AllocsPerRun(100, func() { p.Get(1000).Release() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkGetRelease(b *testing.B) {
	p := NewPool(0)
	defer p.Close()
	for b.Loop() {
		p.Get(1000).Release()
	}
}
