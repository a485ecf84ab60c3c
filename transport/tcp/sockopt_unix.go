//go:build unix

package tcp

import (
	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/internal/osopt"
)

// setTOS sets the type of service for both versions of IP: a socket for IPv6
// may carry IPv4, and one for IPv4 refuses the other's option.
func setTOS(fd uintptr, tos int) error {
	if tos <= 0 {
		return nil
	}
	err4 := osopt.SetInt(fd, unix.IPPROTO_IP, unix.IP_TOS, tos)
	err6 := osopt.SetInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, tos)
	if err4 != nil && err6 != nil {
		return &transport.OptionError{Option: "TOS", Err: joinErrors([]error{err4, err6})}
	}
	return nil
}

// reuseAddr lets a port be used that connections of the past still block.
func reuseAddr(fd uintptr) error { return osopt.SetInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1) }
