// Package turns lets a test decide whose turn it is in a system of actors. A system
// that is given no Scheduler, as all are but those of package actortest, does nothing of
// it.
package turns

import "context"

// A Scheduler lets one goroutine run at a time.
type Scheduler interface {
	// Turn waits for the turn of the caller, who is about to do something that others
	// can see: to handle a message, to begin, or to go on after it had to wait. The
	// turn ends when the caller waits or ends. who is the path of an actor, or "" for
	// who is none; it need not be unique, but tells apart who waits at once.
	Turn(who string)
}

type key struct{}

// With returns a context for the root of a system, in which s decides.
func With(ctx context.Context, s Scheduler) context.Context {
	return context.WithValue(ctx, key{}, s)
}

// From returns the scheduler of ctx, or nil.
func From(ctx context.Context) Scheduler {
	s, _ := ctx.Value(key{}).(Scheduler)
	return s
}
