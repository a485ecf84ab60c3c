package actor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/puzpuzpuz/xsync/v3"

	"github.com/zeroactor/zmq/actor/internal/turns"
	"github.com/zeroactor/zmq/mailbox"
)

// DefaultDrain is the [Config.Drain] of a system that names none.
const DefaultDrain = 10 * time.Second

// DefaultDeadlockGrace is the [Config.DeadlockGrace] of a system that names none: as
// long as callers of other frameworks wait for any answer.
const DefaultDeadlockGrace = 5 * time.Second

// A Config configures a tree of actors. The zero value of a field means its default.
type Config struct {
	// Name is the root's, for people. The default is "actors".
	Name string

	// Supervision is that of the root.
	Supervision

	// DeadLetters is given each message that was accepted and not handled. It is
	// called on the goroutine of the actor or of the sender, by several at
	// once, and should return soon; a panic in it is a failure of the actor's. nil logs the
	// first, second, fourth, … of them.
	DeadLetters func(DeadLetter)

	// OnFailure is told of each error and panic of an actor, whether or not it is
	// restarted, as DeadLetters is; a panic in it is lost. nil logs them.
	OnFailure func(path string, err error)

	// Logger is for what nobody else is told of. nil is [slog.Default].
	Logger *slog.Logger

	// Drain is how long the actors may take to handle what is in their mailboxes
	// when [Run]'s body has returned, before they are killed. 0 is [DefaultDrain];
	// negative is none: they are killed at once.
	Drain time.Duration

	// DeadlockGrace is how long actors must have waited for each other in a cycle until
	// it counts as a deadlock, if one of them waits for an answer, or with a context
	// that somebody might cancel: what ends that might come from outside of the cycle.
	// 0 is [DefaultDeadlockGrace]; negative is for ever. A cycle of which only a kill could be the end is none of
	// these, and is told of at once.
	DeadlockGrace time.Duration

	// KillGrace is how long Run, and who stops an actor, waits for what had to be killed. 0 is
	// [DefaultKillGrace]; negative is no wait.
	KillGrace time.Duration

	// Labels sets the profiler label "actor" of the goroutine of each actor, and of
	// those it starts, to its path: a profile then tells what costs how much. It costs
	// some at each start of an actor and whenever it begins to work.
	Labels bool
}

// system is what the actors of a tree share.
type system struct {
	cfg      Config
	root     *Supervisor
	base     context.Context // of all incarnations: has values, and is never done
	escalate context.CancelCauseFunc
	defaults *options
	hands    sync.WaitGroup // goroutines that restart several actors
	waits    waits
	relay    *mailbox.Relay[core]

	names *xsync.MapOf[string, any] // *cell[M] by path; nil is a supervisor's

	mu      sync.Mutex
	letters int64
	unnamed uint64
}

// A Supervisor owns actors, restarts them when they fail, and fails itself if that
// happens too often. All methods may be called from any goroutine.
type Supervisor struct {
	sys    *system
	node   *Node
	parent *Supervisor // nil for the root
	path   string
	how    Supervision

	hand hand // held by who restarts several

	mu      sync.Mutex
	history intensity
}

// New returns the root of a new tree, which lives until it is stopped or fails. ctx
// gives the actors' contexts their values; that it is done does nothing. Config.Drain is not used: who
// stops the tree says how long that may take. The error is an [ErrSpec], of the Supervision.
func New(ctx context.Context, cfg Config) (*Supervisor, error) {
	y, err := newSystem(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return y.root, nil
}

func newSystem(ctx context.Context, cfg Config) (*system, error) {
	if cfg.Name == "" {
		cfg.Name = "actors"
	}
	if cfg.Drain == 0 {
		cfg.Drain = DefaultDrain
	}
	if cfg.DeadlockGrace == 0 {
		cfg.DeadlockGrace = DefaultDeadlockGrace
	}
	if err := cfg.Supervision.fill(); err != nil {
		return nil, fmt.Errorf("actors %s: %w", cfg.Name, err)
	}
	y := &system{cfg: cfg, base: context.WithoutCancel(ctx), defaults: defaultOptions(), names: xsync.NewMapOf[string, any]()}
	y.escalate = func(error) {}
	y.waits.grace = cfg.DeadlockGrace
	node := NewRoot(cfg.Name, Options{KillGrace: cfg.KillGrace, Labels: cfg.Labels})
	node.spec = &Spec{Ordered: true}
	node.tree.turns = turns.From(ctx)
	y.waits.root = node
	if node.tree.turns == nil && !node.tree.Labels {
		y.relay = mailbox.NewRelay(func(c *core) { c.node.body.start() })
	}
	y.root = &Supervisor{sys: y, node: node, path: "/" + cfg.Name, how: cfg.Supervision, hand: newHand()}
	return y, nil
}

// Run calls body with the root of a new tree. It returns when body has returned
// and every actor of the tree has ended: these drain their mailboxes first, the
// latest started first, for up to [Config.Drain]. The error is body's, or an
// [*EscalationError] if the root failed: body's ctx is then done with that as
// its cause. If both are nil it is that of stopping, as of [Node.Stop]. A Config that makes no
// sense is an [ErrSpec], and body is not called then.
func Run(ctx context.Context, cfg Config, body func(ctx context.Context, s *Supervisor) error) error {
	y, err := newSystem(ctx, cfg)
	if err != nil {
		return err
	}
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(errRunOver)
	y.mu.Lock()
	y.escalate = cancel
	y.mu.Unlock()
	returned := false
	defer func() {
		if !returned { // a panic or Goexit of body: no goroutine outlives it all the same
			y.root.node.Kill()
			_ = y.root.node.Wait(context.Background())
		}
	}()
	err = body(inner, y.root)
	returned = true
	stopped := y.drain()
	y.hands.Wait()
	if up, ok := errors.AsType[*EscalationError](context.Cause(inner)); ok {
		return up
	}
	if err != nil {
		return err
	}
	return stopped
}

func (y *system) drain() error {
	ctx, cancel := context.WithTimeout(context.Background(), max(y.cfg.Drain, 0))
	defer cancel()
	return y.root.node.Stop(ctx)
}

// register makes c known under its path, and gives it a name if it has none.
func (y *system) register(c *core, path string, cell any) bool {
	if c.node.name != "" {
		return y.claim(path, cell)
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	y.unnamed++
	c.node.number = y.unnamed
	return true
}

// claim makes what has the path known under it, unless something else is.
func (y *system) claim(path string, what any) bool {
	_, taken := y.names.LoadOrStore(path, what)
	return !taken
}

// forget makes the path free again.
func (y *system) forget(path string) { y.names.Delete(path) }
