// Package wait says how long something is waited for before it is taken for not happening.
//
// It is counted in looks, and not by the clock, which goes on where nothing runs: a process that was stopped, or
// that others keep from the processor, has looked once when it goes on, however long that was. It is told
// that something does not come only when it has looked for it, and not found it, as often as one that has a machine
// for itself.
package wait

import (
	"context"
	"errors"
	"time"
)

// looks is how many a whole patience has.
const looks = 200

// A Patience is for one wait. The zero value is over.
type Patience struct {
	left int           // looks
	step time.Duration // between two of them, at least
	next time.Time     // when the next one counts; zero before the first
}

// New returns a patience that lasts so long where nothing keeps the process from running; it lasts longer where
// something does.
func New(lasts time.Duration) *Patience {
	return &Patience{left: looks, step: lasts / looks}
}

// Over is for who looks again and again, and sleeps in between. It counts a look, if it is time for one, and reports
// whether that was the last.
func (p *Patience) Over() bool {
	now := time.Now()
	switch {
	case p.next.IsZero():
		p.next = now.Add(p.step)
	case p.left > 0 && !now.Before(p.next):
		p.left--
		p.next = now.Add(p.step)
	}
	return p.left <= 0
}

// For waits for a value, or for the end of a channel, and reports whether that came before patience was over.
func For[T any](ch <-chan T, lasts time.Duration) (v T, came bool) {
	ticks := time.NewTicker(lasts / looks)
	defer ticks.Stop()
	for range looks {
		select {
		case v = <-ch:
			return v, true
		case <-ticks.C:
		}
	}
	return v, false
}

// ErrOver is the cause of contexts whose patience is over.
var ErrOver = errors.New("patience is over")

// Context returns a context that ends when patience is over, or when end is called, which waits for what
// counts the looks.
func Context(parent context.Context, lasts time.Duration) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(parent)
	counted := make(chan struct{})
	go func() {
		defer close(counted)
		if _, ended := For(ctx.Done(), lasts); !ended {
			cancel(ErrOver)
		}
	}()
	return ctx, func() {
		cancel(context.Canceled)
		<-counted
	}
}
