package mailbox

// A Mark is put by some goroutines and taken by others. The zero Mark is not put.
type Mark struct{ put atomicInt32 }

// Put puts it; it may be put already.
func (m *Mark) Put() { m.put.Store(1) }

// Take reports whether it was put since it was taken last. Of several who take it at once one is told.
func (m *Mark) Take() bool { return m.put.Load() != 0 && m.put.CompareAndSwap(1, 0) }

// A Tally counts what many do, for each of them to see whether others did something. The zero Tally is 0. It has a
// line of the cache to itself.
type Tally struct {
	_ [64]byte
	n atomicUint64
	_ [56]byte
}

// Add adds one.
func (t *Tally) Add() { t.n.Add(1) }

// Count returns how often Add was called.
func (t *Tally) Count() uint64 { return t.n.Load() }
