package mailbox

import (
	"sync"
	"sync/atomic"
)

// An Event is something for the holder of a turn to do. It is posted with
// [Turn.Post], and must not be posted again before it has begun to run.
type Event struct {
	next *Event
	Do   func() // runs in the turn
}

// A Turn is the right to touch an actor's state, for an actor that has no
// goroutine of its own: whoever calls it takes the turn, does its work and
// gives the turn back. Events that others post meanwhile are run by whoever
// holds the turn, at the latest before it is given back, and by the poster
// itself if nobody does; so no event waits for the next call.
//
// A turn is held for a short time: its holder never waits for anything.
type Turn struct {
	mu    sync.Mutex
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
	head atomic.Pointer[Event] // newest first
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
			next := e.next // running e allows it to be posted again
			e.next = nil
			e.Do()
			e = next
		}
	}
}
