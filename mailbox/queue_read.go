package mailbox

// Next takes the oldest item, if there is one. Reader only.
func (q *Queue[T]) Next() (v T, ok bool) {
	if !q.Look() {
		return v, false
	}
	return q.Held()
}

// Held takes the oldest item, if it is there already. Unlike Next it neither waits for one that is about to be put,
// nor gives credit for the last few if there is none. Reader only.
func (q *Queue[T]) Held() (v T, ok bool) {
	r := q.from.Load()
	if r == nil {
		return v, false
	}
	if r.single {
		return q.heldSingle(r)
	}
	p := r.at(q.taken)
	if p.told.Load() != q.taken+1 {
		if r = r.follower(q.taken); r == nil {
			return v, false
		}
		q.from.Store(r)
		if p = r.at(q.taken); p.told.Load() != q.taken+1 {
			return v, false
		}
	}
	v = p.take()
	if q.taken++; q.taken >= q.due {
		q.give(r)
	}
	return v, true
}

// follower returns the ring after r, if that is where the item of that number is.
func (r *ring[T]) follower(number uint64) *ring[T] {
	if next := r.next.Load(); next != nil && next.first == number {
		return next
	}
	return nil
}

// Look reports whether there is anything to take. It waits for a writer that has been given a number and not put its
// item there yet. Reader only.
func (q *Queue[T]) Look() bool {
	if q.limits.Single {
		return q.lookSingle()
	}
	if q.tail.Load()/numbered == q.taken {
		q.given.Store(q.taken)
		q.wakeWriters()
		return false
	}
	q.await()
	return true
}

// await waits for the next item, whose number has been given: its writer has nothing more to do than to put it
// there.
func (q *Queue[T]) await() {
	r := q.from.Load()
	if next := r.follower(q.taken); next != nil {
		q.from.Store(next)
		r = next
	}
	await(&r.at(q.taken).told, q.taken+1)
}

// Taken returns how many items have been taken. Reader only.
func (q *Queue[T]) Taken() int64 { return int64(q.taken) }

// give gives credit for all that was taken, out of r. A writer that begins to
// wait at that moment may go unnoticed; there is more to come then, and more credit at the
// end of it.
func (q *Queue[T]) give(r *ring[T]) {
	q.given.Store(q.taken)
	q.due = q.taken + max(1, r.limit/creditSteps)
	q.wakeWriters()
}

// wakeWriters wakes those who wait, if credit has come to where they are to be woken.
func (q *Queue[T]) wakeWriters() {
	if q.drained() {
		q.mu.Lock()
		q.wakeAll()
		q.mu.Unlock()
	}
}

// wakeAll is wakeWriters. mu is held.
func (q *Queue[T]) wakeAll() {
	if q.drained() {
		q.want.Store(0)
		q.seldom().line.WakeAll()
	}
}

// drained reports whether writers that wait are to be woken.
func (q *Queue[T]) drained() bool {
	want := q.want.Load()
	return want != 0 && q.given.Load() >= want
}

// Urgent reports whether there are commands. Reader only.
func (q *Queue[T]) Urgent() bool { return q.urgent.Load() != 0 }

// Commands takes all commands, oldest first. Reader only.
func (q *Queue[T]) Commands() []func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.urgent.Store(0)
	if q.rare == nil {
		return nil
	}
	all := q.rare.commands
	q.rare.commands = nil
	return all
}

// Sleep sends the reader away, unless there is something to do: it returns true if
// the caller must end now, and leave the queue to the next run. If it returns false, there is
// a command, or an item for [Queue.Held]. Who is deaf is woken by commands only. Reader only.
func (q *Queue[T]) Sleep(isDeaf bool) bool {
	switch {
	case isDeaf:
		return q.turnDeaf()
	case q.limits.Single && !q.dozeSingle(), !q.limits.Single && !q.doze():
		return false
	case q.urgent.Load() == 0:
		return true
	}
	// A command has come, from somebody who may have been too early to find a reader that sleeps. If it is awake again,
	// somebody else is the reader.
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.rouse()
}

// doze falls asleep, unless there is an item. Who does is the reader no more.
func (q *Queue[T]) doze() bool {
	for {
		t := q.tail.Load()
		if t/numbered != q.taken {
			q.await()
			return false
		}
		// The swap comes between this and the look at who wants it.
		q.given.Store(q.taken)
		if q.tail.CompareAndSwap(t, t|asleep) {
			q.wakeWriters()
			return true
		}
	}
}

// turnDeaf falls asleep for items, unless there is a command.
func (q *Queue[T]) turnDeaf() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.limits.Single {
		q.given.Store(q.taken)
		q.wakeAll()
	}
	q.deaf = q.urgent.Load() == 0
	return q.deaf
}

// Leave sends the reader away, and starts another if there is something to do.
// Reader only.
func (q *Queue[T]) Leave() {
	if !q.Sleep(false) {
		start(q.run)
	}
}
