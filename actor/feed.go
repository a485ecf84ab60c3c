package actor

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// feedBackoff says how a [Feed] goes on after a failure: most heal in an instant, and
// those that do not are not to keep a processor busy.
func feedBackoff(attempt int, lived time.Duration) (time.Duration, bool) {
	return Exponential{First: 10 * time.Millisecond, Max: time.Second, Jitter: 0.5}.Delay(attempt, lived)
}

// Feed makes what recv returns the input of an actor: a node below s calls it again and
// again, and sends what it gets to the actor. recv may be a method of a socket:
//
//	feed, err := actor.Feed(s, "orders", pull.Recv, desk)
//
// While the actor's mailbox is full nothing is received, so that back-pressure goes on
// to the socket and to its peers. recv is given a context that is done when the node
// is to stop; what it has returned by then is still sent. A feed that is started
// after its actor is stopped before it, and the actor has the time to handle all.
//
// If recv returns an error or panics it is called again after a while, up to a second;
// after [DefaultMaxRestarts] failures within [DefaultWindow], or an error that is
// [Final], the node ends with that. [ErrDone] and [ErrStop] are ends that are no
// failures. The node also ends, with [ErrStopped], when the actor takes nothing more;
// a message that cannot be sent then is a dead letter.
//
// The error is [ErrSpec] if recv is nil, [ErrNoActor] for the zero Ref, or
// [ErrStopping], wrapped.
func Feed[M any](s *Supervisor, name string, recv func(context.Context) (M, error), to Ref[M]) (*Node, error) {
	var err error
	switch {
	case recv == nil:
		err = fmt.Errorf("%w: nothing to receive by", ErrSpec)
	case to.c == nil:
		err = ErrNoActor
	}
	if err != nil {
		return nil, fmt.Errorf("feed %s: %w", name, err)
	}
	f := &feed[M]{recv, to}
	return s.node.Spawn(name, Spec{Run: f.run, Restart: Transient, Backoff: feedBackoff})
}

type feed[M any] struct {
	recv func(context.Context) (M, error)
	to   Ref[M]
}

// run receives until it is time to stop, or something is wrong.
func (f *feed[M]) run(ctx context.Context, self *Node) error {
	receiving, stop := context.WithCancel(ctx)
	defer stop()
	stopping := self.Stopping()
	go func() {
		select {
		case <-stopping:
			stop()
		case <-f.to.Done():
			stop()
		case <-receiving.Done():
		}
	}()
	for receiving.Err() == nil { // a source that always has something does not look
		m, err := f.recv(receiving)
		switch {
		case err == nil:
			if err := f.pass(ctx, m); err != nil {
				return err
			}
		case receiving.Err() == nil:
			if errors.Is(err, ErrDone) {
				return ErrStop
			}
			return err
		}
	}
	if f.ended() {
		return Final(fmt.Errorf("feed %s: %w", f.to, ErrStopped))
	}
	return nil
}

// ended reports whether the actor has.
func (f *feed[M]) ended() bool {
	select {
	case <-f.to.Done():
		return true
	default:
		return false
	}
}

// pass sends a message, or makes a dead letter of it.
func (f *feed[M]) pass(ctx context.Context, m M) error {
	err := f.to.Send(ctx, m)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrFull):
		f.to.c.dead(item[M]{m: m}, DroppedNew, err)
		return nil
	case errors.Is(err, ErrStopped):
		f.to.c.dead(item[M]{m: m}, Stopped, err)
	default: // killed
		f.to.c.dead(item[M]{m: m}, Killed, err)
	}
	return Final(err)
}
