package mailbox

import "time"

// A Relay lets activations pass their goroutines on: whom one of them wakes while it is at
// work is left in its [Baton], and runs on the same goroutine when that has nothing more to
// do, which is cheaper than a goroutine for each. An heir that is left for longer than
// Patience, as the activation waits for something or goes on with its work, is given a
// goroutine of its own then.
type Relay[T any] struct {
	free, late *T // in place of an heir: nobody is left, and somebody was left too long
	start      func(heir *T)

	mu    mutex
	inUse []*Baton[T] // in which somebody was left since the last look
	due   bool        // there will be a look
}

// Patience is how long an heir is left at most, give or take what timers do: where all processors are
// busy, they and goroutines that are to run wait alike. A shorter one would wake a second
// processor more often for the looks.
const Patience = 500 * time.Microsecond

// A Baton is that of one activation. It is closed at first. It must not be copied.
type Baton[T any] struct {
	heir  atomicPointer[T] // nil while it is closed
	inUse atomicInt32      // 1 while it is in the list of the relay
}

// NewRelay returns a relay whose heirs are given goroutines by start.
func NewRelay[T any](start func(heir *T)) *Relay[T] {
	return &Relay[T]{free: new(T), late: new(T), start: start}
}

// Open lets heirs be left in b, which is closed. Only for the activation.
func (r *Relay[T]) Open(b *Baton[T]) { b.heir.Store(r.free) }

// Filled reports whether there is, or was, an heir in b, which is open. Only for the activation.
func (r *Relay[T]) Filled(b *Baton[T]) bool { return b.heir.Load() != r.free }

// Close lets nobody be left in b any more, which is open, and returns who is: the caller is to run it, or
// have it run. If that was given a goroutine as it was left too long, late is true. Only for the
// activation.
func (r *Relay[T]) Close(b *Baton[T]) (heir *T, late bool) {
	switch heir = b.heir.Swap(nil); heir {
	case r.free, nil:
		return nil, false
	case r.late:
		return nil, true
	}
	return heir, false
}

// Take takes who is left in b, if anybody is: the caller is to have it run. Any goroutine may call it.
func (r *Relay[T]) Take(b *Baton[T]) (heir *T) { return r.take(b, r.free) }

// take puts place in the place of who is left in b.
func (r *Relay[T]) take(b *Baton[T], place *T) (heir *T) {
	heir = b.heir.Load()
	if heir == nil || heir == r.free || heir == r.late || !b.heir.CompareAndSwap(heir, place) {
		return nil
	}
	return heir
}

// Leave leaves heir in b, if that is open and empty. If it returns false, the caller is to have it
// run. Any goroutine may call it.
func (r *Relay[T]) Leave(b *Baton[T], heir *T) bool {
	if !b.heir.CompareAndSwap(r.free, heir) {
		return false
	}
	if b.inUse.Load() == 0 { // after the swap: the look that has set it to 0 may have been before that
		r.use(b)
	}
	return true
}

// use has somebody look at b after a while.
func (r *Relay[T]) use(b *Baton[T]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b.inUse.Load() != 0 {
		return
	}
	b.inUse.Store(1)
	r.inUse = append(r.inUse, b)
	if !r.due {
		r.due = true
		after(Patience, r.look)
	}
}

// look gives goroutines to those who are left.
func (r *Relay[T]) look() {
	r.mu.Lock()
	all := r.inUse
	r.inUse = nil
	r.mu.Unlock()
	for _, b := range all {
		b.inUse.Store(0)
		if heir := r.take(b, r.late); heir != nil {
			r.start(heir)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.due = len(r.inUse) > 0; r.due {
		after(Patience, r.look)
	}
}
