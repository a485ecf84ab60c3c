// Package patterns has the ZeroMQ socket types.
//
// Each type has only the methods that its pattern allows: a [Pub] cannot
// receive, and a [Pull] cannot send. Options that do not apply to a type are
// refused by the compiler.
//
//	push, err := patterns.NewPush(patterns.SendHWM(10_000))
//	ep, err := push.Bind("tcp://127.0.0.1:*")
//	err = push.SendBytes(ctx, []byte("hello"))
//
// # Concurrency
//
// All methods of all sockets may be called by several goroutines at once,
// unless a method says otherwise. A message is never split or interleaved. What
// one goroutine sends over one connection arrives in the order in which it was
// sent.
//
// # Cancellation
//
// Every operation that may wait takes a context. An operation that can be done
// without waiting is done even if the context is over already; otherwise its
// error is the context's cause, in an [*zmq.OpError].
//
// # Ownership
//
// A Send that succeeds takes the message's frames, and one that fails leaves
// the message as it was. SendBytes copies. Received messages belong to the
// caller; to release them is optional, and makes their memory come back sooner.
//
// # Many small messages
//
// What is sent one by one costs a call each. SendAll and RecvAll take a [zmq.Batch], of messages one behind the other
// in one piece of memory, and are some twice as fast for messages of a few bytes. SendBatch and RecvBatch take messages of any kind, each of
// which has a life of its own.
//
// # Closing
//
// Close waits until what was sent has been handed over, up to the linger: see
// [Linger]. A program that returns from main after Close has lost nothing.
package patterns
