package actor

import (
	"context"
	"fmt"
	"runtime/debug"
	"runtime/pprof"
	"time"
)

// life is what a node with a Run has beyond a passive one.
type life struct {
	base     context.Context // what the context of each run is made of
	sequence sequence        // owned by the node's goroutine
	begun    time.Time       // the current run; owned by the node's goroutine

	// Guarded by the node's mu.
	err      error         // what the node ends with
	cause    error         // why it was killed
	running  *lazyCtx      // of the current run; nil between runs
	reaped   chan struct{} // closed when the last child has ended; nil if nobody waits
	wake     chan struct{} // closed when the node stops; nil if it is not resting
	restarts int
}

func newLife(n *Node) *life {
	l := &life{base: context.Background()}
	if n.tree.Labels {
		l.base = pprof.WithLabels(l.base, pprof.Labels("actor", n.Path()))
	}
	return l
}

// live is the node's goroutine.
func (n *Node) live() {
	if n.tree.Labels {
		pprof.SetGoroutineLabels(n.life().base)
	}
	n.turn()
	n.liveOn(n.run())
}

// liveOn does what follows a run that ended with err.
func (n *Node) liveOn(err error) {
	for n.survives(err) {
		err = n.run()
	}
	var s sweep
	s.finish(n)
	s.run()
}

// run calls Run once.
func (n *Node) run() (err error) {
	ctx := n.openRun()
	returned := false
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		} else if !returned {
			// Goexit: only deferred calls still run on this goroutine, and the
			// node has a life to finish.
			go n.liveOn(ErrGoexit)
		}
	}()
	err = n.spec.Run(ctx, n)
	returned = true
	return err
}

// openRun makes the context of a run, which is done already if the node has
// been killed.
func (n *Node) openRun() context.Context {
	ctx := &lazyCtx{base: n.life().base}
	n.life().begun = time.Now()
	n.mu.Lock()
	n.life().running = ctx
	killed, cause := n.killed, n.life().cause
	n.mu.Unlock()
	if killed {
		ctx.end(cause)
	}
	return ctx
}

// survives ends a run: it reports a failure, ends the run's children, and waits
// out the back-off. It returns true if the node is to run again.
func (n *Node) survives(err error) bool {
	l := n.life()
	n.mu.Lock()
	ctx := l.running
	l.running = nil
	over := runOver{err: err, stopping: n.state != alive, killed: n.killed}
	n.mu.Unlock()
	ctx.end(errRunOver)

	over.at = time.Now()
	over.lived = over.at.Sub(l.begun)
	v := l.decide(n, over)
	if v.report != nil {
		n.report(v.report)
	}
	if !v.restart || !n.spec.KeepChildren {
		n.reap(v.report)
	}
	if v.restart {
		if n.rest(v.delay) {
			return true
		}
		n.reap(nil)
	}
	n.mu.Lock()
	l.err = v.err
	n.mu.Unlock()
	return false
}

// decide is sequence.decide, with a panicking Backoff as the node's last failure.
func (l *life) decide(n *Node, over runOver) (v verdict) {
	defer func() {
		if p := recover(); p != nil {
			err := &PanicError{Value: p, Stack: debug.Stack()}
			v = verdict{err: err, report: err}
		}
	}()
	v = l.sequence.decide(n.spec, over)
	if up, ok := v.err.(*EscalationError); ok {
		up.Path = n.Path()
	}
	return v
}

// reap ends the children that a run has left: kills them if it failed, or else
// stops them and waits as long as it takes (who cannot wait kills n).
func (n *Node) reap(failure error) {
	n.mu.Lock()
	n.sealed = true
	if n.children.empty() {
		n.mu.Unlock()
		return
	}
	reaped := make(chan struct{})
	n.life().reaped = reaped
	var cause error
	if failure != nil {
		cause = fmt.Errorf("%w: parent failed: %w", ErrKilled, failure)
	}
	var s sweep
	s.pushChildren(n, cause)
	n.mu.Unlock()
	s.run()
	<-reaped
	n.turn()
}

// rest waits before a restart. It returns false, at once, if the node stops.
func (n *Node) rest(delay time.Duration) bool {
	l := n.life()
	n.mu.Lock()
	if delay > 0 && n.state == alive {
		l.wake = make(chan struct{})
		wake := l.wake
		n.mu.Unlock()
		t := time.NewTimer(delay)
		select {
		case <-t.C:
		case <-wake:
			t.Stop()
		}
		n.mu.Lock()
		l.wake = nil
	}
	defer n.mu.Unlock()
	if n.state != alive {
		return false
	}
	n.sealed = false
	l.restarts++
	return true
}

// report tells the tree's owner of a failure.
func (n *Node) report(err error) {
	if n.tree.OnFailure == nil {
		return
	}
	defer func() { _ = recover() }()
	n.tree.OnFailure(n, err)
}

// guard calls a hook on behalf of n and reports its panic.
func (n *Node) guard(hook func()) {
	defer func() {
		if v := recover(); v != nil {
			n.report(&PanicError{Value: v, Stack: debug.Stack()})
		}
	}()
	hook()
}
