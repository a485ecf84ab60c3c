// Package zmq has the words that all of ZeroActor shares: messages, endpoints
// and errors. The sockets themselves are in [github.com/zeroactor/zmq/patterns].
//
// ZeroActor is ZeroMQ in pure Go. It speaks ZMTP 3.1 and its older versions,
// and so talks to libzmq and to everything that does.
package zmq
