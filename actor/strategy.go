package actor

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Strategy says which of a supervisor's actors are restarted when one fails. The
// mailboxes of all are kept.
type Strategy uint8

const (
	OneForOne  Strategy = iota // the one that failed: the default
	OneForAll                  // all
	RestForOne                 // the one that failed, and those that were started after it
)

func (g Strategy) String() string {
	switch g {
	case OneForOne:
		return "one for one"
	case OneForAll:
		return "one for all"
	case RestForOne:
		return "rest for one"
	}
	return fmt.Sprintf("Strategy(%d)", uint8(g))
}

// ErrSibling is what an incarnation ends with that is restarted because of another
// actor's failure. It is the cause of its context; a message that it fails with because of
// that is a dead letter, but no failure. A [Temporary] actor ends by it for good.
var ErrSibling = errors.New("actor: restarted because of another one's failure")

// Supervise starts a supervisor under s. If it fails, by too many restarts of its
// actors, that is to s as the failure of an actor: s restarts all that is below it, or
// fails itself. The error is [ErrSpec], [ErrDuplicate] or [ErrStopping], wrapped.
func Supervise(s *Supervisor, name string, how Supervision) (*Supervisor, error) {
	below, err := supervise(s, name, how)
	if err != nil {
		return nil, fmt.Errorf("start supervisor %s under %s: %w", name, s.path, err)
	}
	return below, nil
}

func supervise(s *Supervisor, name string, how Supervision) (*Supervisor, error) {
	if err := how.fill(); err != nil {
		return nil, err
	}
	if name == "" || strings.Contains(name, "/") {
		return nil, fmt.Errorf("%w: a supervisor named %q", ErrSpec, name)
	}
	below := &Supervisor{sys: s.sys, parent: s, path: s.path + "/" + name, how: how, hand: newHand()}
	if !s.sys.claim(below.path, below) {
		return nil, ErrDuplicate
	}
	below.node = &Node{name: name, parent: s.node, tree: s.node.tree, spec: &Spec{
		Ordered: true,
		OnExit:  func(*Node, error) { s.sys.forget(below.path) },
		group:   below,
	}}
	if !s.node.adopt(below.node) {
		s.sys.forget(below.path)
		return nil, ErrStopping
	}
	return below, nil
}

// A hand is a lock whose wait a test in virtual time can see.
type hand chan struct{}

func newHand() hand { return make(hand, 1) }

func (h hand) lock()   { h <- struct{}{} }
func (h hand) unlock() { <-h }

// A member is what a supervisor restarts together with others. Both methods wait
// until it is done, also where the member is stopped or killed meanwhile.
type member interface {
	pause()  // ends the incarnation
	resume() // begins another
}

// member returns what lives in n as a member, or nil.
func (n *Node) member() member {
	if n.spec != nil && n.spec.group != nil {
		return n.spec.group
	}
	m, _ := n.body.(member)
	return m
}

// A regrouping restarts those that a supervisor has to when one has failed.
type regrouping struct {
	s      *Supervisor
	failed *Node
	delay  time.Duration
}

// do ends them, the latest first, and begins anew after the delay, the oldest first.
func (r *regrouping) do() {
	s := r.s
	s.node.turn()
	all := s.affected(r.failed)
	s.hand.lock()
	for _, m := range slices.Backward(all) {
		m.pause()
	}
	s.hand.unlock()
	resume := func() {
		s.hand.lock()
		defer s.hand.unlock()
		for _, m := range all {
			m.resume()
		}
	}
	if r.delay > 0 {
		time.AfterFunc(r.delay, func() {
			s.node.turn()
			resume()
		})
		return
	}
	resume()
}

// affected lists who is restarted when failed is.
func (s *Supervisor) affected(failed *Node) (all []member) {
	found := s.how.Strategy == OneForAll
	for n := range s.node.Children() {
		if n == failed {
			found = true
		}
		m := n.member()
		if m == nil || !found || s.how.Strategy == OneForOne && n != failed {
			continue
		}
		all = append(all, m)
	}
	return all
}

func (s *Supervisor) members() (all []member) {
	for n := range s.node.Children() {
		if m := n.member(); m != nil {
			all = append(all, m)
		}
	}
	return all
}

// pause ends what is below s. It implements member.
func (s *Supervisor) pause() {
	for _, m := range slices.Backward(s.members()) {
		m.pause()
	}
}

// resume begins anew what is below s, which has failed no time then.
func (s *Supervisor) resume() {
	s.mu.Lock()
	s.history = nil
	s.mu.Unlock()
	for _, m := range s.members() {
		m.resume()
	}
}

// command has the activation run f, and waits until it has.
func (c *cell[M]) command(f func()) { c.await(c.post(f)) }

// post has the activation run f. The channel is closed when it has; it is nil if the
// actor is gone.
func (c *cell[M]) post(f func()) (ran chan struct{}) {
	ran = make(chan struct{})
	if !c.q.Post(func() {
		defer close(ran)
		f()
	}) {
		return nil
	}
	return ran
}

// await waits for what was posted.
func (c *cell[M]) await(ran chan struct{}) {
	if ran != nil {
		<-ran
		c.sup.node.turn()
	}
}

// pause ends the incarnation, because of a sibling. Its context is done before that:
// it may be waiting for another one that is paused already. It is given no other
// message then, as the command is there before.
func (c *cell[M]) pause() {
	c.node.mu.Lock()
	called := c.node.state == alive
	if called {
		c.seldom().calledOff++
	}
	ran := c.post(func() { c.calledOff(called) })
	if called && c.ctx != nil {
		c.ctx.end(ErrSibling)
	}
	c.node.mu.Unlock()
	c.await(ran)
}

// calledOff is the command that pause gives. called says whether the context has been
// ended for it.
func (c *cell[M]) calledOff(called bool) {
	c.node.mu.Lock()
	if called {
		c.rare.calledOff--
	}
	if c.stage == draining && c.ctx != nil && c.ctx.Err() != nil {
		c.ctx = nil // it was to stop before it was called off, and handles the rest
	}
	c.node.mu.Unlock()
	if c.stage == open {
		c.standDown()
	}
}

// standDown ends the incarnation, because of a sibling, until resume.
func (c *cell[M]) standDown() {
	c.endIncarnation(ErrSibling)
	c.reap(fmt.Errorf("%w: parent: %w", ErrKilled, ErrSibling))
	if c.opts.restart == Temporary {
		c.finish(ErrSibling)
		return
	}
	c.stage = resting
}

// echoes reports whether the incarnation failed with err only because it was called off,
// as is most likely, except for a panic.
func (c *cell[M]) echoes(err error) bool {
	if errors.Is(err, ErrStop) || errors.Is(err, ErrDone) || c.stage != open {
		return false
	}
	if _, panicked := errors.AsType[*PanicError](err); panicked {
		return false
	}
	c.node.mu.Lock()
	defer c.node.mu.Unlock()
	return c.rare != nil && c.rare.calledOff > 0
}

// resume begins another incarnation.
func (c *cell[M]) resume() { c.command(c.wakeUp) }

// Lookup returns the actor whose path is that of s with the name appended, as in
// "counter", or "workers/counter" for one under another supervisor. The error is
// [ErrNoActor] if there is none, and [ErrSpec] if its messages are of another type.
func Lookup[M any](s *Supervisor, name string) (Ref[M], error) {
	path := s.path + "/" + name
	found, _ := s.sys.names.Load(path)
	switch c := found.(type) {
	case *cell[M]:
		return Ref[M]{c}, nil
	case nil:
		return Ref[M]{}, fmt.Errorf("look up %s: %w", path, ErrNoActor)
	}
	return Ref[M]{}, fmt.Errorf("look up %s: %w: it takes other messages", path, ErrSpec)
}
