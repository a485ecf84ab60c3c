package actor

import (
	"context"
	"errors"
	"fmt"

	"github.com/zeroactor/zmq/mailbox"
)

// A Ref is the address of an actor. It stays valid when the actor is restarted, and
// says so when it has ended. Refs are comparable, and may be sent in messages, also
// to the actor itself. The zero Ref leads nowhere: sending to it is [ErrNoActor].
type Ref[M any] struct{ c *cell[M] }

// Send puts m into the actor's mailbox. If that is full, the actor's [Policy]
// decides: by default Send waits until there is room, or ctx is done.
//
// The error says that the actor will not get the message: [ErrStopped], [ErrFull],
// [ErrDeadlock] if an actor would wait for itself, be it by way of others, or the cause of
// ctx, all wrapped. Without an error, the actor either handles m, or the system's
// [Config.DeadLetters] gets it. A mailbox that has room beats a ctx that is done.
func (r Ref[M]) Send(ctx context.Context, m M) error {
	if r.c == nil {
		return ErrNoActor
	}
	it := item[M]{m: m}
	if o, wake := r.c.q.PutQuietly(it); o != mailbox.Queued || wake { // as in put, to save the call
		if err := r.c.putOn(ctx, it, true, o, wake); err != nil {
			return r.c.sendError(err)
		}
	}
	return nil
}

// TrySend is Send, but never waits: its error is [ErrFull] instead.
func (r Ref[M]) TrySend(m M) error {
	if r.c == nil {
		return ErrNoActor
	}
	if err := r.c.put(context.Background(), item[M]{m: m}, false); err != nil {
		return r.c.sendError(err)
	}
	return nil
}

func (c *core) sendError(err error) error { return fmt.Errorf("send to %s: %w", c.path(), err) }

// lostError is what who asked gets instead of an answer.
func lostError(path string, why Reason, err error) error {
	switch why {
	case Unhandled:
		return fmt.Errorf("ask %s: it failed: %w", path, err)
	case DroppedOld, DroppedNew:
		return fmt.Errorf("ask %s: %w", path, ErrFull)
	}
	if err != nil && !errors.Is(err, ErrStopped) {
		return fmt.Errorf("ask %s: %w: %w", path, ErrStopped, err)
	}
	return fmt.Errorf("ask %s: %w", path, ErrStopped)
}

// BeginStop asks the actor to stop, and returns at once: it takes no more messages
// once all below it has ended, handles those it has, and ends. An actor may call it for
// itself.
func (r Ref[M]) BeginStop() {
	if r.c != nil {
		r.c.node.BeginStop()
	}
}

// Stop asks the actor to stop and waits until it has; if ctx is done first, it is
// killed. See [Node.Stop] for the errors.
func (r Ref[M]) Stop(ctx context.Context) error {
	if r.c == nil {
		return ErrNoActor
	}
	return r.c.node.Stop(ctx)
}

// Kill makes the context of the actor done, lets it handle no further message, and
// returns at once. What is in the mailbox becomes dead letters.
func (r Ref[M]) Kill() {
	if r.c != nil {
		r.c.node.Kill()
	}
}

// Node returns the actor's place in the tree, to wait for it and look at it; nil for
// the zero Ref.
func (r Ref[M]) Node() *Node {
	if r.c == nil {
		return nil
	}
	return &r.c.node
}

// Done returns a channel that is closed when the actor has ended, for good. That of
// the zero Ref is nil.
func (r Ref[M]) Done() <-chan struct{} {
	if r.c == nil {
		return nil
	}
	return r.c.node.Done()
}

// Err returns nil until the actor has ended, and then what it ended with: nil if it
// was done or stopped as asked.
func (r Ref[M]) Err() error {
	if r.c == nil {
		return ErrNoActor
	}
	return r.c.node.Err()
}

// Path returns the actor's names from the root down, as "/actors/counter".
func (r Ref[M]) Path() string {
	if r.c == nil {
		return ""
	}
	return r.c.path()
}

func (r Ref[M]) String() string { return r.Path() }
