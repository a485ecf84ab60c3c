package tcp

import (
	"time"

	"golang.org/x/sys/windows"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/internal/osopt"
)

var system = features{maxRT: true}

func setPacketOptions(uintptr, *transport.Options) error { return nil }

func setRoutingOptions(uintptr, *transport.Options) error { return nil }

// setMaxRT bounds the time without acknowledgement.
func setMaxRT(fd uintptr, o *transport.Options) error {
	if o.MaxRT <= 0 {
		return nil
	}
	s := int(units(o.MaxRT, time.Second))
	if err := osopt.SetInt(fd, windows.IPPROTO_TCP, windows.TCP_MAXRT, s); err != nil {
		return &transport.OptionError{Option: "MaxRT", Err: err}
	}
	return nil
}

// reuseAddr does nothing: here the option would let others take the port, and
// connections of the past block none.
func reuseAddr(uintptr) error { return nil }

// inheritKeepAlive is never asked: package net adopts no descriptors here.
func inheritKeepAlive(uintptr, *transport.Options) error { return nil }
