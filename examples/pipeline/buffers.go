package main

import (
	"math/bits"
	"sync"

	"github.com/zeroactor/zmq"
)

// buffers lends byte slices for content on its way to another stage. It may be used by
// several goroutines at once. The zero value is ready.
type buffers struct {
	classes [largestClass - smallestClass + 1]sync.Pool // of *[]byte; capacity at least 1<<class
}

// Capacities are powers of two, from a page to the largest chunk.
const (
	smallestClass = 12 // 4 KiB
	largestClass  = 26 // maxChunk
)

// get returns an empty slice with room for size bytes or more.
func (p *buffers) get(size int) []byte {
	class := max(bits.Len(uint(max(size, 1)-1)), smallestClass) // 1<<class >= size
	if class > largestClass {
		return make([]byte, 0, size)
	}
	if b, ok := p.classes[class-smallestClass].Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return make([]byte, 0, 1<<class)
}

// put takes back what get returned, whatever of it is in use.
func (p *buffers) put(b []byte) {
	class := bits.Len(uint(cap(b))) - 1 // 1<<class <= cap(b)
	if class < smallestClass || class > largestClass {
		return
	}
	p.classes[class-smallestClass].Put(&b)
}

// A blob is bytes that are lent: by buffers, or by a message that came over a socket. Who is done with
// it gives it back, once, on whatever goroutine; one that is not given back is the garbage collector's.
type blob struct {
	bytes []byte
	pool  *buffers     // or nil
	m     *zmq.Message // or nil
}

// lend makes a blob of a slice that get returned.
func (p *buffers) lend(b []byte) blob { return blob{bytes: b, pool: p} }

func (b blob) giveBack() {
	switch {
	case b.pool != nil:
		b.pool.put(b.bytes)
	case b.m != nil:
		b.m.Release()
	}
}

// appendTo makes the blob a frame of a message, which gives it back when it is handed over.
func (b blob) appendTo(m *zmq.Message) {
	m.AppendOwned(b.bytes, func([]byte) { b.giveBack() })
}

// blobOf moves a message into a blob of its i-th frame.
func blobOf(m *zmq.Message, i int) blob {
	b := blob{m: new(zmq.Message)}
	m.MoveTo(b.m)
	b.bytes = b.m.Frame(i)
	return b
}
