// Package arena has the memory that messages live in: reference-counted
// buffers, and pools that hand them out and take them back.
//
// # Ownership
//
// A [Buf] starts with one reference, which belongs to whoever got it from
// [Pool.Get] or [Own]. [Buf.Retain] adds references and [Buf.Release] gives one
// up; the last one returns the memory to its pool. A Buf that is never
// released is collected with everything that refers to it: its pool does not
// know it while it is out.
//
// # Concurrency
//
// Retain, Release and all methods of [Pool] may be called by any goroutine. The
// bytes are written by one owner before they are shared, and only read after.
package arena

import (
	"sync"
	"sync/atomic"

	"github.com/zeroactor/zmq/internal/invariant"
)

// bias is what a chunk's reference count is raised by while its log still
// counts deliveries on the side (see [Buf.Hold]). It is far above the number
// of frames that any chunk can hold, so that releases before the settlement
// never bring the count to zero.
const bias = 1 << 30

// A Buf is a piece of memory with a reference count.
type Buf struct {
	refs  atomic.Int32
	class int8   // of pool; meaningless without one
	stays bool   // counts nothing: see collected
	pool  *Pool  // nil: the memory belongs to the garbage collector
	data  []byte // all of it
	free  func([]byte)
	whole *Buf // that lends the memory, or nil: see Lend

	// Next, End and Boundary belong to the log that this Buf is a chunk of.
	// They are written before the chunk's successor is published.
	Next     *Buf // following chunk
	End      int  // bytes used, once the chunk is finished
	Boundary int  // offset behind the last whole message, 0 if none ends here
}

// collected is the Buf of all memory that nobody has to be told about when it is
// not used any more: the garbage collector finds that out, so nothing is counted.
// It is not written to, and any number of processors may share it.
var collected = &Buf{stays: true}

// owned has the Bufs of [Own] and [Lend] that have done their work, so that a message by
// reference allocates nothing.
var owned = sync.Pool{New: func() any { return new(Buf) }}

// Own makes a Buf of memory that belongs to the caller until now. If free is
// not nil it is called once, by whoever gives up the last reference. If it is nil
// the Buf may be one that others have too, and knows no bytes.
func Own(b []byte, free func([]byte)) *Buf {
	if free == nil && !invariant.Enabled { // debug builds find who releases too often
		return collected
	}
	buf := owned.Get().(*Buf)
	buf.data, buf.free = b, free
	buf.refs.Store(1)
	return buf
}

// Lend returns a Buf of the memory of b from the given byte on, which holds a
// reference to b until it has lost its own last one. It is counted on the side
// from the start, as after [Buf.Hold].
func Lend(b *Buf, from int) *Buf {
	b.Retain(1)
	lent := owned.Get().(*Buf)
	lent.data, lent.whole = b.data[from:], b
	lent.refs.Store(bias)
	return lent
}

// Lent reports whether the Buf is one that Lend has made.
func (b *Buf) Lent() bool { return b.whole != nil }

// Bytes returns the whole memory of a Buf that a pool handed out, or that is lent.
func (b *Buf) Bytes() []byte { return b.data }

// Retain adds n references.
func (b *Buf) Retain(n int) {
	if b.stays {
		return
	}
	b.step()
	now := b.refs.Add(int32(n))
	if invariant.Enabled {
		invariant.Assert(int(now) > n, "arena: %d references added to a buffer that was released", n)
	}
}

// Release gives up one reference. With the last one the memory goes back to
// where it came from.
func (b *Buf) Release() {
	if b.stays {
		return
	}
	b.step()
	n := b.refs.Add(-1)
	if n == 0 {
		b.recycle()
	} else if invariant.Enabled {
		invariant.Assert(n > 0, "arena: buffer released %d times too often", -n)
	}
}

// Hold begins counting on the side: the sole owner may hand out views of the
// Buf, each to be given up by Release, and count them in a plain variable
// until it calls [Buf.Settle]. This makes one atomic operation of as many as
// the chunk has frames.
func (b *Buf) Hold() {
	b.step()
	b.refs.Store(bias)
}

// Settle ends what Hold began: delivered views were handed out, and the
// holder's own reference is given up.
func (b *Buf) Settle(delivered int) {
	b.step()
	n := b.refs.Add(int32(delivered) - bias)
	if n == 0 {
		b.recycle()
	} else if invariant.Enabled {
		invariant.Assert(n > 0, "arena: chunk released %d times too often", -n)
	}
}

// Unique reports whether the caller's reference is the only one, so that it
// may write to the Buf again.
func (b *Buf) Unique() bool {
	b.step()
	return b.refs.Load() == 1
}

func (b *Buf) recycle() {
	b.recycled()
	switch {
	case b.free != nil:
		free, data := b.free, b.data
		b.free, b.data = nil, nil
		if !invariant.Enabled { // debug builds find who releases too often
			owned.Put(b)
		}
		free(data)
	case b.whole != nil:
		whole := b.whole
		b.whole, b.data, b.Next = nil, nil, nil
		if !invariant.Enabled {
			owned.Put(b)
		}
		whole.Release()
	case b.pool != nil:
		if invariant.Enabled {
			// Debug builds never reuse memory, and a view kept too long reads
			// nonsense instead of the next message.
			invariant.Mangle(b.data)
		}
		b.pool.put(b)
	}
}
