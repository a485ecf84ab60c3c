// Package actor is the runtime on which sockets, listeners, connecters and
// connections run: a tree of actors that are spawned, supervised, stopped and
// waited for.
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
// context that is done. A goroutine must not wait for its own node or one above
// it to end (Stop, Wait): it waits for ever, or until its context is done. It
// may call [Node.BeginStop] and [Node.Kill], which do not wait.
package actor
