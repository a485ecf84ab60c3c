package engine

import (
	"context"
	"time"
)

// maxCarry is how long a sender waits for the system to take what it writes,
// beside what a large message's size makes of it: see Carry and CatchUp.
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
	cut   bool          // next is earlier, as the sender has no more time than that: see within
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

// within shortens the bound to what the sender's context leaves. A context that ends before its deadline
// does not end the wait.
func (b *bound) within(ctx context.Context) {
	if ctx.Err() != nil {
		*b = bound{}
	} else if at, ok := ctx.Deadline(); ok && at.Before(b.next) {
		b.next, b.cut = at, true
	}
}
