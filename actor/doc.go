// Package actor is a framework of actors: they own their state, are reached only
// by typed messages, and live in a tree in which they are supervised, stopped and
// waited for. It is also the runtime on which sockets, listeners, connecters and
// connections run.
//
// # Typed actors
//
// An [Actor] handles messages of one type, one at a time. [Start] runs it under a
// [Supervisor], of which [Run] makes the first, and returns its address, a [Ref]:
// [Ref.Send] puts a message into its mailbox, [Ask] waits for an answer.
//
// An actor has a goroutine only while it has messages: an idle one takes some 400
// bytes. Its mailbox is bounded, and who sends to a full one waits; a [Policy] may
// say otherwise. Stopping, killing, timers ([After], [Every],
// [ReceiveTimeout]) and watches ([Watch]) go past the messages.
//
// No message vanishes. It is handled; or sending it returns an error; or, if it was
// accepted and cannot be handled, because the actor fails, ends or is killed,
// or has no room, it is given to [Config.DeadLetters] with the reason. The message
// that an actor fails with, by an error or a panic, is a dead letter too. If it was a
// question, who asked gets an error at once. A failed actor is built anew; its
// mailbox and its address are kept.
//
// All of a Ref's and a Supervisor's methods may be called from any goroutine. Actors
// must not wait for themselves, nor for each other in a cycle: where that would be for
// ever one of them is told so, by a [DeadlockError]. Sends, asks and stops know who calls by the context that the actor
// was given; a goroutine that an actor starts, and does not wait for, passes [Apart] of it.
//
// # Nodes
//
// A [Node] is one actor. Its Run function owns its state on a goroutine of its
// own; a node without Run is passive, a place in the tree with no goroutine. A
// node lives at most as long as its parent: whatever ends a node first ends
// everything below it.
//
// # Ending
//
// A node ends when Run returns and is not to be run again, or when it is
// stopped. Stopping has two phases. First the node is asked: it takes no more
// children, its children are stopped, and when the last of them has ended, the
// channel that [Node.Stopping] returns is closed. Siblings are asked all at
// once, the latest first, unless [Spec.Ordered] asks for one at a time. If the
// deadline of the stop passes, the node and all below it are killed: the
// contexts of their Runs are cancelled at the same moment, with [ErrKilled] as
// the cause. Go cannot end a goroutine that takes no notice even of that, but
// [Node.Stop] names it and returns.
//
// # Failing
//
// An error or a panic ends one run. The children of that run are killed, the
// failure goes to [Options.OnFailure], and the node's own [Restart], back-off
// and restart limit decide whether it runs again. The parent and the siblings
// run on.
//
// # Concurrency
//
// All methods of a Node may be called from any goroutine, and hooks are called
// with no lock held; they must return, and not by runtime.Goexit. What waits takes a context; a result that is ready beats a
// context that is done. A Run must not wait for its own node or one above
// it to end (Stop, Wait): it waits for ever, or until its context is done. It
// may call [Node.BeginStop] and [Node.Kill], which do not wait. A typed actor gets an
// [ErrDeadlock] for that.
package actor
