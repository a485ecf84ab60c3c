package engine

import (
	"errors"
	"os"
	"time"
)

// maxCarry is how long a sender waits for the system to take a large message,
// beside what the message's size makes of it: see Carry.
const maxCarry = time.Millisecond

// carryRate is how many bytes a second a connection is taken to carry at least:
// less than half of what a loopback does.
const carryRate = 1 << 30

// minDoubt is the shortest wait that is worth a timer where it may be for nothing.
const minDoubt = 100 * time.Microsecond

// slowRate is how many bytes a second it must take on the whole, as long as it takes any, for
// the sender to go on waiting. To copy a message of many MiB to fresh memory because its
// peer was not given the processor for a while takes longer than the message does, and makes the
// next one late as well.
const slowRate = 1 << 27

// patience is how long a sender waits for the system to take that many bytes, if it takes
// none.
func patience(size int) time.Duration {
	return maxCarry + time.Duration(size)*time.Second/carryRate
}

// A bound says how long a sender waits for the system to take a message.
type bound struct {
	slack time.Duration // from when the system has taken something
	next  time.Time     // when it is over, by what is known
	last  time.Time     // when it is over in any case
	doubt time.Duration // what slack is for a connection that may take nothing at all
}

// newBound returns the bound of who begins now to wait for that many bytes.
func newBound(now time.Time, size int) bound {
	slack := patience(size)
	b := bound{slack: slack, next: now.Add(slack), last: now.Add(maxCarry + time.Duration(size)*time.Second/slowRate)}
	if doubt := slack - maxCarry; doubt >= minDoubt {
		b.doubt = doubt
	}
	return b
}

// doubted is told that the connection took nothing the last time that somebody waited for it, or
// that there is none. To wait again for about as long as it takes to copy the message costs
// twice as much at worst, and saves the copy, and the memory for it, where it was only late. It
// reports whether it is worth that.
func (b *bound) doubted() bool {
	b.next = b.next.Add(b.doubt - b.slack)
	b.slack = b.doubt
	return b.slack > 0
}

// moved is told that the system has taken something. It reports whether next is later than
// before; that is not each time, since to set a deadline takes a while too.
func (b *bound) moved(now time.Time) (later bool) {
	if !b.next.Before(b.last) || b.next.Sub(now) > b.slack/2 {
		return false
	}
	if b.next = now.Add(b.slack); b.next.After(b.last) {
		b.next = b.last
	}
	return true
}

// Carry is Write for who has just sent a message of that many bytes. It also waits
// until the system has taken it, as long as that may take on a fast connection: who
// goes on at once would only copy the next message to memory that is not in the
// cache, and wake another goroutine, on another core, to write this one. After
// that time the activation goes on, as it does with all that is small.
//
// The caller must not hold the socket's turn.
func (p *Port) Carry(size int) {
	if !p.reading.TryLock() {
		p.writer.Wake() // somebody is writing, and may have looked already
		return
	}
	done := false
	if c := p.attached(); c != nil {
		done = c.writeFor(patience(size))
	}
	p.reading.Unlock()
	if !done {
		p.writer.Wake()
	}
}

// writeFor sends what the log holds, and waits for the system to take it, for
// that time at most. It reports whether the log is empty then, and its reader
// sleeps.
func (c *Conn) writeFor(most time.Duration) (done bool) {
	defer c.contain()
	if c.writeNow() {
		return true
	}
	w := &c.writer
	if !w.direct() || w.hasControl() {
		return false
	}
	c.nc.SetWriteDeadline(time.Now().Add(most))
	w.patient = true
	defer func() {
		w.patient = false
		c.nc.SetWriteDeadline(time.Time{})
	}()
	for n := c.look(); n > 0; n = c.look() {
		if !c.writeSpans(n, true) {
			return false
		}
	}
	return true
}

// outOfTime reports whether err says only that the time of writeFor is over.
func (w *writer) outOfTime(err error) bool {
	return w.patient && errors.Is(err, os.ErrDeadlineExceeded)
}
