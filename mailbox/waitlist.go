package mailbox

import "context"

// A Waiter is one goroutine that waits for its turn to be worth taking.
type Waiter struct {
	woken      signal
	interrupt  func() // nil: the waiter waits in Wait
	prev, next *Waiter
	waiting    bool
}

// OnWake makes each wake-up call interrupt as well, in the turn of whoever
// wakes: for a waiter that waits elsewhere than in [Waiter.Wait]. Who does must
// ask [Waiter.Woken] once interrupt would have an effect, as the wake-up may
// have come before. To be called right after Join, in the same turn.
func (w *Waiter) OnWake(interrupt func()) { w.interrupt = interrupt }

// Woken reports whether the waiter has been woken. Any goroutine may ask, until
// the waiter leaves.
func (w *Waiter) Woken() bool { return w.woken.isSet() }

// A WaitList is the line of goroutines that wait for one condition of an
// actor's state. It belongs to the actor's turn: all methods but
// [Waiter.Wait] need it.
type WaitList struct {
	head, tail *Waiter
	free       *Waiter
}

// Empty reports whether nobody waits.
func (l *WaitList) Empty() bool { return l.head == nil }

// Join adds the caller to the end of the line.
func (l *WaitList) Join() *Waiter {
	w := l.free
	if w == nil {
		w = &Waiter{woken: newSignal()}
	} else {
		l.free = w.next
	}
	w.prev, w.next, w.waiting = l.tail, nil, true
	if l.tail == nil {
		l.head = w
	} else {
		l.tail.next = w
	}
	l.tail = w
	return w
}

// Wait waits, outside the turn, until the waiter is woken or ctx is done. It
// returns the context's cause in the latter case. Who is woken and cancelled at
// once counts as woken.
func (w *Waiter) Wait(ctx context.Context) error {
	if w.woken.wait(ctx) {
		return nil
	}
	return context.Cause(ctx)
}

// Leave takes w out of the line. It reports whether w had been woken; who
// leaves without having used the wake-up must pass it on.
func (l *WaitList) Leave(w *Waiter) (woken bool) {
	woken = !w.waiting
	if w.waiting {
		l.unlink(w)
	} else {
		w.woken.clear()
	}
	w.interrupt = nil
	w.next = l.free
	l.free = w
	return woken
}

// Wake wakes the one that has waited longest, if any.
func (l *WaitList) Wake() {
	if w := l.head; w != nil {
		l.unlink(w)
		w.woken.set()
		if w.interrupt != nil {
			w.interrupt()
		}
	}
}

// WakeAll wakes everyone.
func (l *WaitList) WakeAll() {
	for l.head != nil {
		l.Wake()
	}
}

func (l *WaitList) unlink(w *Waiter) {
	if w.prev == nil {
		l.head = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		l.tail = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.prev, w.next, w.waiting = nil, nil, false
}
