package ypipe

// asleep, in the place of a published position, says that the reader found
// nothing and has stopped looking: the writer must wake it, and until then owns
// the reader's fields too.
const asleep = -1

type pipeChunkOf[T any] struct {
	items [pipeChunk]T
	next  *pipeChunkOf[T] // set by the writer before a position in next is published
}

// A Pipe is a queue of items with one writer and one reader at a time. The
// zero Pipe is empty, with its reader awake, and has no memory of its own until
// the first Write.
//
// Consumed chunks are written again: a Pipe allocates only while it grows.
type Pipe[T any] struct {
	// Writer only.
	tail     *pipeChunkOf[T] // holds position write, once it is written
	oldest   *pipeChunkOf[T] // first chunk in the chain that is not reused yet
	write    int64           // next position to fill
	flushed  int64           // published up to here
	recycled int64           // chunks taken back from the reader

	// Written before position 0 is published, read once by the reader.
	first *pipeChunkOf[T]

	_ [16]byte // the ends live on different cores: see Log

	// Reader only.
	head  *pipeChunkOf[T]
	read  int64 // next position to take
	ready int64 // positions in [read, ready) are published

	_ [40]byte

	// c is the end of the published positions, or asleep. Every hand-over of
	// items goes through it. done counts the chunks that the reader has left.
	c    atomicInt64
	done atomicInt64
}

// Write adds v. The reader does not see it before [Pipe.Flush]. Writer only.
func (p *Pipe[T]) Write(v T) { *p.next() = v }

// next adds an item and returns its place, for the caller to write it there. Writer only.
func (p *Pipe[T]) next() *T {
	i := p.write % pipeChunk
	if i == 0 {
		p.grow()
	}
	p.write++
	return &p.tail.items[i]
}

// grow appends a chunk: the oldest one if the reader has left it.
func (p *Pipe[T]) grow() {
	if p.tail == nil {
		ch := new(pipeChunkOf[T])
		p.tail, p.oldest, p.first = ch, ch, ch
		return
	}
	ch := p.oldest
	if p.recycled < p.done.Load() {
		p.oldest = ch.next
		ch.next = nil
		p.recycled++
	} else {
		ch = new(pipeChunkOf[T])
	}
	p.tail.next = ch
	p.tail = ch
}

// Unwrite takes the newest item back if it is not flushed yet. Writer only.
func (p *Pipe[T]) Unwrite() (v T, ok bool) {
	if p.write == p.flushed {
		return v, false
	}
	p.write--
	i := p.write % pipeChunk
	var zero T
	v, p.tail.items[i] = p.tail.items[i], zero
	if i == 0 {
		p.unlink()
	}
	return v, true
}

// unlink drops the newest chunk, which Unwrite has emptied.
func (p *Pipe[T]) unlink() {
	if p.write == 0 {
		p.tail, p.oldest, p.first = nil, nil, nil
		return
	}
	before := p.oldest
	for before.next != p.tail {
		before = before.next
	}
	before.next = nil
	p.tail = before
}

// Flush publishes every written item. It reports whether the reader is awake;
// if not, the caller must wake it, once. Writer only.
func (p *Pipe[T]) Flush() (awake bool) {
	end := p.write
	if p.flushed == end {
		return true
	}
	p.flushed = end
	return p.c.Swap(end) != asleep
}

// publish publishes the items before position end, where the reader never sleeps, as one that only looks
// by TryRead and front: a store that releases does. Writer only.
func (p *Pipe[T]) publish(end int64) {
	if p.flushed != end {
		p.flushed = end
		storeRelease(&p.c, end)
	}
}

// Read takes the oldest item. If there is none it puts the reader to sleep and
// returns ok == false; the next Flush that publishes then returns false.
// Reader only.
func (p *Pipe[T]) Read() (v T, ok bool) {
	if p.read == p.ready && !p.more(true) {
		return v, false
	}
	i := p.read % pipeChunk
	if i == 0 {
		p.turn()
	}
	var zero T
	v, p.head.items[i] = p.head.items[i], zero // keep nothing alive
	p.read++
	return v, true
}

// TryRead is Read without falling asleep. Reader only.
func (p *Pipe[T]) TryRead() (v T, ok bool) {
	if p.read == p.ready && !p.more(false) {
		return v, false
	}
	return p.Read()
}

// front returns the oldest item in place, or nil if there is none, without falling asleep. Reader
// only.
func (p *Pipe[T]) front() *T {
	if p.read == p.ready && !p.more(false) {
		return nil
	}
	i := p.read % pipeChunk
	switch {
	case i > 0:
		return &p.head.items[i]
	case p.head == nil:
		return &p.first.items[0]
	}
	return &p.head.next.items[0]
}

// drop removes the item that front has returned. Reader only.
func (p *Pipe[T]) drop() {
	i := p.read % pipeChunk
	if i == 0 {
		p.turn()
	}
	var zero T
	p.head.items[i] = zero // keep nothing alive
	p.read++
}

// turn moves to the chunk that holds position read, its first.
func (p *Pipe[T]) turn() {
	if p.head == nil {
		p.head = p.first
		return
	}
	p.head = p.head.next
	p.done.Store(p.read / pipeChunk)
}

// more looks for newly published items.
func (p *Pipe[T]) more(sleep bool) bool {
	if sleep && p.c.CompareAndSwap(p.ready, asleep) {
		return false
	}
	end := p.c.Load()
	if end == asleep || end == p.ready {
		return false
	}
	p.ready = end
	return true
}
