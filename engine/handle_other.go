//go:build !linux

package engine

import (
	"errors"
	"net"
)

// handle is what connections have on Linux to write from memory that does not last.
type handle struct{}

func openHandle(net.Conn) *handle                    { return nil }
func (*handle) close()                               {}
func (*handle) write(_, _ []byte) (n int, err error) { return 0, errors.ErrUnsupported }
func (*handle) wait() error                          { return errors.ErrUnsupported }
