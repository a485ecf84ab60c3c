// Package inproc is the meeting place of "inproc://" endpoints: a register of
// names, where those who connect find the one who binds, in whatever order
// they come. What they do with each other then, a pipe from one to the other
// as a rule, is theirs.
package inproc

import (
	"fmt"
	"slices"
	"sync"

	"github.com/zeroactor/zmq"
)

// Scheme is the part of an inproc endpoint before "://".
const Scheme = "inproc"

// A Registry brings connecters, of type P, to the binders of names. Any text
// is a name, of any length, the empty one included. The zero Registry is empty
// and ready for use; it must not be copied once used.
//
// All methods may be called by several goroutines at once, and by an accept
// function. Each takes effect at one moment: an accepter gets precisely those
// that were pending when it was bound and those that connected until it was
// unbound, each once, one at a time, and in the order of their Connects.
// Whether one is pending depends on nothing but the calls before it.
//
// To call accept no lock is held. It is called by the goroutine of the Bind or
// Connect that brought the first of a row; a goroutine that comes with another
// one meanwhile leaves it to that goroutine, and does not wait. An accept that
// panics has had its P; the others of the row are delivered before the panic
// goes on.
type Registry[P comparable] struct {
	mu    sync.Mutex
	slots map[string]*slot[P] // guarded by mu; none is empty
}

// A slot is what a Registry knows of a name: its binder, or those who wait for
// one. Guarded by the registry's mu.
type slot[P any] struct {
	bound   *binding[P] // nil: nobody
	pending []P         // oldest first; empty if bound
}

// Bind makes accept the accepter of name, and hands it all that are pending.
// The error is a zmq.ErrAddrInUse if name has one already.
func (r *Registry[P]) Bind(name string, accept func(P)) error {
	b := &binding[P]{accept: accept}
	if err := r.bind(name, b); err != nil {
		return err
	}
	b.deliver()
	return nil
}

func (r *Registry[P]) bind(name string, b *binding[P]) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.slot(name)
	if s.bound != nil {
		return fmt.Errorf("%w: %s://%s", zmq.ErrAddrInUse, Scheme, name)
	}
	s.bound = b
	b.waiting, s.pending = s.pending, nil
	return nil
}

// Unbind takes name from its accepter. Who connects from now on is pending;
// who connected before has been or will be accepted, perhaps after Unbind has
// returned. The error is a zmq.ErrNoEndpoint if name has no accepter.
func (r *Registry[P]) Unbind(name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.slots[name]
	if s == nil || s.bound == nil {
		return fmt.Errorf("%w: %s://%s", zmq.ErrNoEndpoint, Scheme, name)
	}
	delete(r.slots, name) // a bound slot has none pending
	return nil
}

// Bound reports whether name has an accepter.
func (r *Registry[P]) Bound(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.slots[name]
	return s != nil && s.bound != nil
}

// Connect hands p to the accepter of name, and reports whether there is one.
// If not, p is pending until a Bind or a Cancel comes.
func (r *Registry[P]) Connect(name string, p P) (bound bool) {
	b := r.connect(name, p)
	if b == nil {
		return false
	}
	b.deliver()
	return true
}

// connect puts p where it belongs, and returns the binding if that is one.
func (r *Registry[P]) connect(name string, p P) *binding[P] {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.slot(name)
	if s.bound == nil {
		s.pending = append(s.pending, p)
		return nil
	}
	s.bound.add(p)
	return s.bound
}

// Cancel removes p from those that are pending at name, and reports whether
// it was: if not, it has been or will be accepted, or never came. Of several
// equal ones the oldest is removed.
func (r *Registry[P]) Cancel(name string, p P) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.slots[name]
	if s == nil {
		return false
	}
	i := slices.Index(s.pending, p)
	if i < 0 {
		return false
	}
	s.pending = slices.Delete(s.pending, i, i+1)
	if len(s.pending) == 0 {
		delete(r.slots, name) // or names that are never bound would pile up
	}
	return true
}

// Pending takes out all that are pending, at all names, in order for each
// name: for who closes the registry's owner and has to tell them.
func (r *Registry[P]) Pending() map[string][]P {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make(map[string][]P)
	for name, s := range r.slots {
		if s.bound == nil {
			all[name] = s.pending
			delete(r.slots, name)
		}
	}
	return all
}

// slot returns the slot of name, new if need be, for r.mu's holder to fill.
func (r *Registry[P]) slot(name string) *slot[P] {
	s := r.slots[name]
	if s == nil {
		if r.slots == nil {
			r.slots = make(map[string]*slot[P])
		}
		s = new(slot[P])
		r.slots[name] = s
	}
	return s
}
