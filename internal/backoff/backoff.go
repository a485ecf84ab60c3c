// Package backoff decides how long to wait before the next attempt to connect.
//
// It is a decision without a clock, a timer or a goroutine: the caller waits,
// brings the randomness, and says how long a connection lived. One goroutine
// at a time may use a [State]; a [Policy] is a plain value.
package backoff

import (
	"math"
	"time"
)

// jitterShare says how far a wait may be from the nominal one, to either side:
// a quarter of it. It is enough to spread the peers of a server that has gone
// down over as long a time as it takes to accept them all, and little enough
// for the growth of the waits to show.
const jitterShare = 4

// A Policy is how to reconnect: libzmq's ZMQ_RECONNECT_IVL and
// ZMQ_RECONNECT_IVL_MAX.
//
// Without a Max, each wait is Interval plus a random time below Interval, for
// ever. With a Max, the waits double from Interval to Max, and each is up to a
// quarter shorter or longer by chance, but never longer than Max. libzmq does not
// vary these, so that a thousand peers of a server that comes back all knock at
// the same instant, again and again.
type Policy struct {
	Interval time.Duration // the first wait; 0 or less: do not reconnect
	Max      time.Duration // the longest wait; Interval or less: waits do not grow
}

// growing reports whether waits get longer.
func (p Policy) growing() bool { return p.Max > p.Interval }

// A State is where one endpoint is in its policy. Give it a Policy, and leave
// the rest zero.
type State struct {
	Policy Policy

	// nominal is the last wait without chance; 0 before the first.
	nominal time.Duration
}

// Next returns how long to wait before the next attempt, always more than 0, and
// false if there is to be none. It is called after each attempt that failed and
// each connection that ended. random returns a number in [0, n) for n > 0, as
// [math/rand/v2.Int64N] does, and is called at most once.
func (s *State) Next(random func(n int64) int64) (wait time.Duration, ok bool) {
	p := s.Policy
	if p.Interval <= 0 {
		return 0, false
	}
	if !p.growing() {
		s.nominal = p.Interval
		return sum(p.Interval, time.Duration(random(int64(p.Interval)))), true
	}
	switch {
	case s.nominal <= 0:
		s.nominal = p.Interval
	case s.nominal > p.Max/2:
		s.nominal = p.Max
	default:
		s.nominal *= 2
	}
	// At Max there is room on one side only, and all of it is used: were the
	// waits cut off there, half of the peers would have the same one.
	jitter := s.nominal / jitterShare
	shortest, longest := s.nominal-jitter, min(sum(s.nominal, jitter), p.Max)
	return shortest + time.Duration(random(int64(longest-shortest)+1)), true
}

// Succeeded tells of a connection that completed its handshake and has ended
// since, and how long it lived from the handshake on. If that was at least as
// long as the wait that came before it, the waits begin with Interval again.
//
// A peer that accepts a connection and then drops it, or refuses the handshake,
// is thus not connected to more and more often: libzmq begins again as soon as TCP
// has a connection, and hammers such a peer at Interval (libzmq issue 883).
func (s *State) Succeeded(lived time.Duration) {
	if lived >= s.nominal {
		s.nominal = 0
	}
}

// sum returns a + b, both 0 or more, or the longest duration if that is too much.
func sum(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
