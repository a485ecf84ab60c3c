package tcp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/internal/osopt"
)

// Dial connects to address; see the package's text. The connection is a
// *net.TCPConn. If every address failed, the error wraps the errors of all.
func (t Transport) Dial(ctx context.Context, address string, o *transport.Options) (net.Conn, error) {
	if o == nil {
		o = new(transport.Options)
	}
	target, err := parseDial(address, o.IPv6)
	if err != nil {
		return nil, err
	}
	if err := checkOptions(o, system); err != nil {
		return nil, err
	}
	if o.SOCKSProxy != "" {
		return t.dialThrough(ctx, target, o)
	}
	return t.dial(ctx, target, o)
}

// dial connects to the first address of the target's that answers.
func (t Transport) dial(ctx context.Context, target target, o *transport.Options) (net.Conn, error) {
	ips, err := t.lookup(ctx, target.dest, o.IPv6)
	if err != nil {
		return nil, wrapCause(ctx, err)
	}
	conn, err := race(ctx, len(ips), func(ctx context.Context, i int) (net.Conn, error) {
		return dialOne(ctx, target, ips[i], o)
	})
	if err != nil {
		return nil, wrapCause(ctx, err)
	}
	return conn, nil
}

// dialOne connects to one address of the target's.
func dialOne(ctx context.Context, target target, ip netip.Addr, o *transport.Options) (net.Conn, error) {
	local, err := sourceAddr(target.source, ip)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{
		Timeout:   max(o.ConnectTimeout, 0),
		KeepAlive: -1, // Options.KeepAlive decides, not package net
		Control: func(_, address string, c syscall.RawConn) error {
			return control(c, func(fd uintptr) error {
				if local != nil && local.Port != 0 {
					// Or the port would be lost for minutes after each connection.
					if err := reuseAddr(fd); err != nil {
						return err
					}
				}
				return prepare(fd, address, o)
			})
		},
	}
	if local != nil {
		d.LocalAddr = local
	}
	d.SetMultipathTCP(false) // see listenConfig
	conn, err := d.DialContext(ctx, "tcp", netip.AddrPortFrom(ip, target.dest.port).String())
	if err != nil {
		return nil, err
	}
	if err := tune(conn.(*net.TCPConn), o); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// control calls f with the descriptor of a socket that package net is making.
func control(c syscall.RawConn, f func(fd uintptr) error) error {
	var inner error
	if err := c.Control(func(fd uintptr) { inner = f(fd) }); err != nil {
		return err
	}
	return inner
}

// prepare sets the options that must be there before a connect to the address, or a listen at it.
func prepare(fd uintptr, address string, o *transport.Options) error {
	unpace(fd, address)
	if err := osopt.SetBuffers(fd, o.SendBuffer, o.RecvBuffer); err != nil {
		return err
	}
	if err := setPacketOptions(fd, o); err != nil {
		return err
	}
	return setRoutingOptions(fd, o)
}

// tune sets the options of a connection that is there: those that a connect
// does not want, and those that an accepted one does not inherit.
func tune(c *net.TCPConn, o *transport.Options) error {
	switch o.KeepAlive {
	case transport.KeepAliveOff:
		if err := c.SetKeepAlive(false); err != nil {
			return err
		}
	case transport.KeepAliveOn:
		config := net.KeepAliveConfig{Enable: true, Idle: -1, Interval: -1, Count: -1} // the system's
		if o.KeepAliveIdle > 0 {
			config.Idle = o.KeepAliveIdle
		}
		if o.KeepAliveInterval > 0 {
			config.Interval = o.KeepAliveInterval
		}
		if o.KeepAliveCount > 0 {
			config.Count = o.KeepAliveCount
		}
		if err := c.SetKeepAliveConfig(config); err != nil {
			return err
		}
	}
	if o.MaxRT <= 0 && o.TOS <= 0 && o.Priority <= 0 {
		return nil
	}
	return osopt.Control(c, func(fd uintptr) error {
		if err := setMaxRT(fd, o); err != nil {
			return err
		}
		return setPacketOptions(fd, o)
	})
}

// wrapCause adds to err why the context ended the call, if that is what
// happened.
func wrapCause(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if cause == nil || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}
