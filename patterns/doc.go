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
// # Which call to take
//
// All of these say the same to the peer; they differ in whose memory a message is in, and in what it costs. The figures are times of a
// message over tcp, in relation to SendBytes and to RecvInto (go test -run '^$' -bench Calls ./patterns).
//
//	                                                                 10 B   1 KiB    64 KiB
//	SendBytes   what lies in slices: it is copied                    1      1        1
//	Send        a message that you have, as one received; large      1.2    1.2      1
//	            bodies without a copy, by Message.AppendOwned        1.2    1.2      0.7
//	SendAll     many small messages at once, in a zmq.Batch          0.35   1        1
//	SendBatch   many that you have as messages, as a proxy has       1.2    1.2      1.2
//
//	RecvInto    one message used again in a loop: no allocation      1      1        1
//	Recv        one that is kept, or given to another goroutine      4      4        2
//	            the same, with Message.Release when it is done       3.5    1.6      1
//	RecvAll     all that is there, to be looked at in turn           0.4    1        1
//	RecvBatch   several that are handed on each by itself            0.75   1        1
//
// So: SendBytes and RecvInto in general, SendAll and RecvAll where messages are many and small, and Recv where a message is to
// outlive the next.
//
// # Closing
//
// Close waits until what was sent has been handed over, up to the linger: see
// [Linger]. A program that returns from main after Close has lost nothing.
package patterns
