// Package engine speaks ZMTP, the ZeroMQ Message Transport Protocol, over a
// connection: versions 3.1 (RFC 37) and 3.0 (RFC 23) in full, 2.0 (RFC 15) and
// 1.0 (RFC 13) as far as peers that know nothing newer need it.
//
// The package has two halves. Codecs and decisions are values without I/O,
// clock or goroutine: frames ([ConsumeHeader]), commands ([ConsumeCommand]),
// metadata ([ParseProperties]), the handshake ([Handshake]) and its security
// mechanisms ([Mechanism]), heartbeats ([Heartbeat]) and what other framings
// than ZMTP's own need ([Transform]). [Conn] is the half that runs them: it
// moves bytes between a net.Conn and the logs of a [Port].
//
// Functions are safe for concurrent use. The state machines are not: each
// belongs to one connection, and to whoever of its goroutines owns it.
//
// Decoders return a value and n, the number of bytes that it took. n is 0 if
// more bytes are needed and negative if no bytes to come can make it right.
// They take no memory on the word of a length, and what they return lies in
// the bytes given. Encoders append to a slice and return it.
package engine
