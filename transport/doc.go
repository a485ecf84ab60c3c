// Package transport says what a stream transport is: a way to reach a peer
// that ends in a [net.Conn] of ordered bytes. The packages below it implement
// it, one for each scheme: tcp, ipc. (inproc moves no bytes, and has an
// interface of its own.) Package transporttest checks that they do so rightly.
//
// # Concurrency
//
// A [Transport] is a value without state: any goroutine may call any method at
// any time. So it is with a [Listener], whose Close makes every waiting Accept
// return. Neither starts a goroutine that outlives the call.
//
// # Cancellation
//
// The context of Dial and of Listen bounds that call alone, name resolution
// included. A connection or listener once returned does not know it any more.
// When the context ends the call, the error wraps [context.Cause]; a
// connection that is there already is returned all the same.
package transport
