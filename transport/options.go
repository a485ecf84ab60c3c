package transport

import (
	"math"
	"net/netip"
	"os"
	"slices"
	"time"
)

// DefaultBacklog is the number of connections that may wait for Accept if
// Options.Backlog is 0, as in libzmq.
const DefaultBacklog = 100

// Options is what a socket's options ask of the operating system. The zero
// value asks for nothing, and leaves everything to it.
//
// Each field names the transports that it concerns; the others ignore it,
// since one socket may have endpoints of several. What a concerned transport
// cannot do on this system is an [*OptionError] of Dial and Listen.
type Options struct {
	// SendBuffer and RecvBuffer are the sizes of the kernel's buffers, in
	// bytes (SO_SNDBUF, SO_RCVBUF). The system rounds, and has limits of its
	// own. Zero or negative: the system's choice, which for tcp grows with
	// need; but zero for SendBuffer over ipc on Linux is 832 KiB, or what
	// the system allows of that. Ask for 1 to have the least there is. (tcp, ipc)
	SendBuffer, RecvBuffer int

	// Backlog is how many connections may be established and wait for
	// Accept. The system rounds it, and cuts it to a limit of its own (Linux:
	// net.core.somaxconn). Zero: DefaultBacklog. Negative: as many as the
	// system allows, as always on Windows, which knows no other. (tcp, ipc)
	Backlog int

	// KeepAlive says whether an idle connection is probed (SO_KEEPALIVE).
	// (tcp)
	KeepAlive KeepAlive

	// KeepAliveCount is how many probes without an answer break the
	// connection, KeepAliveIdle the silence before the first one, and
	// KeepAliveInterval the time between two. Times are rounded up to
	// seconds. Zero or negative: the system's choice. They have no effect
	// unless KeepAlive is KeepAliveOn. (tcp)
	KeepAliveCount                   int
	KeepAliveIdle, KeepAliveInterval time.Duration

	// MaxRT is how long sent data may stay unacknowledged before the
	// connection is broken (Linux: TCP_USER_TIMEOUT, rounded up to
	// milliseconds; Windows: TCP_MAXRT, to seconds). It begins to count once
	// the connection is there. Zero or negative: the system's choice. (tcp
	// on Linux and Windows)
	MaxRT time.Duration

	// TOS is the type-of-service byte of IPv4 and the traffic class of IPv6,
	// at most 255. Linux keeps the two lowest bits, the congestion mark, to
	// itself. Zero or negative: the system's choice. (tcp, not on Windows)
	TOS int

	// Priority orders the packets in the queues of this host (SO_PRIORITY).
	// Above 6 it takes CAP_NET_ADMIN. Zero or negative: the system's choice,
	// which on Linux follows TOS. (tcp on Linux)
	Priority int

	// BindToDevice is the name of the one interface to use
	// (SO_BINDTODEVICE). Empty: any. (tcp on Linux)
	BindToDevice string

	// BusyPoll is how long a read that finds nothing polls the device before
	// it sleeps, rounded up to microseconds (SO_BUSY_POLL). To raise it
	// above net.core.busy_read takes CAP_NET_ADMIN. Zero or negative: the
	// system's choice. (tcp on Linux)
	BusyPoll time.Duration

	// IPv6 admits IPv6 addresses beside those of IPv4, and makes a listener
	// on "*" listen on both. Without it an IPv6 address is an error, and the
	// IPv6 addresses of a name are passed over. (tcp)
	IPv6 bool

	// ConnectTimeout bounds the attempt at each single address of a peer.
	// Zero or negative: the system's limit, which may be minutes. (tcp)
	ConnectTimeout time.Duration

	// SOCKSProxy is the address of a SOCKS5 proxy, "host:port", through which
	// connections are made; it is the proxy that looks up names. If SOCKSUser
	// is not empty, it and SOCKSPassword are what the proxy may ask for, of 1
	// to 255 bytes each. Empty: no proxy. (tcp)
	SOCKSProxy, SOCKSUser, SOCKSPassword string

	// AcceptFilters are the networks that may connect to a listener, an
	// IPv4 peer being looked up as such also where it came in over IPv6.
	// Empty: everyone may. (tcp)
	AcceptFilters []netip.Prefix

	// PeerUIDs, PeerGIDs and PeerPIDs are the users, groups and processes
	// that may connect to a listener, as the kernel knew them when they
	// connected; one match in one list is enough, and each of a user's
	// groups counts. All empty: everyone may. (ipc on Linux)
	PeerUIDs, PeerGIDs []uint32
	PeerPIDs           []int

	// ListenFile is a listening socket to adopt in place of making one, as
	// socket activation passes it. Nil: none. The address is then checked
	// but not used, the options of the listening socket itself stay as they
	// are, and the listener unlinks nothing. The file is duplicated: it
	// stays the caller's, to close whenever it likes. (tcp, ipc; not on
	// Windows)
	ListenFile *os.File
}

// KeepAlive says what to do about the probing of idle connections.
type KeepAlive int8

// The zero KeepAlive leaves it to the system.
const (
	KeepAliveSystem KeepAlive = iota
	KeepAliveOn
	KeepAliveOff
)

// Clone returns a copy that shares nothing with o but the ListenFile. The
// clone of nil is the zero Options.
func (o *Options) Clone() Options {
	if o == nil {
		return Options{}
	}
	c := *o
	c.AcceptFilters = slices.Clone(o.AcceptFilters)
	c.PeerUIDs = slices.Clone(o.PeerUIDs)
	c.PeerGIDs = slices.Clone(o.PeerGIDs)
	c.PeerPIDs = slices.Clone(o.PeerPIDs)
	return c
}

// ListenBacklog returns the backlog to hand to listen(2). A system takes a number
// that is over its limit for the limit.
func (o *Options) ListenBacklog() int {
	switch {
	case o.Backlog == 0:
		return DefaultBacklog
	case o.Backlog < 0:
		return math.MaxInt32
	}
	return min(o.Backlog, math.MaxInt32)
}
