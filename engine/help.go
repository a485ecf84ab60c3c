package engine

import (
	"context"
	"errors"
	"os"
	"time"
)

// A sender may write to the connection in the place of the activation:
//
//	Write    who has just answered a message that it waited for
//	Carry    who has sent a large message
//	CatchUp  who is far ahead of the connection
//	Help     who has found Out full
//
// The first two have been woken in the place of the activation ([Port.OnWritten]): in the end the log's reader
// is asleep again, or the activation has been woken after all. With the others it is awake, and so is the
// activation, which leaves the writing to senders as long as one comes by in each of its naps:
//
//	       Out is found empty
//	asleep ◀─────────────────── the activation writes ◀──┐ the nap is over, and no sender has written
//	   │                           ▲    │                │
//	   └───────────────────────────┘    └────────────▶ it naps
//	    there are messages                a sender writes, or has written
//
// Carry and CatchUp also wait for the system, within the bound that Pace and WaitIdle have as well: a connection that
// takes nothing is waited for once. What is not written by then is the activation's, which waits as long as
// it takes.

// Write does what Wake does on the caller's goroutine, as far as that is possible
// without waiting.
func (p *Port) Write() { p.help(context.Background(), bound{}, true) }

// Carry is Write for who has just sent a message of that many bytes. It also waits
// until the system has taken it, as long as that may take on a fast connection: who
// goes on at once would only copy the next message to memory that is not in the
// cache, and wake another goroutine, on another core, to write this one. After
// that time the activation goes on, as it does with all that is small.
//
// The caller must not hold the socket's turn.
func (p *Port) Carry(ctx context.Context, size int) {
	p.help(ctx, newBound(time.Now(), size), true)
}

// CatchUp is for a sender that is far ahead of the connection: see [ypipe.Log.Ahead]. It
// writes all that is in Out, and waits for the system to take it, but for a millisecond at most. So the next
// messages are copied to memory that is still in the cache, and nobody is woken to write them. Where a
// write has more to do than to copy it does nothing: the activation had better do that meanwhile.
//
// The caller must not hold the socket's turn.
func (p *Port) CatchUp(ctx context.Context) {
	if c := p.attached(); c != nil && c.writer.sink.light() {
		p.help(ctx, newBound(time.Now(), 0), false)
	}
}

// Help is for a sender that found Out full: it writes to the connection what
// that takes at once.
func (p *Port) Help() { p.help(context.Background(), bound{}, false) }

// help writes what Out holds to the connection, if nobody else is about it, on the goroutine of a
// sender, who waits for the system as b and ctx say. woken says that it has been woken in the place of
// the activation.
func (p *Port) help(ctx context.Context, b bound, woken bool) {
	if !p.reading.TryLock() {
		if woken {
			p.writer.Wake() // who is writing may have looked already
		}
		return
	}
	p.mu.Lock()
	c := p.conn
	if p.pacing.stuck {
		b.doubted()
	}
	p.mu.Unlock()
	b.within(ctx)
	left := woken
	if c != nil {
		left = c.help(b, woken)
	}
	p.reading.Unlock()
	if left {
		p.writer.Wake()
	}
}

// direct reports whether a sender may write to the connection itself.
func (w *writer) direct() bool { return !w.closed && w.encoder == nil && w.sink.canTry() }

// help is Port.help. It reports whether the activation has to go on. Of a log that holds little it
// need not, unless the sender was woken in its place: the system has many times that, which
// keeps the peer busy for longer than a nap.
func (c *Conn) help(b bound, woken bool) (left bool) {
	w := &c.writer
	if !w.direct() || w.hasControl() { // that is the activation's, which has been woken for it
		return woken
	}
	left = true // also if it panics
	defer c.contain()
	most := w.most()
	for wait := false; ; {
		n := c.look(most)
		if n == 0 {
			return false
		}
		w.helped = !woken
		rest := n - w.sent
		switch took, ok := c.writeSpans(n, wait); {
		case took == rest && woken:
			return c.look(most) > 0
		case took == rest && n < most: // to look for more would let the log's reader sleep
			return false
		case took == rest:
		case ok && b.slack > 0:
			wait, most = true, maxBatch
			defer c.patiently(b.next)()
		case ok && n < napBelow:
			return woken
		default:
			w.helped = false
			if wait && took == 0 && !b.cut {
				c.port.stalled()
			}
			return true
		}
	}
}

// patiently has writes wait until then at most, until the function that it returns is called.
func (c *Conn) patiently(until time.Time) (end func()) {
	c.nc.SetWriteDeadline(until)
	c.writer.patient = true
	return func() {
		c.writer.patient = false
		c.nc.SetWriteDeadline(time.Time{})
	}
}

// outOfTime reports whether err says only that a wait is over.
func (w *writer) outOfTime(err error) bool {
	return w.patient && errors.Is(err, os.ErrDeadlineExceeded)
}
