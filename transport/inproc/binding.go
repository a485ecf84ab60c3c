package inproc

import "sync"

// A binding hands connecters to one accepter, one at a time and in order.
// Whoever adds one also delivers, so that every row comes to its end; the
// first to deliver does so for all.
type binding[P any] struct {
	accept func(P)

	mu         sync.Mutex // taken inside the registry's, and never around accept
	waiting    []P        // guarded by mu (and by nobody, before the binding is shared)
	delivering bool       // guarded by mu: a goroutine is in deliver's loop
}

// add appends p to those to be delivered.
func (b *binding[P]) add(p P) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, p)
}

// deliver hands out all that wait, unless another goroutine is at it.
func (b *binding[P]) deliver() {
	if b.begin() {
		b.drain()
	}
}

func (b *binding[P]) begin() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.delivering {
		return false
	}
	b.delivering = true
	return true
}

// drain is the loop of the one who delivers.
func (b *binding[P]) drain() {
	drained := false
	defer func() {
		if !drained {
			b.drain() // accept panics, or ends its goroutine: the rest must not be lost by that
		}
	}()
	for {
		p, ok := b.next()
		if !ok {
			drained = true
			return
		}
		b.accept(p)
	}
}

// next takes out the oldest that waits; without one, the delivering is over.
func (b *binding[P]) next() (p P, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		b.waiting = nil
		b.delivering = false
		return p, false
	}
	p = b.waiting[0]
	var zero P
	b.waiting[0] = zero // or it would be kept from the garbage collector
	b.waiting = b.waiting[1:]
	return p, true
}
