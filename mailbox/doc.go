// Package mailbox has the ways in which an actor is reached: who may touch its
// state, how it hears of what others did, and how goroutines wait for it.
//
//   - A [Turn] is for an actor that has no goroutine of its own and is run by its
//     callers, as sockets are. Others post events to it, which run in the turn.
//   - An [Activation] is for an actor that has a goroutine while it has work, as
//     the writing end of a connection.
//   - A [Queue] is for such an actor that gets items of one type from many, under
//     a high-water mark, and commands that go past them.
//   - A [Relay] lets such actors pass their goroutines on to those whom they wake.
//   - A [WaitList] is the line of goroutines that wait until an actor's state is
//     as they need it.
//   - A [Mark] and a [Tally] tell who has to do with an actor what others did, and nothing more.
//
// # Concurrency
//
// Turn, Event and Activation may be used by any goroutine, and so may a Queue but for
// what its reader does, and a Relay but for what is said to be the activation's. A WaitList belongs to a
// turn, and so does what is said of each of its methods.
//
// # What is promised
//
// Each event that is posted begins to run after it was posted, in the turn, and
// before the turn is free: either the one who holds the turn runs it, at the latest
// when giving it back, or the one who posts it does. Events that one goroutine
// posts run in that order. An event that waits already is not posted twice.
//
// Each wake-up of an activation is followed by work that begins after it; many
// wake-ups may be followed by one.
//
// Who is left in a [Baton] is returned to one caller, or given a goroutine by the relay, at the latest
// soon after [Patience].
//
// Who is woken in a line is the one who has waited longest, and has the duty to
// use the wake-up or to pass it on; [WaitList.Leave] says which. A wait ends early
// when its context is done, with [context.Cause]; who is woken at the same moment
// counts as woken.
//
// # Ownership
//
// An Event is its poster's: it is a part of the poster's state, so that posting
// allocates nothing. It must not be copied after it was posted first. A [Waiter] is
// its line's, and must not be used after Leave.
//
// With the build tag ypipemodel all of this is run under a model checker, and
// tests without the tag break it in some seventy ways, each of which is noticed.
package mailbox
