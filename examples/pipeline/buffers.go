package main

import (
	"math/bits"
	"sync"
)

// buffers lends byte slices for content on its way into a socket. The socket
// gives them back, through the release function of the message, when the last
// byte is handed over, on whatever goroutine that happens. The zero value is
// ready; it may be used by several goroutines at once.
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
