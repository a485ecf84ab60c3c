package tcp

import (
	"context"
	"errors"
	"net"
	"time"

	"golang.org/x/net/proxy"

	"github.com/zeroactor/zmq/transport"
)

// socksTimeout bounds the talk with a SOCKS proxy, if no ConnectTimeout does: a
// proxy may itself wait for the system's limit on a connection, and one that
// never answers must not keep us for ever.
const socksTimeout = 2 * time.Minute

// A socksClient is what package proxy makes: it speaks SOCKS5 (RFC 1928) over
// a connection that is there, which stays what it is, a *net.TCPConn.
type socksClient interface {
	DialWithConn(ctx context.Context, c net.Conn, network, address string) (net.Addr, error)
}

// maxSOCKSText is the most bytes that a user's name or password has (RFC 1929).
const maxSOCKSText = 255

var errSOCKSText = errors.New("a user's name and password have 1 to 255 bytes")

var errNoSOCKS = errors.New("package proxy makes no SOCKS client")

// dialThrough connects to the target by a SOCKS proxy. It is the proxy that
// looks names up. A source is where we connect to the proxy from.
func (t Transport) dialThrough(ctx context.Context, to target, o *transport.Options) (net.Conn, error) {
	via, err := parseProxy(o)
	if err != nil {
		return nil, err
	}
	conn, err := t.dial(ctx, target{source: to.source, dest: via}, o)
	if err != nil {
		return nil, err
	}
	limit := socksTimeout
	if o.ConnectTimeout > 0 {
		limit = o.ConnectTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := negotiate(ctx, conn, to.dest, o); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// checkSOCKS reports what is wrong with the proxy's options.
func checkSOCKS(o *transport.Options) error {
	if o.SOCKSProxy == "" {
		return nil
	}
	if _, err := parseProxy(o); err != nil {
		return err
	}
	if o.SOCKSUser != "" && (len(o.SOCKSUser) > maxSOCKSText || o.SOCKSPassword == "" || len(o.SOCKSPassword) > maxSOCKSText) {
		return &transport.OptionError{Option: "SOCKSUser", Err: errSOCKSText}
	}
	return nil
}

// parseProxy returns the address of the proxy.
func parseProxy(o *transport.Options) (hostPort, error) {
	via, reason := parseHostPort(o.SOCKSProxy, roleDest, o.IPv6)
	if reason != "" {
		return hostPort{}, &transport.OptionError{Option: "SOCKSProxy", Err: badEndpoint(o.SOCKSProxy, reason)}
	}
	return via, nil
}

// negotiate asks the proxy at the other end of conn for a connection to dest.
func negotiate(ctx context.Context, conn net.Conn, dest hostPort, o *transport.Options) error {
	var auth *proxy.Auth
	if o.SOCKSUser != "" {
		auth = &proxy.Auth{User: o.SOCKSUser, Password: o.SOCKSPassword}
	}
	dialer, err := proxy.SOCKS5("tcp", o.SOCKSProxy, auth, nil)
	if err != nil {
		return err
	}
	client, ok := dialer.(socksClient)
	if !ok {
		return errNoSOCKS
	}
	_, err = client.DialWithConn(ctx, conn, "tcp", dest.String())
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return wrapCause(ctx, err)
	}
	return err
}
