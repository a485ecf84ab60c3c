// Package tcp is the transport of "tcp://" endpoints.
//
// To listen: tcp://host:port, where host is "*" for all interfaces, an
// interface ("eth0"), an IP address or a name, and port a number or, for one
// that the system chooses, "*" or 0. A name stands for its first address,
// preferably of IPv4.
//
// To connect: tcp://host:port with an IP address or a name and a port of 1 to
// 65535, or tcp://source;host:port with a source that is written as an address
// to listen on is, but has no name other than an interface's.
//
// IPv6 addresses, in brackets by custom, and an interface as zone where needed
// (tcp://[fe80::1%eth0]:5555), take the IPv6 option. Names of ports are not
// known.
//
// A name is looked up in each Dial. Of several addresses the next is tried
// when one has failed or kept silent for [AttemptDelay], IPv6 and IPv4 in
// turns, and the first to answer wins (RFC 8305). With the SOCKSProxy option that
// goes for the proxy, which then looks up the name itself. Connections have TCP_NODELAY
// set: batching is the business of the layers above. On Linux with BBR,
// which paces, those of the loopback have Reno, which does not.
//
// Everything here may be used by several goroutines at once.
package tcp

import (
	"context"
	"net"
	"net/netip"

	"github.com/zeroactor/zmq/transport"
)

// Scheme is the part of a tcp endpoint before "://".
const Scheme = "tcp"

// A Resolver looks names up. *net.Resolver is one.
type Resolver interface {
	// LookupNetIP returns the addresses of a host, the best first; network
	// is "ip4" for those of IPv4 only, else "ip".
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Transport is the tcp transport. The zero value is ready for use.
type Transport struct {
	// Resolver looks up the names of hosts. Nil: net.DefaultResolver.
	Resolver Resolver
}

var _ transport.Transport = Transport{}

// Scheme returns "tcp".
func (Transport) Scheme() string { return Scheme }

// CheckDial reports whether address is one to connect to; the error is a
// *zmq.EndpointError. It looks at the text alone: whether a name or an
// interface exists is found by Dial.
func (Transport) CheckDial(address string, o *transport.Options) error {
	_, err := parseDial(address, o != nil && o.IPv6)
	return err
}

func (t Transport) resolver() Resolver {
	if t.Resolver == nil {
		return net.DefaultResolver
	}
	return t.Resolver
}
