//go:build unix

package osopt

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

const (
	solSocket = unix.SOL_SOCKET
	soSndbuf  = unix.SO_SNDBUF
	soRcvbuf  = unix.SO_RCVBUF
)

// SetInt sets a socket option that is an int.
func SetInt(fd uintptr, level, option, value int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(int(fd), level, option, value))
}

// IsListening reports whether the socket is one that listen(2) was called on.
func IsListening(fd uintptr) (bool, error) {
	v, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	return v != 0, os.NewSyscallError("getsockopt", err)
}

// IsInUse reports whether err says that an address is in use.
func IsInUse(err error) bool { return errors.Is(err, unix.EADDRINUSE) }

// IsRefused reports whether err says that nobody listens.
func IsRefused(err error) bool { return errors.Is(err, unix.ECONNREFUSED) }

func listen(fd uintptr, backlog int) error { return unix.Listen(int(fd), backlog) }
