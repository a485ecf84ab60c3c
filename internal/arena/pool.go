package arena

import (
	"math/bits"
	"sync"
	"time"

	"github.com/zeroactor/zmq/internal/invariant"
)

const (
	maxClass = 26 // 64 MiB: larger buffers are left to the garbage collector

	// DefaultLimit is the number of idle bytes a pool keeps, enough for the
	// chunks of a thousand busy connections, or for a few dozen large messages.
	DefaultLimit = 64 << 20

	// idleAfter is how long memory lies unused before half of it is given
	// back to the garbage collector.
	idleAfter = 5 * time.Second
)

// A Pool hands out buffers in sizes of powers of two and keeps what comes
// back, up to a limit, last in first out: the memory that was used last is
// the memory that is still in the processor's cache.
type Pool struct {
	watch
	backing backing
	limit   int

	mu      sync.Mutex
	idle    int // bytes in classes
	out     int // bytes handed out that have not come back
	low     int // least value of idle since the last trim
	classes [maxClass + 1][]*Buf
	timer   *time.Timer // trims; nil while nothing is idle
	closed  bool
}

// NewPool returns a pool that keeps at most limit idle bytes; 0 is
// [DefaultLimit], negative keeps nothing.
func NewPool(limit int) *Pool {
	if limit == 0 {
		limit = DefaultLimit
	}
	return &Pool{limit: limit}
}

// Get returns a Buf of at least size bytes and one reference. Its bytes have
// any value.
func (p *Pool) Get(size int) *Buf {
	b, _ := p.get(size)
	return b
}

// get is Get. It also reports whether the memory is new.
func (p *Pool) get(size int) (b *Buf, fresh bool) {
	class := max(minClass, bits.Len(uint(size-1)))
	if size <= 0 {
		class = minClass
	}
	if class > maxClass {
		b := &Buf{data: make([]byte, size)}
		b.refs.Store(1)
		return b, true
	}
	b = p.take(class)
	if fresh = b == nil; fresh {
		b = &Buf{data: make([]byte, 1<<class), pool: p, class: int8(class)}
	}
	b.refs.Store(1)
	p.got(b)
	return b, fresh
}

func (p *Pool) take(class int) *Buf {
	p.step()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out += 1 << class
	free := p.classes[class]
	n := len(free)
	if n == 0 {
		return nil
	}
	b := free[n-1]
	free[n-1] = nil
	p.classes[class] = free[:n-1]
	p.idle -= len(b.data)
	p.low = min(p.low, p.idle)
	return b
}

func (p *Pool) put(b *Buf) {
	p.step()
	b.Next, b.End, b.Boundary = nil, 0, 0
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out -= len(b.data)
	if invariant.Enabled || p.closed || p.idle+len(b.data) > p.limit {
		return
	}
	p.classes[b.class] = append(p.classes[b.class], b)
	p.idle += len(b.data)
	if p.timer == nil {
		p.timer = time.AfterFunc(idleAfter, p.tick)
	}
}

// tick gives back half of what nobody asked for since the last tick, largest
// buffers first, and everything once it is little.
func (p *Pool) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.trim(max(p.low/2, min(p.low, 1<<20)))
	p.low = p.idle
	if p.idle == 0 {
		p.timer = nil
		return
	}
	p.timer.Reset(idleAfter)
}

// trim drops idle buffers until it has dropped at least n bytes.
func (p *Pool) trim(n int) {
	for class := maxClass; class >= minClass && n > 0; class-- {
		free := p.classes[class]
		for len(free) > 0 && n > 0 {
			last := len(free) - 1
			n -= len(free[last].data)
			p.idle -= len(free[last].data)
			free[last] = nil
			free = free[:last]
		}
		if len(free) == 0 {
			free = nil
		}
		p.classes[class] = free
	}
}

// Idle returns the number of bytes that the pool keeps for reuse.
func (p *Pool) Idle() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.idle
}

// Out returns the number of bytes that were handed out and have not come back, but for
// buffers larger than those that it keeps. What was never released, but left to the garbage collector, counts for ever.
func (p *Pool) Out() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out
}

// Close drops all idle memory. Buffers that are still out work on, and are
// collected when they are released.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.trim(p.idle)
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}
