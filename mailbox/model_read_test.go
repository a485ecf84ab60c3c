//go:build ypipemodel

package mailbox

import (
	"context"
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/internal/modeltest"
)

// A well is a larder with one supply that does not come by itself: who waits has
// to fetch from it, one at a time, and sleeps there. What others put must wake
// that one as well, so it waits with OnWake.
type well struct {
	larder
	outside int // what the supply has

	mu     mutex // guards what follows
	taken  bool  // somebody fetches
	inCall bool  // ... and may be asleep there
	poked  bool  // ... and is to come back
}

// take waits for an item, and fetches it if nobody else does.
func (l *well) take(ctx context.Context) bool {
	l.turn.Lock()
	for l.items == 0 {
		wait := l.line.Join()
		left := false
		wait.OnWake(func() {
			l.w.Require(!left, "somebody is interrupted by the wake-up of another")
			l.interrupt()
		})
		l.turn.Unlock()
		err := l.fetch(ctx, wait)
		l.turn.Lock()
		l.line.Leave(wait)
		left = true
		if err != nil {
			l.line.Wake() // for the place at the supply
			l.turn.Unlock()
			return false
		}
	}
	l.items--
	l.line.Wake() // there may be more, and nobody fetches
	l.turn.Unlock()
	return true
}

// fetch brings what the supply has, or waits in line if somebody does that.
func (l *well) fetch(ctx context.Context, wait *Waiter) error {
	l.mu.Lock()
	free := !l.taken && ctx.Err() == nil
	if free {
		l.taken, l.inCall = true, true
	}
	l.mu.Unlock()
	if !free {
		l.w.Reached("waits in line")
		return wait.Wait(ctx)
	}
	came := false
	if !wait.Woken() && ctx.Err() == nil {
		l.w.Step()
		l.w.Block(func() bool { return l.outside > 0 || l.poked })
		if came = l.outside > 0; came {
			l.outside--
		}
	} else {
		l.w.Reached("woken before it slept")
	}
	l.mu.Lock()
	l.inCall, l.poked = false, false
	l.mu.Unlock()
	if came {
		l.put()
		l.w.Reached("fetched")
	}
	l.mu.Lock()
	l.taken = false
	l.mu.Unlock()
	return nil
}

func (l *well) interrupt() {
	l.mu.Lock()
	if l.inCall {
		l.poked = true
		l.w.Reached("interrupted")
	}
	l.mu.Unlock()
}

func (l *well) check() error {
	if l.taken || l.poked {
		return fmt.Errorf("the supply is left taken: %v, poked: %v", l.taken, l.poked)
	}
	return l.larder.check()
}

// Two wait: one of them at the supply, from which nothing may come before
// somebody puts something.
func TestModelWaitListFetch(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 2, Random: 20_000,
		Reach: []string{"waits in line", "fetched", "interrupted", "woken before it slept"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		l := &well{larder: larder{w: w}}
		w.Finally(l.check)
		for _, name := range []string{"taker 1", "taker 2"} {
			w.Go(name, func() {
				w.Require(l.take(context.Background()), "%s was cancelled", name)
			})
		}
		w.Go("giver", func() {
			l.put()
			w.Step()
			l.outside++
		})
	})
}

// What is put goes to one who sleeps at the supply, though nothing comes from
// there.
func TestModelWaitListInterrupt(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 6, Reach: []string{"interrupted", "woken before it slept"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		l := &well{larder: larder{w: w}}
		w.Finally(l.check)
		w.Go("taker", func() { w.Require(l.take(context.Background()), "the taker was cancelled") })
		w.Go("giver", func() { l.put() })
	})
}

// Who fetches is cancelled, and somebody else goes on in its place: also one who
// takes the first one's place in the line.
func TestModelWaitListFetchCancelled(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 2, Random: 20_000, Reach: []string{"waits in line", "fetched", "cancelled", "taken"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		l := &well{larder: larder{w: w}}
		w.Finally(l.check)
		ctx, cancel := context.WithCancel(context.Background())
		w.Go("fickle", func() {
			if l.take(ctx) {
				w.Reached("taken")
				l.put()
			} else {
				w.Reached("cancelled")
			}
		})
		w.Go("taker", func() {
			w.Require(l.take(context.Background()), "the taker was cancelled")
		})
		w.Go("giver", func() {
			w.Step()
			l.outside++
		})
		w.Go("canceller", func() {
			w.Step()
			cancel()
			l.interrupt() // as context.AfterFunc does
		})
	})
}

// The place in the line of one who has fetched is used by one who does not.
func TestModelWaitListPlace(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 5000, Reach: []string{"place used again"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		l := &well{larder: larder{w: w}}
		w.Finally(l.check)
		w.Go("fetching", func() {
			w.Require(l.take(context.Background()), "it was cancelled")
		})
		w.Go("in line", func() {
			if l.line.free != nil {
				w.Reached("place used again")
			}
			w.Require(l.larder.take(context.Background()), "it was cancelled")
		})
		w.Go("giver", func() {
			l.put()
			l.put()
		})
	})
}
