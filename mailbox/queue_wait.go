package mailbox

import "context"

// A Watch does the waiting for room of one call of [Queue.PutWait], so that it knows
// of it. Wait is called without locks; it must call w's Wait with ctx, and return its
// error, or one of its own if [Queue.Nudge] has woken w for that.
type Watch interface {
	// Wait waits by w.
	Wait(ctx context.Context, w *Waiter) error
}

// PutWait adds v once there is room. If ctx is done first, it returns Full and the
// cause. watch, if it is not nil, does the waiting; its error comes with Full as well.
// Any goroutine may call it.
func (q *Queue[T]) PutWait(ctx context.Context, v T, watch Watch) (Outcome, error) {
	for {
		if o := q.Put(v); o != Full {
			return o, nil
		}
		w := q.join()
		if w == nil {
			continue
		}
		var err error
		if watch == nil {
			err = w.Wait(ctx)
		} else {
			err = watch.Wait(ctx, w)
		}
		q.mu.Lock()
		q.rare.line.Leave(w)
		q.mu.Unlock()
		if err != nil { // no wake-up is wasted by that: all are woken at once
			return Full, err
		}
	}
}

// join puts the caller in line. It returns nil if there is room, or the queue is closed.
func (q *Queue[T]) join() *Waiter {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || !q.arm() {
		return nil
	}
	return q.seldom().line.Join()
}

// arm has the reader wake those who wait when it comes to the low-water mark. It
// returns false if it has come there already. mu is held.
func (q *Queue[T]) arm() bool {
	put := q.tail.Load() / numbered
	if n := put - q.given.Load(); n < uint64(q.limits.hwm()) || n > MaxHWM {
		return false
	}
	want := put - uint64(q.limits.LWM)
	q.want.Store(want)
	return q.given.Load() < want
}

// Waits reports whether w, which must be in a [Watch] still, has not been woken. Any
// goroutine may call it.
func (q *Queue[T]) Waits(w *Waiter) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return w.waiting
}

// Nudge wakes w, which must be in a [Watch] still, if nothing else has.
// It tries again then. Any goroutine may call it.
func (q *Queue[T]) Nudge(w *Waiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.waiting {
		q.rare.line.unlink(w)
		w.woken.set()
	}
}
