package ipc

import (
	"net"
	"syscall"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/internal/osopt"
)

// prepare sets the options of a socket that package net is making.
func prepare(c syscall.RawConn, o *transport.Options) error {
	var inner error
	if err := c.Control(func(fd uintptr) { inner = setBuffers(fd, o) }); err != nil {
		return err
	}
	return inner
}

// prepareAccepted sets the options of a connection that was accepted: on Linux it does not
// have those of the socket that listens.
func prepareAccepted(conn *net.UnixConn, o *transport.Options) error {
	return osopt.Control(conn, func(fd uintptr) error { return setBuffers(fd, o) })
}

func setBuffers(fd uintptr, o *transport.Options) error {
	if o.SendBuffer == 0 {
		enlarge(fd)
	}
	return osopt.SetBuffers(fd, o.SendBuffer, o.RecvBuffer)
}
