//go:build !unix && !windows

package tcp

import "github.com/zeroactor/zmq/transport"

var system features

func setPacketOptions(uintptr, *transport.Options) error { return nil }

func setRoutingOptions(uintptr, *transport.Options) error { return nil }

func setMaxRT(uintptr, *transport.Options) error { return nil }

func reuseAddr(uintptr) error { return nil }

func inheritKeepAlive(uintptr, *transport.Options) error { return nil }
