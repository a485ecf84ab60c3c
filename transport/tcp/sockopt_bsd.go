//go:build unix && !linux

package tcp

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/transport"
)

var system = features{tos: true}

func setPacketOptions(fd uintptr, o *transport.Options) error { return setTOS(fd, o.TOS) }

func setRoutingOptions(uintptr, *transport.Options) error { return nil }

func setMaxRT(uintptr, *transport.Options) error { return nil }

// inheritKeepAlive makes o ask for what the listening socket has. The times
// are package net's: each of these systems has another name for them.
func inheritKeepAlive(fd uintptr, o *transport.Options) error {
	on, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	o.KeepAlive = transport.KeepAliveOff
	if on != 0 {
		o.KeepAlive = transport.KeepAliveOn
	}
	return nil
}
