package actor

import (
	"context"
	"fmt"
	"time"
)

// Restart says after which ends a node is run again. A node that is stopping is
// never run again, and neither is one that returned [ErrStop] or a [Final] error.
type Restart uint8

const (
	Temporary Restart = iota // never: the default
	Transient                // after a failure: an error or a panic
	Permanent                // always
)

func (r Restart) String() string {
	switch r {
	case Temporary:
		return "temporary"
	case Transient:
		return "transient"
	case Permanent:
		return "permanent"
	}
	return fmt.Sprintf("Restart(%d)", uint8(r))
}

// Limits of restarting if a Spec names none: those of Erlang's supervisors are
// as tight, and a failure that repeats faster is not going to heal by itself.
const (
	DefaultMaxRestarts = 3
	DefaultWindow      = 5 * time.Second
)

// A Spec says what a node does and how it is supervised. The zero value is that
// of a passive node.
type Spec struct {
	// Run is the actor: it owns the actor's state and returns when the actor
	// is done. It is called at least once after a successful Spawn, even if the
	// node is stopped before, so that it can clean up what it was given.
	//
	// It should return soon after self.Stopping() is closed, having finished
	// what it has begun, and must return at once when ctx is done: that is the
	// kill. ctx is also cancelled when Run returns. nil is a passive node.
	Run func(ctx context.Context, self *Node) error

	// Restart says when Run is called again. Only for nodes that have a Run.
	Restart Restart

	// Backoff gives the delay before a restart, or gives up with ok false: the
	// node then ends with the error of its run. attempt counts the restarts in
	// a row, from 1; a run that lived for at least Window begins a new row.
	// lived is how long the last run took. Backoff is called on the goroutine
	// of Run, between runs, and may therefore share state with it. Negative
	// delays are none. nil restarts at once. See [Exponential].
	Backoff func(attempt int, lived time.Duration) (delay time.Duration, ok bool)

	// MaxRestarts is how many restarts may fall within one Window; one more is
	// not made, but ends the node with an [EscalationError]. 0 is
	// [DefaultMaxRestarts]; negative is no limit, and needs a Backoff.
	MaxRestarts int

	// Window is the time in which restarts are counted. 0 is [DefaultWindow];
	// it must not be negative.
	Window time.Duration

	// KeepChildren leaves the node's children alone when it restarts. Without
	// it they belong to one run: before the next they are killed, if the run
	// failed, or stopped.
	KeepChildren bool

	// Ordered stops the node's children one at a time, the latest first, where
	// otherwise all are asked at once. It makes no difference to a kill.
	Ordered bool

	// OnExit is called once, when the node is about to end: after its last run
	// and after all its children have ended, before Done is closed. err is what
	// Err will return. It runs on the goroutine of Run; for a passive node, on
	// that of whoever stopped it or of its last child.
	OnExit func(self *Node, err error)

	// OnChildExit is called once for each child, after the child's own OnExit
	// and before its Done is closed, with what the child's Err will return. It
	// runs on the child's goroutine: at any time until self has ended, and for
	// several children at once. It may spawn a replacement.
	OnChildExit func(self, child *Node, err error)

	// Look adds to a Snapshot of the node what only its owner knows: Pipes, Failures, Lost, and
	// Restarts that are not the node's. It is called by whoever takes the snapshot, by several at
	// once, also before Run is called and after it has returned, and must return soon. nil adds nothing.
	Look func(s *Snapshot)

	looks map[pipeKey]*looks // at its pipes; guarded by the mu of the node with this copy

	group *Supervisor // whose place the node is, if it is one's
	life  *life       // of the node with this copy of its spec; nil without a Run
}

// check returns an error that wraps ErrSpec if s contradicts itself.
func (s *Spec) check() error {
	switch {
	case s.Run == nil && (s.Restart != Temporary || s.Backoff != nil):
		return fmt.Errorf("%w: a passive node has nothing to restart", ErrSpec)
	case s.Restart > Permanent:
		return fmt.Errorf("%w: unknown %v", ErrSpec, s.Restart)
	case s.Window < 0:
		return fmt.Errorf("%w: negative Window", ErrSpec)
	case s.Restart != Temporary && s.MaxRestarts < 0 && s.Backoff == nil:
		return fmt.Errorf("%w: restarts without limit need a Backoff", ErrSpec)
	}
	return nil
}

// plain reports whether nothing of s need be kept.
func (s *Spec) plain() bool {
	return s.Run == nil && !s.Ordered && s.OnExit == nil && s.OnChildExit == nil && s.Look == nil
}

// DefaultKillGrace is the [Options.KillGrace] of a tree that names none. Who
// heeds its context returns within milliseconds; seconds allow for a machine
// under load.
const DefaultKillGrace = 5 * time.Second

// Options are those of a whole tree.
type Options struct {
	// OnFailure is told of each run that failed, whether or not it is
	// restarted, and of panics in hooks. It is called on the goroutine that
	// failed, by several at once, and should return soon. A panic in OnFailure
	// itself is lost. nil reports nothing: failures then show only in Err.
	OnFailure func(n *Node, err error)

	// KillGrace is how long Stop waits for what it had to kill before it
	// returns a [StuckError]. 0 is [DefaultKillGrace]; negative is no wait.
	KillGrace time.Duration

	// Labels sets the profiler label "actor" of each Run's goroutine, and of
	// those it starts, to its node's path. It about doubles what spawning costs
	// (BenchmarkSpawnStop), and more in deep trees, as paths are long there.
	Labels bool
}
