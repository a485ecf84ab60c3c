//go:build !unix && !windows

package osopt

import "errors"

const solSocket, soSndbuf, soRcvbuf = 0, 0, 0

// SetInt sets a socket option that is an int.
func SetInt(uintptr, int, int, int) error { return errors.ErrUnsupported }

// IsListening reports whether the socket is one that listen(2) was called on.
func IsListening(uintptr) (bool, error) { return false, errors.ErrUnsupported }

// IsInUse reports whether err says that an address is in use.
func IsInUse(error) bool { return false }

// IsRefused reports whether err says that nobody listens.
func IsRefused(error) bool { return false }

// listen leaves the backlog to the system, which knows no other.
func listen(uintptr, int) error { return nil }
