//go:build unix

package engine

import (
	"net"
	"syscall"
)

// rawConn returns the access to nc's descriptor, or nil if nc has none.
func rawConn(nc net.Conn) syscall.RawConn {
	if sc, ok := nc.(syscall.Conn); ok {
		if rc, err := sc.SyscallConn(); err == nil {
			return rc
		}
	}
	return nil
}
