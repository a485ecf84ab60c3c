package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// openContext makes the context of an incarnation, which is done already if the
// actor has been killed.
func (c *core) openContext() {
	r := newRunCtx(c)
	c.node.mu.Lock()
	defer c.node.mu.Unlock()
	c.ctx = r
	switch {
	case c.rare == nil:
	case c.rare.killed != nil:
		r.end(c.rare.killed)
	case c.rare.calledOff > 0:
		r.end(ErrSibling)
	}
}

// told is called when it is the actor's turn to stop. An actor that is asleep is not
// woken for that: who tells it is its activation for the rest of its life, unless
// there is something in it that only its own goroutine should call. It implements body.
func (c *cell[M]) told() (idle bool) {
	if !c.q.Seize() {
		c.q.Post(c.stop)
		return false
	}
	_, ender := c.actor.(Ender)
	if ender || c.aside != nil || c.node.tree.turns != nil {
		c.q.Post(c.stop)
		c.q.Leave()
		return false
	}
	return true
}

// killed makes the context done, and has the rest of the mailbox become dead letters:
// in the other order, as the behaviour, called back by its context, must not be given
// another message before the command is there. The node's mu is held.
func (c *cell[M]) killed(cause error) {
	c.seldom().killed = cause
	c.q.Post(c.stop)
	if c.ctx != nil {
		c.ctx.end(cause)
	}
}

func (c *core) reaped() {
	if c.rare != nil && c.rare.empty != nil {
		close(c.rare.empty)
		c.rare.empty = nil
	}
}

func (c *core) failure() error {
	if c.rare == nil {
		return nil
	}
	return c.rare.err
}

func (c *core) activity() string { return "actor" }

// stop is the command to drain and end; or, after a kill, just to end.
func (c *cell[M]) stop() {
	c.q.Close()
	switch cause := c.killer(); {
	case c.stage == gone:
	case cause != nil:
		c.finish(cause)
	case c.stage == resting:
		c.finish(nil)
	default:
		c.stage = draining
	}
}

// killer returns why the actor was killed, or nil.
func (c *core) killer() error {
	c.node.mu.Lock()
	defer c.node.mu.Unlock()
	if c.rare == nil {
		return nil
	}
	return c.rare.killed
}

// failed does what follows a message that ended the incarnation with err.
func (c *cell[M]) failed(it item[M], err error) {
	switch {
	case errors.Is(err, ErrLater):
		c.stash(it)
		return
	case !errors.Is(err, ErrStop) && !errors.Is(err, ErrDone):
		c.dead(it, Unhandled, unwrapFinal(err))
		if !c.echoes(err) {
			c.count(func(s *seldom) { s.failures++ })
		}
	}
	c.over(err)
}

// over ends the incarnation, which failed with err or is done, and does what
// supervision decides. If the next one fails before its first message, that is
// decided on as well.
func (c *cell[M]) over(err error) {
	for err != nil {
		if c.echoes(err) {
			c.standDown()
			return
		}
		ctx := c.context()
		c.endIncarnation(err)
		v := c.decide(err, time.Since(ctx.begun))
		if v.report != nil {
			c.sup.sys.report(c.path(), v.report)
		}
		if !v.restart {
			c.finish(v.err)
			return
		}
		c.reap(fmt.Errorf("%w: parent failed: %w", ErrKilled, err))
		if v.regroup != nil {
			c.stage = resting
			c.sup.sys.hands.Go(v.regroup.do)
			return
		}
		if v.delay > 0 {
			c.stage = resting
			c.rare.rest = c.after(v.delay, c.wakeUp)
			return
		}
		err = c.restart()
	}
}

// wakeUp ends a rest.
func (c *cell[M]) wakeUp() {
	if c.stage == resting {
		c.stage = open
		c.over(c.restart())
	}
}

// after posts a command when d has passed. Nothing waits for that but the timer.
func (c *cell[M]) after(d time.Duration, command func()) *time.Timer {
	return time.AfterFunc(d, func() {
		c.node.turn()
		c.q.Post(command)
	})
}

// restart begins a new incarnation, after another that has ended. It returns what
// went wrong.
func (c *cell[M]) restart() error {
	c.node.mu.Lock()
	c.seldom().restarts++
	if c.node.state == alive {
		c.node.sealed = false
	}
	c.node.mu.Unlock()
	c.unstash() // who comes anew may do with them what it likes
	return c.incarnate()
}

// incarnate makes the behaviour. It returns what went wrong.
func (c *cell[M]) incarnate() (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	c.actor = c.build(c.ref())
	if f, ok := c.actor.(Func[M]); ok && f == nil || c.actor == nil {
		c.actor = nil
		return Final(ErrNoBehaviour)
	}
	starter, ok := c.actor.(Starter)
	if c.node.tree.turns != nil {
		c.actor = inTurn[M]{c.actor, &c.node}
	}
	if ok {
		return starter.Started(c.context())
	}
	return nil
}

// inTurn is an Actor in a test that decides which message is handled next.
type inTurn[M any] struct {
	Actor[M]
	node *Node
}

// Receive handles m when it is the actor's turn.
func (t inTurn[M]) Receive(ctx context.Context, m M) error {
	t.node.turn()
	return t.Actor.Receive(ctx, m)
}

// endIncarnation lets the behaviour know that it is over, if there is one.
func (c *cell[M]) endIncarnation(err error) {
	a := c.actor
	c.actor = nil
	c.node.mu.Lock()
	ctx := c.ctx
	c.ctx = nil
	c.stopTimers()
	c.node.mu.Unlock()
	if t, ok := a.(inTurn[M]); ok {
		a = t.Actor
	}
	ender, ok := a.(Ender)
	if ok && ctx == nil {
		ctx = newRunCtx(&c.core)
	}
	if ctx != nil {
		ctx.end(errRunOver)
	}
	if ok {
		defer func() {
			if v := recover(); v != nil {
				c.sup.sys.report(c.path(), &PanicError{Value: v, Stack: debug.Stack()})
			}
		}()
		ender.Ended(ctx, unwrapFinal(err))
	}
}

// reap ends what is below the actor: kills it if cause is not nil, or else stops it,
// and waits.
func (c *cell[M]) reap(cause error) {
	n := &c.node
	n.mu.Lock()
	n.sealed = true
	if n.children.empty() {
		n.mu.Unlock()
		return
	}
	empty := make(chan struct{})
	c.seldom().empty = empty
	var s sweep
	s.pushChildren(n, cause)
	n.mu.Unlock()
	s.run()
	<-empty
	n.turn()
}

// finish ends the actor with err, for good. What is left in the mailbox becomes dead
// letters.
func (c *cell[M]) finish(err error) {
	c.settle(err)
	var s sweep
	s.finish(&c.node)
	s.run()
}

// conclude ends an actor that was idle. It implements body.
func (c *cell[M]) conclude() {
	if c.stage != gone {
		c.settle(nil)
	}
}

// settle is finish, without what the tree does.
func (c *cell[M]) settle(err error) {
	c.ending = true
	c.q.Close()
	c.endIncarnation(err)
	c.reap(nil)
	why := Stopped
	if c.killer() != nil {
		why = Killed
	}
	c.stage = gone
	if c.timed {
		c.stopClock()
	}
	c.unstash()
	for {
		for c.early {
			it, _ := c.takeEarly()
			c.dead(it, why, err)
		}
		for {
			it, ok := c.q.Next()
			if !ok {
				break
			}
			c.dead(it, why, err)
		}
		if c.q.Finish() {
			break
		}
		c.obey()
	}
	c.node.mu.Lock()
	if c.rare != nil && c.rare.rest != nil {
		c.rare.rest.Stop()
	}
	c.node.mu.Unlock()
	if c.named {
		c.sup.sys.forget(c.path())
	}
	c.tellWatchers(err)
}

// decide says what follows an incarnation that lived so long and ended with err.
func (c *core) decide(err error, lived time.Duration) verdict {
	restart := c.opts.restart
	switch {
	case errors.Is(err, ErrStop):
		return verdict{}
	case errors.Is(err, ErrDone):
		if restart == Permanent && c.alive() {
			return verdict{restart: true}
		}
		return verdict{}
	}
	if cause := c.killer(); cause != nil {
		return killedVerdict(err)
	}
	if _, final := errors.AsType[*finalError](err); final || restart == Temporary || !c.alive() {
		err = unwrapFinal(err)
		return verdict{err: err, report: err}
	}
	return c.again(err, lived)
}

// again says when the actor is to be restarted, if its supervisor lets it.
func (c *core) again(err error, lived time.Duration) verdict {
	s := c.sup
	if !s.admit(time.Now()) {
		up := &EscalationError{Path: c.path(), Restarts: s.how.MaxRestarts, Window: s.how.Window, Err: err}
		if regroup := s.fail(up); regroup != nil {
			return verdict{restart: true, report: err, regroup: regroup}
		}
		return verdict{err: up, report: err}
	}
	c.node.mu.Lock()
	rare := c.seldom()
	c.node.mu.Unlock()
	if lived >= s.how.Window {
		rare.attempt = 0
	}
	rare.attempt++
	v := verdict{restart: true, report: err}
	if s.how.Backoff != nil {
		delay, ok := s.how.Backoff(rare.attempt, lived)
		if !ok {
			return verdict{err: err, report: err}
		}
		v.delay = delay
	}
	if s.how.Strategy != OneForOne {
		v.regroup = &regrouping{s, &c.node, v.delay}
	}
	return v
}

func (c *core) alive() bool {
	c.node.mu.Lock()
	defer c.node.mu.Unlock()
	return c.node.state == alive
}
