package osopt

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

const (
	solSocket = windows.SOL_SOCKET
	soSndbuf  = windows.SO_SNDBUF
	soRcvbuf  = windows.SO_RCVBUF
)

// SetInt sets a socket option that is an int.
func SetInt(fd uintptr, level, option, value int) error {
	return os.NewSyscallError("setsockopt", windows.SetsockoptInt(windows.Handle(fd), level, option, value))
}

// IsListening reports whether the socket is one that listen(2) was called on.
// It is never asked: package net adopts no descriptors on Windows.
func IsListening(uintptr) (bool, error) { return false, errors.ErrUnsupported }

// IsInUse reports whether err says that an address is in use.
func IsInUse(err error) bool { return errors.Is(err, windows.WSAEADDRINUSE) }

// IsRefused reports whether err says that nobody listens.
func IsRefused(err error) bool { return errors.Is(err, windows.WSAECONNREFUSED) }

// listen does nothing: Windows takes no second listen(2) for a change, and the
// first one asked for as many as there may be, which Options.Backlog documents.
func listen(uintptr, int) error { return nil }
