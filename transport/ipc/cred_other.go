//go:build !linux

package ipc

import (
	"errors"
	"syscall"
)

var system features

// PeerCredentials returns who is at the other end of a connection of this
// package. It works on Linux alone; elsewhere the error is an
// errors.ErrUnsupported.
func PeerCredentials(syscall.Conn) (Credentials, error) {
	return Credentials{}, errors.ErrUnsupported
}

func peerGroups(syscall.Conn) ([]uint32, error) { return nil, errors.ErrUnsupported }
