package actor

import (
	"context"
	"fmt"
	"time"
)

// Supervision says how a [Supervisor] treats actors that fail. The zero value of a
// field means its default.
type Supervision struct {
	// Strategy says who is restarted when one fails.
	Strategy Strategy

	// MaxRestarts is how many restarts of its actors a supervisor makes within
	// one Window; where one more is due, it fails itself. 0 is
	// [DefaultMaxRestarts]; negative is no limit, and needs a Backoff.
	MaxRestarts int

	// Window is the time in which restarts are counted. 0 is [DefaultWindow];
	// it must not be negative.
	Window time.Duration

	// Backoff gives the delay before an actor is restarted, as [Spec.Backoff]
	// does. The actor has no goroutine meanwhile, and keeps its mailbox. lived
	// counts from the start or first message of the incarnation. It is called by
	// several at once. nil restarts at once.
	Backoff func(attempt int, lived time.Duration) (delay time.Duration, ok bool)
}

// fill puts the defaults in, or returns what makes no sense.
func (v *Supervision) fill() error {
	switch {
	case v.Strategy > RestForOne:
		return fmt.Errorf("%w: unknown %v", ErrSpec, v.Strategy)
	case v.Window < 0:
		return fmt.Errorf("%w: negative Window", ErrSpec)
	case v.MaxRestarts < 0 && v.Backoff == nil:
		return fmt.Errorf("%w: restarts without limit need a Backoff", ErrSpec)
	}
	if v.MaxRestarts == 0 {
		v.MaxRestarts = DefaultMaxRestarts
	}
	if v.Window == 0 {
		v.Window = DefaultWindow
	}
	return nil
}

// Node returns the supervisor's place in the tree: to look at, to wait for, to stop.
func (s *Supervisor) Node() *Node { return s.node }

// Stop stops all actors below s, the latest started first, each after it has
// handled what was in its mailbox. See [Node.Stop].
func (s *Supervisor) Stop(ctx context.Context) error { return s.node.Stop(ctx) }

// admit reports whether there may be one more restart now.
func (s *Supervisor) admit(now time.Time) bool {
	if s.how.MaxRestarts < 0 {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.history.admit(now, s.how.MaxRestarts, s.how.Window)
}

// fail gives s up because of err, which its own supervisor decides on. It returns
// what restarts s with all below it, or nil if there is no help: the tree is killed
// then.
func (s *Supervisor) fail(err *EscalationError) *regrouping {
	y, p := s.sys, s.parent
	y.report(s.path, err)
	if p == nil {
		y.mu.Lock()
		escalate := y.escalate
		y.mu.Unlock()
		escalate(err)
		y.root.node.kill(fmt.Errorf("%w: %w", ErrKilled, err))
		return nil
	}
	if !p.admit(time.Now()) {
		return p.fail(&EscalationError{Path: s.path, Restarts: p.how.MaxRestarts, Window: p.how.Window, Err: err})
	}
	return &regrouping{p, s.node, 0}
}
