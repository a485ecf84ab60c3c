//go:build !ypipemodel

package arena

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/zeroactor/zmq/internal/invariant"
	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// counted returns a Buf of foreign memory and how often it was given back.
func counted() (b *Buf, frees *int) {
	frees = new(int)
	data := []byte("data")
	return Own(data, func(freed []byte) {
		if *frees++; &freed[0] != &data[0] {
			panic("free got other memory")
		}
	}), frees
}

// The last reference gives the memory back, once.
func TestReferences(t *testing.T) {
	b, frees := counted()
	if !b.Unique() {
		t.Error("a new buffer is not its owner's alone")
	}
	b.Retain(2)
	if b.Unique() {
		t.Error("unique with three references")
	}
	b.Release()
	b.Release()
	if !b.Unique() || *frees != 0 {
		t.Errorf("one reference left: unique %v, given back %d times", b.Unique(), *frees)
	}
	if string(b.Bytes()) != "data" {
		t.Errorf("holds %q", b.Bytes())
	}
	b.Release()
	if *frees != 1 {
		t.Errorf("given back %d times", *frees)
	}
	Own([]byte("x"), nil).Release() // the garbage collector's
}

// Views that are counted on the side may be released before or after the
// settlement, in any number.
func TestSettle(t *testing.T) {
	for views := range 4 {
		for before := range views + 1 {
			b, frees := counted()
			b.Hold()
			for range before {
				b.Release()
			}
			if *frees != 0 {
				t.Fatalf("given back before it was settled")
			}
			b.Settle(views)
			for range views - before {
				if *frees != 0 {
					t.Fatalf("%d views, %d released before: given back too early", views, before)
				}
				b.Release()
			}
			if *frees != 1 {
				t.Errorf("%d views, %d released before: given back %d times", views, before, *frees)
			}
		}
	}
}

// A view may itself be shared on.
func TestSettleRetained(t *testing.T) {
	b, frees := counted()
	b.Hold()
	b.Retain(1) // by who has the view
	b.Settle(1)
	b.Release()
	if *frees != 0 {
		t.Error("given back with a reference left")
	}
	if b.Release(); *frees != 1 {
		t.Errorf("given back %d times", *frees)
	}
}

// Views are released by many at once, while the chunk is settled.
func TestSettleStress(t *testing.T) {
	const goroutines, views = 4, 50
	for range 200 {
		b, frees := counted()
		b.Hold()
		var wg sync.WaitGroup
		for range goroutines {
			wg.Go(func() {
				for range views {
					b.Release()
				}
			})
		}
		b.Settle(goroutines * views)
		wg.Wait()
		if *frees != 1 {
			t.Fatalf("given back %d times", *frees)
		}
	}
}

// Debug builds fill memory that was given back with rubbish, and don't use it
// again.
func TestPoison(t *testing.T) {
	if !invariant.Enabled {
		t.Skip("not in this build")
	}
	p := NewPool(0)
	b := p.Get(600)
	view := b.Bytes()
	copy(view, "still here")
	b.Release()
	if bytes.HasPrefix(view, []byte("still")) || p.Idle() != 0 {
		t.Errorf("after it was given back it holds %q; %d bytes in the pool", view[:10], p.Idle())
	}
	if p.Get(600) == b {
		t.Error("it was handed out again")
	}
}

// Debug builds find who releases too often, or shares what is released.
func TestMisuse(t *testing.T) {
	if !invariant.Enabled {
		t.Skip("not in this build")
	}
	for name, tt := range map[string]struct {
		misuse func(b *Buf)
		want   string
	}{
		"release": {func(b *Buf) { b.Release() }, "1 times too often"},
		"retain":  {func(b *Buf) { b.Retain(1) }, "was released"},
		"settle":  {func(b *Buf) { b.Hold(); b.Release(); b.Release(); b.Settle(1) }, "1 times too often"},
	} {
		b := NewPool(0).Get(1)
		b.Release()
		v := violation(func() { tt.misuse(b) })
		if v == nil || !strings.Contains(v.Message, tt.want) {
			t.Errorf("%s: %v", name, v)
		}
	}
}

// violation runs f and returns what it panicked with.
func violation(f func()) (v *invariant.Violation) {
	defer func() { v, _ = recover().(*invariant.Violation) }()
	f()
	return nil
}

// What is lent keeps the whole, and nothing else does once its owner is done.
func TestLend(t *testing.T) {
	b, frees := counted()
	part := Lend(b, 2)
	if !part.Lent() || b.Lent() || string(part.Bytes()) != "ta" {
		t.Errorf("lent %v and %v, %q", part.Lent(), b.Lent(), part.Bytes())
	}
	b.Release()
	part.Settle(1) // one view is out
	if *frees != 0 {
		t.Error("given back with a view of a part left")
	}
	if part.Release(); *frees != 1 {
		t.Errorf("given back %d times", *frees)
	}
}
