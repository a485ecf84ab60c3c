//go:build !ypipemodel

package ypipe

import "testing"

func newTestFlow[T any](hwm int) (f *Flow[T], readable, writable *int) {
	readable, writable = new(int), new(int)
	return NewFlow[T](hwm, func() { *readable++ }, func() { *writable++ }), readable, writable
}

// A flow takes as many items as its high-water mark says, to the item, and
// tells a writer that waits when half of it is free again.
func TestFlowFull(t *testing.T) {
	for _, hwm := range []int{-1, 0, 1, 2, 3, 64, 65, 1000} {
		f, _, writable := newTestFlow[int](hwm)
		want := max(hwm, 1)
		for i := range want {
			if f.Full() {
				t.Fatalf("hwm %d: full with %d items", hwm, i)
			}
			f.Write(i)
			f.Flush()
		}
		if !f.Full() {
			t.Fatalf("hwm %d: not full", hwm)
		}
		taken := 0
		for *writable == 0 && taken < want {
			view := f.View()
			if view[0] != taken {
				t.Fatalf("hwm %d: item %d is %d", hwm, taken, view[0])
			}
			f.Take(1)
			taken++
		}
		if half := want - want/2; taken < half || taken >= half+max(1, want/flowSteps) || f.Full() {
			t.Errorf("hwm %d: the writer was woken after %d", hwm, taken)
		}
	}
}

// Views are as long as what lies together, and change nothing by themselves.
func TestFlowView(t *testing.T) {
	f, readable, _ := newTestFlow[int](1000)
	for range 2 {
		if f.View() != nil {
			t.Error("items from nowhere")
		}
	}
	for i := range pipeChunk + 10 {
		f.Write(i)
	}
	if *readable != 0 {
		t.Error("woken for what is not published")
	}
	f.Flush()
	f.Flush()
	if *readable != 1 {
		t.Errorf("woken %d times", *readable)
	}
	for range 2 {
		if v := f.View(); len(v) != pipeChunk || v[0] != 0 || v[pipeChunk-1] != pipeChunk-1 {
			t.Errorf("%v", v)
		}
	}
	f.Take(0)
	f.Take(pipeChunk)
	for range 2 {
		if v := f.View(); len(v) != 10 || v[0] != pipeChunk {
			t.Errorf("%v", v)
		}
	}
	f.Take(4)
	if v := f.View(); len(v) != 6 || v[0] != pipeChunk+4 {
		t.Errorf("%v", v)
	}
	if published, taken := f.Counts(); published != pipeChunk+10 || taken > pipeChunk+4 || taken < 0 {
		t.Errorf("%d published, %d taken", published, taken)
	}
	f.Take(6)
	if f.View() != nil {
		t.Error("items from nowhere")
	}
	if published, taken := f.Counts(); published != pipeChunk+10 || taken != published {
		t.Errorf("%d published, %d taken", published, taken)
	}
}

// Taken items are not kept alive.
func TestFlowForgets(t *testing.T) {
	f, _, _ := newTestFlow[*int](10)
	f.Write(new(int))
	f.Write(new(int))
	f.Flush()
	f.View()
	f.Take(2)
	for i, item := range f.pipe.head.items {
		if item != nil {
			t.Errorf("item %d is still there", i)
		}
	}
}

// Nothing is allocated for an item that passes.
func TestFlowAllocations(t *testing.T) {
	f, _, _ := newTestFlow[[4]int](256)
	round := func() {
		for i := range 256 {
			if f.Full() {
				t.Fatal("full")
			}
			f.Write([4]int{i})
			f.Flush()
		}
		for v := f.View(); v != nil; v = f.View() {
			f.Take(len(v))
		}
	}
	round()
	if n := testing.AllocsPerRun(100, round); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
