package patterns

import (
	"context"
	"sync"
	"time"
)

const (
	// mostDials is how many connections of a socket are made at once, from the dial to the
	// end of the handshake. It is far more than what keeps a processor busy, and bounds
	// what thousands take that are asked for at once: each has a stack of dialling and the
	// memory of a handshake, and the peer has a place in its backlog.
	mostDials = 64

	// dialPatience is how long others wait for those. A peer that is far away, or does not
	// answer at all, then takes nobody's place any more.
	dialPatience = 50 * time.Millisecond
)

// A dialLine is where the connecters of a socket line up to make their connections. The
// zero line is empty. All methods may be called by several goroutines.
type dialLine struct {
	mu      sync.Mutex
	round   uint32 // how often patience was at its end
	begun   int    // let through in this round, and not through with it
	waiting []*dialWaiter
	timer   *time.Timer // runs while somebody waits; nil before that
}

type dialWaiter struct {
	turn chan uint32 // one slot
	left bool
}

// enter waits until the caller may make its connection, or ctx is done. It returns the round
// that leave wants to know.
func (l *dialLine) enter(ctx context.Context) (round uint32, err error) {
	l.mu.Lock()
	if l.begun < mostDials {
		defer l.mu.Unlock()
		l.begun++
		return l.round, nil
	}
	w := &dialWaiter{turn: make(chan uint32, 1)}
	l.waiting = append(l.waiting, w)
	if len(l.waiting) == 1 {
		l.watch()
	}
	l.mu.Unlock()
	select {
	case round = <-w.turn:
		return round, nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	w.left = true
	l.mu.Unlock()
	select {
	case round = <-w.turn:
		l.leave(round)
	default:
	}
	return 0, context.Cause(ctx)
}

// leave ends what enter began.
func (l *dialLine) leave(round uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if round != l.round {
		return // it does not count any more
	}
	l.begun--
	l.admit()
}

// admit lets through who may go. l.mu is held.
func (l *dialLine) admit() {
	for len(l.waiting) > 0 && l.begun < mostDials {
		w := l.waiting[0]
		l.waiting[0] = nil
		l.waiting = l.waiting[1:]
		if !w.left {
			l.begun++
			w.turn <- l.round
		}
	}
	if len(l.waiting) == 0 && l.timer != nil {
		l.waiting = nil
		l.timer.Stop()
	}
}

// watch makes patience end later. l.mu is held.
func (l *dialLine) watch() {
	if l.timer == nil {
		l.timer = time.AfterFunc(dialPatience, l.nextRound)
	} else {
		l.timer.Reset(dialPatience)
	}
}

// nextRound counts those that are not through yet no more.
func (l *dialLine) nextRound() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.round++
	l.begun = 0
	if l.admit(); len(l.waiting) > 0 {
		l.watch()
	}
}
