package mailbox

// An Event is something for the holder of a turn to do, posted with [Turn.Post].
// It may be posted again at any time, by any goroutine, to the same turn; while
// it waits to run that changes nothing, since it is still to run.
type Event struct {
	Do func() // runs in the turn

	next   *Event      // in the inbox
	posted atomicInt32 // 1 from Post until it runs
}

// A Turn is the right to touch an actor's state, for an actor that has no
// goroutine of its own: whoever calls it takes the turn, does its work and
// gives the turn back. Events that others post meanwhile are run by whoever
// holds the turn, at the latest before it is given back, and by the poster
// itself if nobody does; so no event waits for the next call.
//
// A turn is held for a short time: its holder never waits for anything.
type Turn struct {
	mu    mutex
	inbox inbox
}

// Lock takes the turn and runs the events that are waiting.
func (t *Turn) Lock() {
	t.mu.Lock()
	if !t.inbox.empty() {
		t.inbox.run()
	}
}

// Unlock gives the turn back, once no event is waiting.
func (t *Turn) Unlock() {
	for {
		t.mu.Unlock()
		// An event may have come just before the unlock, from a poster that
		// found the turn taken: it is still ours, unless another took over.
		if t.inbox.empty() || !t.mu.TryLock() {
			return
		}
		t.inbox.run()
	}
}

// Post hands an event to the turn. It returns at once: the event has been
// run by the caller, or will be by the turn's holder. Post may be called
// from within a turn, also this one.
func (t *Turn) Post(e *Event) {
	if !e.posted.CompareAndSwap(0, 1) {
		return // it waits, and will see all that was before this call
	}
	t.inbox.push(e)
	if t.mu.TryLock() {
		t.inbox.run()
		t.Unlock()
	}
}

// Pending runs the events that are waiting. The turn must be held.
func (t *Turn) Pending() {
	if !t.inbox.empty() {
		t.inbox.run()
	}
}

// An inbox is a lock-free list of events, many writers to one reader.
type inbox struct {
	head atomicPointer[Event] // newest first
}

func (b *inbox) empty() bool { return b.head.Load() == nil }

func (b *inbox) push(e *Event) {
	for {
		head := b.head.Load()
		e.next = head
		if b.head.CompareAndSwap(head, e) {
			return
		}
	}
}

// run takes all events and runs them, oldest first, until none is left.
func (b *inbox) run() {
	for {
		newest := b.head.Swap(nil)
		if newest == nil {
			return
		}
		var oldest *Event
		for e := newest; e != nil; {
			next := e.next
			e.next = oldest
			oldest, e = e, next
		}
		for e := oldest; e != nil; {
			next := e.next
			e.next = nil
			e.posted.Store(0) // from here on it may be posted again
			e.Do()
			e = next
		}
	}
}
