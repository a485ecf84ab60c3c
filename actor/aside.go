package actor

import (
	"context"
	"errors"
)

// ErrLater is returned by an actor that cannot handle a message yet: it is laid aside
// until [Unstash]. That is no failure. As many may lie aside as the high-water mark
// says; one more is a dead letter. They are kept when the actor is restarted, and
// come first then.
var ErrLater = errors.New("actor: later")

// aside is what an actor has beside its mailbox. It is owned by the activation.
type aside[M any] struct {
	ahead   []item[M] // to be handled before what is in the mailbox
	stashed []item[M]
}

func (c *cell[M]) besides() *aside[M] {
	if c.aside == nil {
		c.aside = new(aside[M])
	}
	return c.aside
}

// push has an item handled ahead of the mailbox, after those that are ahead already.
func (c *cell[M]) push(it item[M]) {
	a := c.besides()
	a.ahead = append(a.ahead, it)
	c.early = true
}

func (c *cell[M]) takeEarly() (item[M], bool) {
	a := c.aside
	it := a.ahead[0]
	a.ahead[0] = item[M]{}
	a.ahead = a.ahead[1:]
	if len(a.ahead) == 0 {
		a.ahead = nil
		c.early = false
	}
	return it, true
}

// stash lays an item aside.
func (c *cell[M]) stash(it item[M]) {
	a := c.besides()
	if len(a.stashed) >= c.opts.HWM {
		c.dead(it, DroppedNew, ErrLater)
		return
	}
	a.stashed = append(a.stashed, it)
}

// unstash puts what lies aside ahead of all.
func (c *cell[M]) unstash() {
	a := c.aside
	if a == nil || len(a.stashed) == 0 {
		return
	}
	a.ahead = append(a.stashed, a.ahead...)
	a.stashed = nil
	c.early = true
}

// Unstash has the actor handle what it has laid aside with [ErrLater], oldest first,
// before anything else. It may be called by any goroutine; an actor calls it for
// itself when it has become ready. For the zero Ref, and for an actor that has ended, it does nothing.
func Unstash[M any](self Ref[M]) {
	if self.c != nil {
		self.c.q.Post(self.c.unstash)
	}
}

// deliver has m handled ahead of the mailbox, whatever its high-water mark.
func (c *cell[M]) deliver(m M) {
	it := item[M]{m: m}
	if !c.q.Post(func() { c.push(it) }) {
		c.dead(it, Stopped, nil)
	}
}

// A Behaviour is an Actor whose way of handling messages changes: it calls the
// function that it became last. It is for its actor only.
type Behaviour[M any] struct{ now Func[M] }

// Becoming returns a Behaviour that begins with f. If that is nil the actor ends with
// [ErrNoBehaviour] at its first message.
func Becoming[M any](f Func[M]) *Behaviour[M] {
	b := new(Behaviour[M])
	b.Become(f)
	return b
}

// Become changes what is called, from the next message on. If that is nil the actor ends
// with [ErrNoBehaviour] at that.
func (b *Behaviour[M]) Become(f Func[M]) {
	if f == nil {
		f = func(context.Context, M) error { return Final(ErrNoBehaviour) }
	}
	b.now = f
}

// Receive calls the function.
func (b *Behaviour[M]) Receive(ctx context.Context, m M) error { return b.now(ctx, m) }
