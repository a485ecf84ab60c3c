package actor

import "context"

// An Actor handles messages of one type, which is usually an interface that its
// few message types implement.
//
// Receive is called for one message at a time, so that the actor's fields need no
// lock. An error or a panic ends this incarnation of the actor; supervision
// decides what comes next. [ErrStop] and [ErrDone] are ends that are no failures.
// ctx is done when the incarnation is over, in particular when it is killed; it
// also tells [Ref.Send] and [Ask] who is calling.
type Actor[M any] interface {
	// Receive handles m.
	Receive(ctx context.Context, m M) error
}

// A Func is an Actor without state.
type Func[M any] func(ctx context.Context, m M) error

// Receive calls f.
func (f Func[M]) Receive(ctx context.Context, m M) error { return f(ctx, m) }

// A Starter is an Actor that wants to be called before its first message, in each
// incarnation. An error or a panic counts as that of a message; in the first
// incarnation [Start] returns it, and there is no actor.
type Starter interface {
	// Started is called before the first message.
	Started(ctx context.Context) error
}

// An Ender is an Actor that wants to be called after its last message, in each
// incarnation, however that ended: err is nil if it was stopped, and else what
// Receive or Started returned, or a [*PanicError]. ctx is done already.
type Ender interface {
	// Ended is called after the last message.
	Ended(ctx context.Context, err error)
}
