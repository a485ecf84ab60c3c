package tcp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/internal/osopt"
)

// Listen binds address; see the package's text.
func (t Transport) Listen(ctx context.Context, address string, o *transport.Options) (transport.Listener, error) {
	opts := o.Clone()
	hp, err := parseBind(address, opts.IPv6)
	if err != nil {
		return nil, err
	}
	if err := checkOptions(&opts, system); err != nil {
		return nil, err
	}
	if opts.ListenFile != nil {
		return adopt(&opts)
	}
	netw, bindAddr, err := t.bindAddr(ctx, hp, opts.IPv6)
	if err != nil {
		return nil, wrapCause(ctx, err)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // package net would bind all the same
	}
	config := listenConfig(&opts)
	ln, err := config.Listen(ctx, netw, bindAddr)
	if err != nil {
		return nil, transport.ListenError(err)
	}
	l := newListener(ln.(*net.TCPListener), &opts)
	if err := osopt.SetBacklog(l.ln, opts.ListenBacklog()); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func listenConfig(o *transport.Options) *net.ListenConfig {
	config := &net.ListenConfig{
		KeepAlive: -1, // Options.KeepAlive decides, not package net
		Control: func(_, address string, c syscall.RawConn) error {
			return control(c, func(fd uintptr) error { return prepare(fd, address, o) })
		},
	}
	// Listeners of package net speak Multipath TCP if the system does. Not
	// all our options work on such sockets, and they are slower.
	config.SetMultipathTCP(false)
	return config
}

// adopt makes a listener of the socket that the caller has.
func adopt(o *transport.Options) (transport.Listener, error) {
	ln, err := net.FileListener(o.ListenFile)
	if err != nil {
		return nil, &transport.OptionError{Option: "ListenFile", Err: err}
	}
	tcp, ok := ln.(*net.TCPListener)
	if !ok {
		ln.Close()
		return nil, &transport.OptionError{Option: "ListenFile", Err: errors.New("not a tcp socket")}
	}
	err = osopt.Control(tcp, func(fd uintptr) error {
		listening, err := osopt.IsListening(fd)
		if err == nil && !listening {
			err = errors.New("the socket is not listening")
		}
		if err == nil && o.KeepAlive == transport.KeepAliveSystem {
			// Package net probes the connections of an adopted listener in a
			// way of its own.
			err = inheritKeepAlive(fd, o)
		}
		return err
	})
	if err != nil {
		ln.Close()
		return nil, &transport.OptionError{Option: "ListenFile", Err: err}
	}
	return newListener(tcp, o), nil
}

// A listener accepts connections, and keeps the options for them.
type listener struct {
	ln       *net.TCPListener
	opts     transport.Options // only read
	endpoint zmq.Endpoint      // only read

	closeOnce sync.Once
	closeErr  error // what the first Close returned; after closeOnce
}

func newListener(ln *net.TCPListener, o *transport.Options) *listener {
	return &listener{
		ln:       ln,
		opts:     *o,
		endpoint: zmq.Endpoint{Scheme: Scheme, Address: ln.Addr().String()},
	}
}

// Endpoint implements [transport.Listener].
func (l *listener) Endpoint() zmq.Endpoint { return l.endpoint }

// Accept implements [transport.Listener].
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.ln.AcceptTCP()
		if err != nil {
			return nil, err
		}
		if !admits(l.opts.AcceptFilters, conn.RemoteAddr()) {
			conn.Close()
			continue
		}
		if err := tune(conn, &l.opts); err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	}
}

// Close implements [transport.Listener].
func (l *listener) Close() error {
	l.closeOnce.Do(func() { l.closeErr = l.ln.Close() })
	return l.closeErr
}

// admits reports whether one of the filters, if there are any, has the peer.
func admits(filters []netip.Prefix, peer net.Addr) bool {
	if len(filters) == 0 {
		return true
	}
	tcp, ok := peer.(*net.TCPAddr)
	if !ok {
		return false
	}
	// A prefix contains no mapped addresses and none with a zone.
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	for _, f := range filters {
		if f.Contains(ip) {
			return true
		}
	}
	return false
}
