package ypipe

import "github.com/zeroactor/zmq/internal/arena"

// A ref is the body of a frame that is too large for a chunk. Its place is
// behind the header that ends at pos.
type ref struct {
	pos   int64
	body  []byte
	owner arena.Owner
	last  bool // the frame ends its message
}

func (r *ref) release() { r.owner.Release(r.body) }

// paceBodies is how many copies of large bodies had better be on their way at most:
// one that is written to the log, one that is read from it, and two between.
// What is not copied takes no memory, and need not be waited for.
const paceBodies = 4

// bodies is what a log has for large bodies. It is made for the first one, as most logs
// never have any, and an idle one is to be small.
type bodies struct {
	// Writer only.
	large  [paceBodies]int64 // positions of the last ones that were copied
	larges int               // how many were

	refs Pipe[ref] // in order; flushed before the log's end is

	_ [48]byte // the ends live on different cores: see Log

	// Reader only.
	held  []ref // taken from refs, not yet committed
	taken ref   // that Next returned last
}

// addBody puts a body at the current position. Writer only.
func (l *Log) addBody(body []byte, owner arena.Owner, last bool) {
	w := &l.w
	if w.bodies == nil {
		w.bodies = new(bodies)
		l.bodies.Store(w.bodies) // before there is a position behind the body's
	}
	r := w.bodies.refs.next()
	r.pos, r.body, r.owner, r.last = w.pos(), body, owner, last
	w.refs++
}

// Promise adds the frame that ends a message, whose body stays the caller's: that of the log
// has no bytes until [Log.Redeem]. The caller must be both writer and reader from here
// until the message is consumed or the promise redeemed, and the log must have had no
// frames of other messages: see [Log.Drained].
func (l *Log) Promise(size int) {
	w := &l.w
	l.ensure(9)
	w.off += putHeader(w.data[w.off:], 0, size)
	w.aside += int64(size)
	l.addBody(nil, arena.Owner{}, true)
}

// Redeem copies the body that was promised, after [Log.Spans] has returned what is
// there of its message. Reader only.
func (l *Log) Redeem(body []byte) {
	held := l.bodies.Load().held
	r := &held[len(held)-1]
	buf := l.pool.Copy(body)
	r.owner = arena.Owner{Buf: buf}
	r.body = buf.Bytes()[:len(body)]
}

// copied notes that the body just added was copied. Writer only.
func (l *Log) copied() {
	b := l.w.bodies
	b.large[b.larges%paceBodies] = l.w.pos()
	b.larges++
}

// PaceAt returns the position that the reader should have reached before more
// large bodies are written, or 0 if it has: see [Log.Consumed]. Writer only.
func (l *Log) PaceAt() int64 {
	b := l.w.bodies
	if b == nil || b.larges < paceBodies {
		return 0
	}
	if at := b.large[b.larges%paceBodies]; !l.Consumed(at) {
		return at
	}
	return 0
}

// flushBodies publishes the bodies of whole messages. Those of a message that goes on
// stay with us: Rollback may want them. Writer only.
func (l *Log) flushBodies() {
	if b := l.w.bodies; b != nil {
		b.refs.publish(b.refs.write - int64(l.w.refs))
	}
}

// dropBodies takes back those of the message that is not whole. Writer only.
func (l *Log) dropBodies() {
	for w := &l.w; w.refs > 0; w.refs-- {
		if r, ok := w.bodies.refs.Unwrite(); ok {
			r.release()
		}
	}
}

// take moves the oldest body to taken, if its place is pos. Reader only.
func (b *bodies) take(pos int64) bool {
	if len(b.held) > 0 {
		if b.held[0].pos != pos {
			return false
		}
		b.taken = b.held[0]
		b.forget(1)
		return true
	}
	f := b.refs.front()
	if f == nil || f.pos != pos {
		return false
	}
	b.taken = *f
	b.refs.drop()
	return true
}

// refAt returns the i-th body by reference that is not consumed yet. Reader only.
func (l *Log) refAt(i int) (ref, bool) {
	b := l.bodies.Load()
	if b == nil {
		return ref{}, false
	}
	for len(b.held) <= i {
		f, ok := b.refs.TryRead()
		if !ok {
			return ref{}, false
		}
		b.held = append(b.held, f)
	}
	return b.held[i], true
}

// releaseRefs releases the bodies before a position. Reader only.
func (l *Log) releaseRefs(pos int64) {
	b := l.bodies.Load()
	if b == nil {
		return
	}
	n := 0
	for n < len(b.held) && b.held[n].pos <= pos {
		b.held[n].release()
		n++
	}
	b.forget(n)
}

// forget forgets the first n bodies without releasing them. Reader only.
func (b *bodies) forget(n int) {
	if n == 0 {
		return
	}
	kept := copy(b.held, b.held[n:])
	clear(b.held[kept:])
	b.held = b.held[:kept]
}
