package actor

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/zeroactor/zmq/mailbox"
)

// stage is what a cell is doing about its messages.
type stage uint8

const (
	open     stage = iota // handles them
	resting               // has no behaviour, and waits to be given one
	draining              // handles what is left, and ends
	gone
)

// core is what a cell has whatever its type of message: the actor, as the tree and
// its supervisor know it. Actors are many, so that it must be small.
type core struct {
	node Node
	sup  *Supervisor
	opts *options
	rare *seldom // guarded by node.mu

	// Owned by the activation: the goroutine that runs the cell, if there is one.
	ctx    *runCtx // of this incarnation; nil until it is needed. Set and read by others under node.mu
	stage  stage
	ending bool // finish has begun
	early  bool // there are items in aside.ahead
	timed  bool // the clock is to be used

	named bool // has a name of its own; set at birth
	told  bool // watchers have been told; guarded by node.mu
}

// seldom is what few actors need: what is left of failures and ends.
type seldom struct {
	killed    error         // why the actor was killed
	calledOff int           // who is waiting until the incarnation has ended because of a sibling
	err       error         // what it ended with
	empty     chan struct{} // closed when the last child has ended; nil if nobody waits

	restarts, failures, lost int    // see MailboxSnapshot
	dropped, refused, waited int    // likewise
	clock                    *clock // nil until somebody has looked
	watchers                 []*watcher
	timers                   map[*Timer]struct{}

	// Owned by the activation.
	attempt int         // restarts in a row
	rest    *time.Timer // ends the present or last rest
}

func (c *core) seldom() *seldom {
	if c.rare == nil {
		c.rare = new(seldom)
	}
	return c.rare
}

// path is for people, and the key under which the actor is known.
func (c *core) path() string { return c.sup.path + "/" + c.node.Name() }

// item is a message in a mailbox, and the question that it asks, if it does.
type item[M any] struct {
	m   M
	ask *pending
}

// A cell is one actor: the mailbox, which its refs lead to, and the behaviour, which
// is made anew by each restart. It has a goroutine only while there is something
// to do.
type cell[M any] struct {
	q mailbox.Queue[item[M]] // first, so that what writers write begins at a line of the cache
	core
	_     [16]byte // a size class of the allocator that is a multiple of such a line
	build func(self Ref[M]) Actor[M]

	// Owned by the activation.
	actor Actor[M]  // nil between incarnations
	aside *aside[M] // nil until there is something in it
}

// shortRun is how many messages an activation may have handled and still be taken
// for one that passes messages one by one: it yields before it ends, as the next
// one may be on its way. A longer one would have the mailbox go back and forth
// between two processors for each message. See docs/decisions/0008.
const shortRun = 4

// activate is the goroutine.
func (c *cell[M]) activate() {
	for next := c.step(); next != nil; {
		next = next.node.body.step()
	}
}

// step is one activation. It returns whom to run next on this goroutine, or nil.
func (c *cell[M]) step() (heir *core) {
	if c.timed {
		c.startClock()
	}
	for again := true; again; {
		again, heir = c.work()
	}
	return heir
}

// start runs c, which was asleep and has been given a message, on a goroutine of its own.
func (c *cell[M]) start() { c.q.Begin() }

// work runs the cell until there is nothing to do: then it returns false, and the
// goroutine must end. It returns true after a failure.
func (c *cell[M]) work() (again bool, heir *core) {
	var it item[M]
	busy, clean := false, false
	defer func() {
		switch {
		case busy:
			again = c.crashed(it, recover())
		case !clean: // a hook has called Goexit: a panic in one does not come here
			go c.survive(func() { c.over(ErrGoexit) })
		}
	}()
	again, heir = c.loop(&it, &busy)
	clean = true
	return again, heir
}

// loop is work, and says in it and busy what it is at.
func (c *cell[M]) loop(it *item[M], busy *bool) (again bool, heir *core) {
	handled, yielded := 0, false
	for {
		if c.q.Urgent() {
			c.ctx.passOn()
			if !c.obey() {
				return false, nil
			}
		}
		if c.stage == resting {
			if c.sleep(true) {
				return false, nil
			}
			continue
		}
		var ok bool
		if c.early {
			*it, ok = c.takeEarly()
		} else {
			*it, ok = c.q.Held()
		}
		if ok {
			n, err := c.handle(it, busy)
			handled += n
			if err != nil {
				c.ctx.passOn()
				c.failed(*it, err)
				if c.stage == gone {
					return false, nil
				}
			}
			continue
		}
		if c.stage == draining {
			c.ctx.passOn()
			if c.q.Look() {
				continue
			}
			c.finish(nil)
			return false, nil
		}
		heir := c.ctx.heir()
		if heir == nil && 0 < handled && handled <= shortRun && !yielded {
			yielded = true
			runtime.Gosched()
		}
		if c.sleep(false) {
			return false, heir
		}
		if heir != nil {
			heir.node.body.start()
		}
	}
}

// handle handles the message in it, and those that follow, until there is none at hand, a command has come, or one
// has failed. It returns how many it has handled.
func (c *cell[M]) handle(it *item[M], busy *bool) (n int, err error) {
	ctx, behaviour, early := c.context(), c.actor, c.early // only commands and failures change them
	*busy = true
	for ok := true; ok; {
		if !ctx.hasBaton() {
			ctx.takeBaton()
		}
		err = behaviour.Receive(ctx, it.m)
		n++
		if err != nil || early || c.q.Urgent() {
			break
		}
		*it, ok = c.q.Held()
	}
	*busy = false
	return n, err
}

// crashed does what follows a panic with v, or Goexit if v is nil. It returns true
// if there may be more to do.
func (c *cell[M]) crashed(it item[M], v any) (again bool) {
	c.ctx.passOn()
	if v == nil { // only deferred calls still run on this goroutine
		go c.survive(func() { c.failed(it, ErrGoexit) })
		return false
	}
	c.failed(it, &PanicError{Value: v, Stack: debug.Stack()})
	return c.stage != gone
}

// survive does what follows a Goexit, on a new goroutine, and then goes on.
func (c *cell[M]) survive(what func()) {
	clean := false
	defer func() {
		if !clean { // a hook again
			go c.survive(func() { c.over(ErrGoexit) })
		}
	}()
	if c.ending {
		what = func() { c.finish(ErrGoexit) }
	}
	what()
	clean = true // what follows looks after itself
	if c.stage != gone {
		c.activate()
	}
}

// context returns that of the incarnation.
func (c *cell[M]) context() *runCtx {
	if c.ctx == nil {
		c.openContext()
	}
	return c.ctx
}

// obey runs the commands that have come. It returns false if the cell is gone then.
func (c *cell[M]) obey() bool {
	todo := c.q.Commands()
	defer func() { // a hook that one of them calls may call Goexit: the others are to be run all the same
		for _, command := range todo {
			c.q.Post(command)
		}
	}()
	for len(todo) > 0 {
		command := todo[0]
		todo = todo[1:]
		command()
	}
	return c.stage != gone
}

// ref returns the address of c.
func (c *cell[M]) ref() Ref[M] { return Ref[M]{c} }

// put gives an item to the mailbox, or says why not. wait says whether the caller
// may wait for room.
func (c *cell[M]) put(ctx context.Context, it item[M], wait bool) error {
	if o, wake := c.q.PutQuietly(it); o != mailbox.Queued || wake {
		return c.putOn(ctx, it, wait, o, wake)
	}
	return nil
}

// putOn is what follows where that has come to nothing at first, or has woken the cell.
func (c *cell[M]) putOn(ctx context.Context, it item[M], wait bool, o mailbox.Outcome, wake bool) error {
	switch {
	case wake:
		if !c.leftTo(ctx) {
			c.q.Begin()
		}
		return nil
	case o != mailbox.Full:
	case c.opts.policy == DropOldest:
		old, displaced, o := c.q.Displace(it)
		if displaced {
			c.dead(old, DroppedOld, nil)
		}
		return c.outcome(o)
	case c.opts.policy == DropNewest:
		c.dead(it, DroppedNew, nil)
		return nil
	case wait && c.opts.policy == Wait:
		c.count(func(s *seldom) { s.waited++ })
		var err error
		if o, err = c.putWait(ctx, it); err != nil {
			return err
		}
	default:
		c.count(func(s *seldom) { s.refused++ })
	}
	return c.outcome(o)
}

// putWait waits for room. If an actor does, it is known that it waits.
func (c *cell[M]) putWait(ctx context.Context, it item[M]) (mailbox.Outcome, error) {
	by := callerOf(ctx)
	by.passOnEarly()
	defer c.node.resume(by)
	if by == nil {
		return c.q.PutWait(ctx, it, nil)
	}
	if by.of(&c.core) {
		return mailbox.Full, selfDeadlock(&c.core, ForRoom, &c.node)
	}
	w := by.core.sup.sys.waits.get(by, ForRoom, &c.node)
	w.queue = &c.q
	o, err := c.q.PutWait(ctx, it, w)
	w.put()
	return o, err
}

func (c *cell[M]) outcome(o mailbox.Outcome) error {
	switch o {
	case mailbox.Full:
		return ErrFull
	case mailbox.Closed:
		return ErrStopped
	}
	return nil
}

// dead makes a dead letter of an item, and tells who asked.
func (c *cell[M]) dead(it item[M], why Reason, err error) {
	c.count(func(s *seldom) {
		s.lost++
		if why == DroppedOld || why == DroppedNew {
			s.dropped++
		}
	})
	path := c.path()
	if it.ask != nil {
		it.ask.fail(lostError(path, why, err))
	}
	c.sup.sys.dead(DeadLetter{To: path, Message: it.m, Reason: why, Err: err})
}
