package main

import "time"

// A breaker decides whether a service that fails is to be asked. It is a value
// without clock or goroutine.
//
// It is closed at first: everything passes. After limit failures in a row it is open:
// nothing passes for as long as cool says. Then one question passes as a trial, and what
// comes of it closes the breaker, or opens it again.
type breaker struct {
	limit int
	cool  time.Duration

	failures int       // in a row
	opened   time.Time // when it was opened, if it is
	open     bool
	trial    bool // one is under way
}

// allow reports whether a question may pass now.
func (b *breaker) allow(now time.Time) bool {
	switch {
	case !b.open:
		return true
	case b.trial || now.Sub(b.opened) < b.cool:
		return false
	}
	b.trial = true
	return true
}

// record takes what came of a question that passed. An answer that was asked for before
// the breaker was opened changes nothing.
func (b *breaker) record(now time.Time, failed, trial bool) {
	switch {
	case b.open && !trial:
	case !failed:
		b.open, b.trial, b.failures = false, false, 0
	default:
		b.trial = false
		if b.failures++; b.failures >= b.limit || trial {
			b.open, b.opened = true, now
		}
	}
}

func (b *breaker) String() string {
	switch {
	case b.trial:
		return "half open"
	case b.open:
		return "open"
	}
	return "closed"
}
