package tcp

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/internal/osopt"
)

var system = features{maxRT: true, tos: true, priority: true, bindToDevice: true, busyPoll: true}

// setPacketOptions sets what is written on packets and orders them. An
// accepted connection does not inherit the priority.
func setPacketOptions(fd uintptr, o *transport.Options) error {
	if err := setTOS(fd, o.TOS); err != nil {
		return err
	}
	if o.Priority > 0 {
		// After the TOS, which sets a priority by itself.
		if err := osopt.SetInt(fd, unix.SOL_SOCKET, unix.SO_PRIORITY, o.Priority); err != nil {
			return &transport.OptionError{Option: "Priority", Err: err}
		}
	}
	return nil
}

// setRoutingOptions sets the device to use, and how to wait for it.
func setRoutingOptions(fd uintptr, o *transport.Options) error {
	if o.BindToDevice != "" {
		if err := unix.BindToDevice(int(fd), o.BindToDevice); err != nil {
			err = fmt.Errorf("%q: %w", o.BindToDevice, os.NewSyscallError("setsockopt", err))
			return &transport.OptionError{Option: "BindToDevice", Err: err}
		}
	}
	if o.BusyPoll > 0 {
		us := int(units(o.BusyPoll, time.Microsecond))
		if err := osopt.SetInt(fd, unix.SOL_SOCKET, unix.SO_BUSY_POLL, us); err != nil {
			return &transport.OptionError{Option: "BusyPoll", Err: err}
		}
	}
	return nil
}

// setMaxRT bounds the time without acknowledgement.
func setMaxRT(fd uintptr, o *transport.Options) error {
	if o.MaxRT <= 0 {
		return nil
	}
	ms := int(units(o.MaxRT, time.Millisecond))
	if err := osopt.SetInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, ms); err != nil {
		return &transport.OptionError{Option: "MaxRT", Err: err}
	}
	return nil
}

// inheritKeepAlive makes o ask for what the listening socket has.
func inheritKeepAlive(fd uintptr, o *transport.Options) error {
	var values [4]int
	for i, opt := range [4]struct{ level, option int }{
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE},
		{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
		{unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
	} {
		v, err := unix.GetsockoptInt(int(fd), opt.level, opt.option)
		if err != nil {
			return os.NewSyscallError("getsockopt", err)
		}
		values[i] = v
	}
	o.KeepAlive = transport.KeepAliveOff
	if values[0] != 0 {
		o.KeepAlive = transport.KeepAliveOn
		o.KeepAliveIdle = time.Duration(values[1]) * time.Second
		o.KeepAliveInterval = time.Duration(values[2]) * time.Second
		o.KeepAliveCount = values[3]
	}
	return nil
}
