// Package interop holds the tests of this module's sockets against libzmq, the
// ZeroMQ that everybody else uses: every pair of socket types, over tcp and
// ipc, with either side ours and either side binding.
//
// The other side is testdata/peer.py, a program of Python that does with libzmq
// what it is told on its standard input. It needs Debian's package python3-zmq.
// Without it the tests are skipped, or fail if ZMQ_REQUIRE_INTEROP=1.
// ZMQ_INTEROP_PYTHON names the interpreter, if it is not the system's.
//
// Peers older than libzmq 4, which cannot be had any more, are played by their
// bytes: what ZMTP 1.0 and 2.0 say must pass over the wire, in files named old.
package interop
