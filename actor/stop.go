package actor

import (
	"context"
	"fmt"
	"time"
)

// BeginStop asks n to stop, after all below it, and returns at once. See Stop.
// A Run may call it for its own node.
func (n *Node) BeginStop() {
	var s sweep
	s.start(n, nil)
}

// Kill cancels the contexts of n's Run and of all below it and returns at once.
// Use [Node.Wait] to wait for them.
func (n *Node) Kill() { n.kill(ErrKilled) }

// kill is Kill with a cause, which wraps ErrKilled.
func (n *Node) kill(cause error) {
	var s sweep
	s.start(n, cause)
}

// Stop asks n to stop, after all below it, and waits until they have. If ctx is
// done first, they are killed, and waited for a while longer.
//
// The error is nil if n ended before ctx was done, however it did; [ErrKilled]
// and the cause of ctx, wrapped, if it had to be killed; or a [StuckError] if
// that did not help within [Options.KillGrace]. Several goroutines may stop the
// same node; the first deadline counts. What the node ended with is in Err.
//
// An actor that by this waits for its own end, be it by way of others, gets an
// [ErrDeadlock] instead; n is asked to stop all the same.
func (n *Node) Stop(ctx context.Context) error {
	n.BeginStop()
	done := n.Done()
	err := n.waitEnd(ctx, done)
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil:
		return fmt.Errorf("stop %s: %w", n.Name(), err)
	}
	cause := fmt.Errorf("stop %s: %w: %w", n.Name(), ErrKilled, context.Cause(ctx))
	n.kill(cause)
	grace := time.NewTimer(n.tree.KillGrace)
	defer grace.Stop()
	select {
	case <-done:
		return cause
	case <-grace.C:
	}
	stuck := n.stuck()
	select {
	case <-done: // while we looked
		return cause
	default:
		return stuck
	}
}

// A sweep takes a stop or a kill through a tree: down to the leaves, and up
// again from passive nodes that have nothing left below them. It keeps its own
// stack, as trees may be deeper than a goroutine's should grow, and is owned by
// one goroutine. It must be run with no lock held.
type sweep struct {
	todo []errand
}

// An errand is one node to be asked.
type errand struct {
	node  *Node
	cause error // of a kill; nil is a stop
}

// start sweeps from n down.
func (s *sweep) start(n *Node, cause error) {
	s.todo = append(s.todo, errand{n, cause})
	s.run()
}

func (s *sweep) run() {
	for len(s.todo) > 0 {
		next := s.todo[len(s.todo)-1]
		s.todo = s.todo[:len(s.todo)-1]
		if s.ask(next.node, next.cause) {
			s.finish(next.node)
		}
	}
}

// ask stops or kills one node and puts its children on the stack. It returns
// true if the caller is to finish n.
func (s *sweep) ask(n *Node, cause error) (finish bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.state == ended || n.killed || cause == nil && n.state == stopping {
		return false
	}
	n.state = stopping
	n.sealed = true
	n.killed = cause != nil
	if n.life() != nil {
		n.life().interrupt(cause)
	}
	if n.body != nil && n.killed {
		n.body.killed(cause)
	}
	if n.children.empty() || n.killed {
		finish = n.tell()
	}
	s.pushChildren(n, cause)
	return finish
}

// interrupt wakes a node that rests, and cancels the run if it is killed. The
// node's mu is held.
func (l *life) interrupt(cause error) {
	if l.wake != nil {
		close(l.wake)
		l.wake = nil
	}
	if cause == nil {
		return
	}
	l.cause = cause
	if l.running != nil {
		l.running.end(cause)
	}
}

// pushChildren puts those children of n on the stack that are to be asked now.
// The latest ends on top. n.mu is held.
func (s *sweep) pushChildren(n *Node, cause error) {
	if n.children.empty() {
		return
	}
	if cause == nil && n.ordered() {
		s.todo = append(s.todo, errand{n.children.last(), nil})
		return
	}
	for _, c := range n.children.table {
		if c != nil {
			s.todo = append(s.todo, errand{c, cause})
		}
	}
}

func (n *Node) ordered() bool { return n.spec != nil && n.spec.Ordered }

// tell lets n itself know that it is to stop. It returns true if the caller is
// to finish n, as there is nobody else to. n.mu is held.
func (n *Node) tell() (finish bool) {
	if !n.told {
		n.told = true
		if n.ends != nil && n.ends.stopping != nil {
			close(n.ends.stopping)
		}
		if n.body != nil && n.state != ended && n.body.told() {
			return true
		}
	}
	if n.life() != nil || n.body != nil || !n.children.empty() || n.leaving {
		return false
	}
	n.leaving = true
	return true
}

// finish ends n, which has no children and no run, nor a body that does anything, and
// every such node above that was only waiting for it.
func (s *sweep) finish(n *Node) {
	for n != nil {
		if n.body != nil {
			n.body.conclude()
		}
		n.exit()
		n = s.leave(n)
	}
}

// exit calls the hooks that belong to n's end.
func (n *Node) exit() {
	n.mu.Lock() // it may be killed yet
	err := n.failure()
	n.mu.Unlock()
	if n.spec != nil && n.spec.OnExit != nil {
		n.guard(func() { n.spec.OnExit(n, err) })
	}
	if p := n.parent; p != nil && p.spec != nil && p.spec.OnChildExit != nil {
		n.guard(func() { p.spec.OnChildExit(p, n, err) })
	}
}

// leave takes n out of the tree, in one step with its becoming ended, so that
// neither its parent ends before it nor an ended node is seen in the tree. It
// returns the parent if that is to be finished now.
func (s *sweep) leave(n *Node) *Node {
	p := n.parent
	if p == nil {
		n.mu.Lock()
		n.end()
		n.mu.Unlock()
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.children.remove(n)
	n.mu.Lock()
	n.end()
	n.mu.Unlock()

	if !p.children.empty() {
		if p.sealed && p.ordered() {
			s.todo = append(s.todo, errand{node: p.children.last()}) // a stop, even if n was killed
		}
		return nil
	}
	if p.life() != nil && p.life().reaped != nil {
		close(p.life().reaped)
		p.life().reaped = nil
	}
	if p.body != nil {
		p.body.reaped()
	}
	if p.state == stopping && p.tell() {
		return p
	}
	return nil
}

// end makes n an ended node. n.mu is held.
func (n *Node) end() {
	n.state = ended
	n.sealed = true
	n.tell()
	if n.ends != nil && n.ends.done != nil {
		close(n.ends.done)
	}
}
