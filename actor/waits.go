package actor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zeroactor/zmq/mailbox"
)

// lookAfter is how long an actor waits at least before anybody looks whether it does
// so for ever: most waits are over by then, and cost no look.
const lookAfter = 50 * time.Millisecond

// waits knows which actors of a system wait for others in the middle of a message, or
// in a hook. Nothing of it is touched by calls that need not wait. What it is for is in
// deadlock.go.
type waits struct {
	root  *Node         // of the system
	grace time.Duration // see Config.DeadlockGrace

	mu          sync.Mutex
	first, last *wait // in the order in which they began
	free        *wait
	began       uint64                // number of waits so far
	due         bool                  // somebody is about to look
	pace        time.Duration         // between looks; lookAfter at least
	known       map[cycleKey][]*cycle // of the last look
}

// A wait is one call by which an actor waits for a node: for room in its mailbox, for
// its answer, or for its end.
type wait struct {
	y *waits

	// Set before it is entered.
	by   *runCtx
	what WaitKind
	whom *Node

	// How it can be ended, and whether it has. One of these, by what it is.
	queue    line
	waiter   *mailbox.Waiter
	question *pending
	end      chan error

	// Guarded by y.mu.
	ctx        context.Context
	number     uint64 // unique, while it lasts; 0 if it does not
	verdict    error  // by which it has been ended
	cycle      *cycle // that it is part of, as seen at the last look that saw one
	prev, next *wait  // of all; next also in the list of free ones
	sibling    *wait  // of the same actor, during a look
	color      color  // of the actor, during a look, in the first wait of each
}

// A line is where actors wait for room: a mailbox.Queue.
type line interface {
	Waits(*mailbox.Waiter) bool
	Nudge(*mailbox.Waiter)
}

// get returns a wait, to be entered any number of times.
func (y *waits) get(by *runCtx, what WaitKind, whom *Node) *wait {
	y.mu.Lock()
	defer y.mu.Unlock()
	w := y.free
	if w == nil {
		w = new(wait)
	} else {
		y.free = w.next
	}
	*w = wait{y: y, by: by, what: what, whom: whom}
	return w
}

// put gives w back.
func (w *wait) put() {
	y := w.y
	y.mu.Lock()
	defer y.mu.Unlock()
	*w = wait{next: y.free}
	y.free = w
}

// enter says that the actor is about to wait.
func (w *wait) enter(ctx context.Context) {
	y := w.y
	y.mu.Lock()
	defer y.mu.Unlock()
	y.began++
	w.ctx, w.number = ctx, y.began
	w.prev = y.last
	if y.last == nil {
		y.first = w
	} else {
		y.last.next = w
	}
	y.last = w
	y.lookSoon()
}

// leave says that the actor waits no more, with the error that its wait has ended
// with. It returns the one that it should have ended with.
func (w *wait) leave(err error) error {
	y := w.y
	y.mu.Lock()
	defer y.mu.Unlock()
	switch {
	case err == nil && w.what == ForRoom:
		err = w.verdict
	case w.cycle != nil && errors.Is(err, context.DeadlineExceeded) && w.cycle.holds(w):
		err = fmt.Errorf("%w: %w", err, w.cycle.error(w))
	}
	if w.prev == nil {
		y.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		y.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.prev, w.next, w.ctx, w.number, w.verdict, w.cycle = nil, nil, nil, 0, nil, nil
	return err
}

// Wait waits for room. It implements mailbox.Watch.
func (w *wait) Wait(ctx context.Context, waiter *mailbox.Waiter) error {
	w.waiter = waiter
	w.enter(ctx)
	return w.leave(waiter.Wait(ctx))
}

// lasts reports whether nothing has ended w yet. Once it does not last it never does
// again. y.mu is held.
func (w *wait) lasts() bool {
	if w.number == 0 || w.verdict != nil {
		return false
	}
	switch w.what {
	case ForRoom:
		return w.queue.Waits(w.waiter)
	case ForAnswer:
		return w.question.waits()
	}
	return !w.whom.isEnded()
}

// fail ends w with err. y.mu is held.
func (w *wait) fail(err error) {
	w.verdict = err
	switch w.what {
	case ForRoom:
		w.queue.Nudge(w.waiter)
	case ForAnswer:
		w.question.fail(fmt.Errorf("ask %s: %w", w.whom.Path(), err))
	case ForEnd:
		w.end <- err
	}
}

// waitEnd waits until n has ended, or ctx is done: the error is the cause then. That an
// actor waits is known, and an error if it waits for itself.
func (n *Node) waitEnd(ctx context.Context, done <-chan struct{}) (err error) {
	select {
	case <-done:
		return nil
	default:
	}
	by := callerOf(ctx)
	by.passOnEarly()
	defer n.resume(by)
	var failed chan error
	if by != nil {
		if by.core.node.within(n) {
			return selfDeadlock(by.core, ForEnd, n)
		}
		w := by.core.sup.sys.waits.get(by, ForEnd, n)
		failed = make(chan error, 1)
		w.end = failed
		w.enter(ctx)
		defer func() {
			err = w.leave(err)
			w.put()
		}()
	}
	select {
	case <-done:
		return nil
	case err := <-failed:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
