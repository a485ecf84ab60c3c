// Package peer is what the measured process of each Go library does: it reads a
// Job from its command line, opens the library's sockets, plays its role, and
// writes a Report. The libraries are behind Library and Socket, whose methods are
// loops over many messages, so that no measured message goes through them.
//
// # The conversation
//
// The runner and a peer exchange lines over the peer's standard input and
// output; ../../libzmq/peer.c does the same over libzmq's C API:
//
//	peer that binds     → {"endpoint":"tcp://127.0.0.1:40331"}   where it is bound
//	peer that connects  ← tcp://127.0.0.1:40331                   where to connect
//	subscribers         → {"ready":true}                          each has had a message
//	both                ← go                                      now comes what is measured
//	reporting peer      → a Report                                the last message is in
//	the other           ← end of input, → a Report
//	reporting peer      ← end of input
//
// "ready" and "go" are only for the roles that say so. Each peer keeps its
// sockets open until its input ends: only when the receiver has everything may
// the sender close, for over ipc libzmq loses what the receiver had not yet read.
//
// # One process
//
// With two jobs on the command line, separated by "--", the second peer is a
// goroutine (or thread) of the same process; its input and output are the file
// descriptors 3 and 4.
package peer
