package actor

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/zeroactor/zmq/actor/internal/turns"
)

// A Node is one actor in a tree. See the package documentation for its life.
type Node struct {
	// Set at birth.
	name   string
	number uint64 // in place of a name, if it is not 0
	parent *Node  // nil for the root
	tree   *tree
	spec   *Spec // nil for a plain passive node
	body   body  // nil, unless something other than Run lives here

	// mu guards the rest. A child's mu may be locked under its parent's, never
	// the other way, and no hook is called under any.
	mu       sync.Mutex
	children *brood // nil until there was one
	ends     *ends  // nil until somebody wants to know
	state    state
	sealed   bool // takes no children
	told     bool // Stopping is closed: the children are gone, or the node is killed
	killed   bool
	leaving  bool // passive, and somebody is ending it

	place uint32 // in the parent's brood; guarded by the parent's mu
}

// ends are closed for those who wait for them. Most nodes have none.
type ends struct {
	done     chan struct{} // closed when ended; made on demand
	stopping chan struct{} // closed when told; made on demand
}

// A body is what lives in a node that has no Run and is not passive either: it
// has no goroutine while it has nothing to do. All methods but conclude and mailbox
// are called with the node's mu held, and must not block nor lock another node.
type body interface {
	told() (idle bool)  // it is to end, as all below it has: the body calls sweep.finish then; if it is idle, who tells it calls conclude instead
	conclude()          // ends a body that was idle; called without mu
	killed(cause error) // told follows
	reaped()            // the last child has ended
	failure() error     // what it ended with; called when it has
	activity() string   // what it is doing, in a word or two

	start()      // runs it on a goroutine of its own
	step() *core // runs it; returns whom to run next

	counts() (restarts int, m *MailboxSnapshot) // how often it has failed; with a mailbox to fill
	mailbox(m *MailboxSnapshot)                 // how it stands with its messages
}

// state only ever grows.
type state uint8

const (
	alive    state = iota
	stopping       // asked to stop, or killed
	ended
)

// tree is what the nodes of a tree share. It does not change.
type tree struct {
	Options
	closed chan struct{}   // stands in for the channels that nobody asked for in time
	turns  turns.Scheduler // nil but in tests by package actortest
}

// NewRoot returns the passive root of a new tree. It lives until it is stopped.
func NewRoot(name string, opts Options) *Node {
	if opts.KillGrace == 0 {
		opts.KillGrace = DefaultKillGrace
	}
	t := &tree{Options: opts, closed: make(chan struct{})}
	close(t.closed)
	return &Node{name: name, tree: t}
}

// Spawn starts a child of n. The name is for people and need not be unique. The
// error is [ErrStopping] or [ErrSpec], wrapped; Run is not called then.
func (n *Node) Spawn(name string, spec Spec) (*Node, error) {
	if err := spec.check(); err != nil {
		return nil, fmt.Errorf("spawn %s: %w", name, err)
	}
	c := &Node{name: name, parent: n, tree: n.tree}
	if !spec.plain() {
		c.spec = new(Spec)
		*c.spec = spec
	}
	if spec.Run != nil {
		c.spec.life = newLife(c)
	}
	if !n.adopt(c) {
		return nil, fmt.Errorf("spawn %s under %s: %w", name, n.Name(), ErrStopping)
	}
	if c.life() != nil {
		go c.live()
	}
	return c, nil
}

// adopt makes c the latest child of n, if n takes children.
func (n *Node) adopt(c *Node) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sealed {
		return false
	}
	if n.children == nil {
		n.children = new(brood)
	}
	n.children.add(c)
	return true
}

// takes reports whether n takes children.
func (n *Node) takes() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.sealed
}

// Name returns the name that the node was spawned with, or the one that it has been
// given: a number after a tilde.
func (n *Node) Name() string {
	if n.number != 0 {
		return "~" + strconv.FormatUint(n.number, 10)
	}
	return n.name
}

// Parent returns the node above, or nil for the root. It does not change when
// the node ends.
func (n *Node) Parent() *Node { return n.parent }

// Stopping returns a channel that is closed when it is n's turn to stop: n was
// asked to and its children have ended, or n was killed. Take it once rather
// than in each turn of a loop.
func (n *Node) Stopping() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ends == nil || n.ends.stopping == nil {
		if n.told || n.state == ended {
			return n.tree.closed
		}
		n.wanted().stopping = make(chan struct{})
	}
	return n.ends.stopping
}

// Done returns a channel that is closed when n has ended, with all below it.
func (n *Node) Done() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ends == nil || n.ends.done == nil {
		if n.state == ended {
			return n.tree.closed
		}
		n.wanted().done = make(chan struct{})
	}
	return n.ends.done
}

// life returns what a node with a Run has; nil for another one.
func (n *Node) life() *life {
	if n.spec == nil {
		return nil
	}
	return n.spec.life
}

// wanted returns n.ends. n.mu is held.
func (n *Node) wanted() *ends {
	if n.ends == nil {
		n.ends = new(ends)
	}
	return n.ends
}

// Err returns nil until n has ended, and then what it ended with: nil if it was
// done or stopped as asked, the error of its last run, an [EscalationError], or
// [ErrKilled]. That of a passive node is nil.
func (n *Node) Err() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.state != ended {
		return nil
	}
	return n.failure()
}

// failure returns what n ended with, once nobody writes it any more.
func (n *Node) failure() error {
	switch {
	case n.life() != nil:
		return n.life().err
	case n.body != nil:
		return n.body.failure()
	}
	return nil
}

// turn waits until a test lets n go on, if one decides.
func (n *Node) turn() {
	if s := n.tree.turns; s != nil {
		s.Turn(n.Path())
	}
}

// resume is turn after somebody has waited for n: the actor whose incarnation by is, or
// nil for who is none.
func (n *Node) resume(by *runCtx) {
	switch s := n.tree.turns; {
	case s == nil:
	case by == nil:
		s.Turn("")
	default:
		by.core.node.turn()
	}
}

// isEnded reports whether n has ended.
func (n *Node) isEnded() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.state == ended
}

// within reports whether n is top, or below it.
func (n *Node) within(top *Node) bool {
	for ; n != nil; n = n.parent {
		if n == top {
			return true
		}
	}
	return false
}

// Wait waits until n has ended and returns its Err, or, if ctx is done first,
// the cause of that, wrapped; or [ErrDeadlock] if n cannot end while the actor that
// calls waits for it.
func (n *Node) Wait(ctx context.Context) error {
	if err := n.waitEnd(ctx, n.Done()); err != nil {
		return fmt.Errorf("wait for %s: %w", n.Name(), err)
	}
	return n.Err()
}
