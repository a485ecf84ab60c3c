package mailbox

// In a Single queue writers take items out as well. It is barred always, and what is taken is taken under the lock: given
// is the number of the oldest item.

// Displace adds v, in place of the oldest item if there is no room: that one is
// returned then. Any goroutine may call it. The queue must be a single one.
func (q *Queue[T]) Displace(v T) (old T, displaced bool, o Outcome) {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return old, false, Closed
	}
	t := q.tail.Load()
	n := t/numbered - q.given.Load()
	if n >= uint64(q.limits.hwm()) {
		old, displaced = q.oldest(), true
		q.seldom().displaced++
		n--
	}
	wake := q.append(t, n, v)
	q.mu.Unlock()
	if wake {
		start(q.run)
	}
	return old, displaced, Queued
}

// oldest takes the oldest item, which there must be. mu is held.
func (q *Queue[T]) oldest() T {
	number := q.given.Load()
	r := q.from.Load()
	if next := r.follower(number); next != nil {
		q.from.Store(next)
		r = next
	}
	q.given.Store(number + 1)
	return r.at(number).take()
}

// heldSingle is Held.
func (q *Queue[T]) heldSingle(*ring[T]) (v T, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.empty() {
		return v, false
	}
	v = q.oldest()
	q.taken++
	q.wakeAll()
	return v, true
}

// lookSingle is Look.
func (q *Queue[T]) lookSingle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.empty()
}

// dozeSingle is doze.
func (q *Queue[T]) dozeSingle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.empty() {
		return false
	}
	q.tail.Store(q.tail.Load() | asleep)
	return true
}

// empty reports whether a Single queue is. mu is held.
func (q *Queue[T]) empty() bool { return q.tail.Load()/numbered == q.given.Load() }
