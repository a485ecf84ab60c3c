package patterns

import (
	"fmt"
	"math"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/tcp"
)

// ConnectTimeout bounds the attempt to connect to each single address of a
// peer. 0, the default, is the system's limit, which may be minutes; negative is
// refused. It concerns tcp (ZMQ_CONNECT_TIMEOUT).
func ConnectTimeout(d time.Duration) Option {
	return newOption("ConnectTimeout", func(c *config) {
		c.transport.ConnectTimeout = c.atLeastZero("ConnectTimeout", d)
	})
}

// SOCKSProxy makes connections through a SOCKS5 proxy at an address, "host:port",
// which looks up the names in endpoints. Empty, the default, is no proxy. It
// concerns tcp endpoints that are connected (ZMQ_SOCKS_PROXY).
func SOCKSProxy(address string) Option {
	return newOption("SOCKSProxy", func(c *config) {
		c.transport.SOCKSProxy = address
		if address != "" && (tcp.Transport{}).CheckDial(address, &transport.Options{IPv6: true}) != nil {
			c.refuse("SOCKSProxy", address, "host:port")
		}
	})
}

// SOCKSUser is who we are to the SOCKS proxy, should it ask: name and password
// are of 1 to 255 bytes, and travel in clear text. Two empty ones, the default,
// are nobody (ZMQ_SOCKS_USERNAME, ZMQ_SOCKS_PASSWORD).
func SOCKSUser(name, password string) Option {
	return newOption("SOCKSUser", func(c *config) {
		c.transport.SOCKSUser, c.transport.SOCKSPassword = name, password
		if (name == "") != (password == "") || len(name) > 255 || len(password) > 255 {
			c.refuse("SOCKSUser", name, "a name and a password of 1 to 255 bytes")
		}
	})
}

// Backlog sets how many connections may wait to be accepted at each endpoint
// that is bound. The system rounds it, and has a limit of its own. 0 is the
// default of 100, negative as many as the system allows. It concerns tcp and ipc
// (ZMQ_BACKLOG).
func Backlog(connections int) Option {
	return newOption("Backlog", func(c *config) { c.transport.Backlog = connections })
}

// SendBuffer sets the size in bytes of the system's buffer for what each
// connection sends. The system rounds it, and has limits of its own. -1 is the
// system's choice, and so is 0, the default, but for ipc on Linux, where it is four
// times that, as far as the system allows: a peer that does not read has that much
// unread. It concerns tcp and ipc (ZMQ_SNDBUF, for which 0 is the least there is:
// ask for 1 to have that).
func SendBuffer(bytes int) Option {
	return newOption("SendBuffer", func(c *config) {
		c.transport.SendBuffer = c.count("SendBuffer", bytes, -1, math.MaxInt32)
	})
}

// RecvBuffer sets the size in bytes of the system's buffer for what each
// connection receives, as [SendBuffer] does for what it sends (ZMQ_RCVBUF).
func RecvBuffer(bytes int) Option {
	return newOption("RecvBuffer", func(c *config) {
		c.transport.RecvBuffer = c.count("RecvBuffer", bytes, -1, math.MaxInt32)
	})
}

// TOS sets the type-of-service byte of IPv4, and the traffic class of IPv6, from
// 0 to 255. 0, the default, is the system's choice. Linux keeps the two lowest
// bits to itself. It concerns tcp, not on Windows (ZMQ_TOS).
func TOS(class int) Option {
	return newOption("TOS", func(c *config) { c.transport.TOS = c.count("TOS", class, 0, math.MaxUint8) })
}

// Priority orders packets in the queues of this host. 0, the default, is the
// system's choice; above 6 it takes CAP_NET_ADMIN; negative is refused. It
// concerns tcp on Linux (ZMQ_PRIORITY).
func Priority(p int) Option {
	return newOption("Priority", func(c *config) {
		c.transport.Priority = c.count("Priority", p, 0, math.MaxInt32)
	})
}

// maxDevice is the largest size of a network interface's name, in bytes, on
// Linux (IFNAMSIZ without the final zero).
const maxDevice = 15

// BindToDevice makes endpoints use only the network interface of that name, of
// up to 15 bytes; "", the default, is any. It may take CAP_NET_RAW. It concerns
// tcp on Linux (ZMQ_BINDTODEVICE).
func BindToDevice(name string) Option {
	return newOption("BindToDevice", func(c *config) {
		if len(name) > maxDevice || slices.Contains([]byte(name), 0) {
			c.refuse("BindToDevice", fmt.Sprintf("%q", name), fmt.Sprintf("a name of up to %d bytes", maxDevice))
		}
		c.transport.BindToDevice = name
	})
}

// BusyPoll sets how long a read that finds nothing polls the network device
// before it sleeps, rounded up to microseconds. 0, the default, is the system's
// choice; negative is refused. It may take CAP_NET_ADMIN. It concerns tcp on
// Linux (ZMQ_BUSY_POLL).
func BusyPoll(d time.Duration) Option {
	return newOption("BusyPoll", func(c *config) {
		if d < 0 || d > math.MaxInt32*time.Microsecond {
			c.refuse("BusyPoll", d, fmt.Sprintf("0 to %d µs", math.MaxInt32))
		}
		c.transport.BusyPoll = d
	})
}

// IPv6 admits addresses of IPv6 beside those of IPv4, and makes a bind to "*"
// one for both. By default an address of IPv6 is an error. It concerns tcp
// (ZMQ_IPV6, ZMQ_IPV4ONLY).
func IPv6(on bool) Option {
	return newOption("IPv6", func(c *config) { c.transport.IPv6 = on })
}

// TCPKeepAlive says whether the system is to probe idle connections. Not given,
// it is the system's choice. It concerns tcp (ZMQ_TCP_KEEPALIVE).
func TCPKeepAlive(on bool) Option {
	return newOption("TCPKeepAlive", func(c *config) {
		c.transport.KeepAlive = transport.KeepAliveOff
		if on {
			c.transport.KeepAlive = transport.KeepAliveOn
		}
	})
}

// TCPKeepAliveCount sets how many probes without an answer break a connection. 0
// and -1, the default, are the system's choice. It has no effect without
// [TCPKeepAlive] (ZMQ_TCP_KEEPALIVE_CNT).
func TCPKeepAliveCount(probes int) Option {
	return newOption("TCPKeepAliveCount", func(c *config) {
		c.transport.KeepAliveCount = c.count("TCPKeepAliveCount", probes, -1, math.MaxInt32)
	})
}

// TCPKeepAliveIdle sets how long a connection must be idle before it is probed,
// rounded up to seconds. 0, the default, is the system's choice; negative is
// refused. It has no effect without [TCPKeepAlive] (ZMQ_TCP_KEEPALIVE_IDLE).
func TCPKeepAliveIdle(d time.Duration) Option {
	return newOption("TCPKeepAliveIdle", func(c *config) {
		c.transport.KeepAliveIdle = c.seconds("TCPKeepAliveIdle", d)
	})
}

// TCPKeepAliveInterval sets the time between two probes, rounded up to seconds.
// 0, the default, is the system's choice; negative is refused. It has no effect
// without [TCPKeepAlive] (ZMQ_TCP_KEEPALIVE_INTVL).
func TCPKeepAliveInterval(d time.Duration) Option {
	return newOption("TCPKeepAliveInterval", func(c *config) {
		c.transport.KeepAliveInterval = c.seconds("TCPKeepAliveInterval", d)
	})
}

// seconds checks a time that the system counts in seconds.
func (c *config) seconds(option string, d time.Duration) time.Duration {
	if d < 0 || d > math.MaxInt32*time.Second {
		c.refuse(option, d, fmt.Sprintf("0 to %d s", math.MaxInt32))
	}
	return d
}

// TCPMaxRT sets how long sent data may stay unacknowledged by the peer's system
// before the connection is broken: on Linux rounded up to milliseconds, on
// Windows to seconds. 0, the default, is the system's choice; negative is
// refused. It concerns tcp on Linux and Windows (ZMQ_TCP_MAXRT).
func TCPMaxRT(d time.Duration) Option {
	return newOption("TCPMaxRT", func(c *config) {
		if d < 0 || d > math.MaxInt32*time.Millisecond {
			c.refuse("TCPMaxRT", d, fmt.Sprintf("0 to %d ms", math.MaxInt32))
		}
		c.transport.MaxRT = d
	})
}

// TCPAcceptFilter lets only peers of these networks connect to endpoints that
// are bound; a peer of IPv4 is looked up as such also where it came in over
// IPv6. Networks of several TCPAcceptFilter add up. Without any, the default,
// everyone may. It concerns tcp (ZMQ_TCP_ACCEPT_FILTER).
func TCPAcceptFilter(networks ...netip.Prefix) Option {
	networks = slices.Clone(networks)
	return newOption("TCPAcceptFilter", func(c *config) {
		for _, n := range networks {
			if !n.IsValid() {
				c.refuse("TCPAcceptFilter", n, "a network")
			}
		}
		c.transport.AcceptFilters = union(c.transport.AcceptFilters, networks)
	})
}

// IPCFilterUID lets processes of these users connect to endpoints that are
// bound. A process may connect that one of the filters for users, groups and
// processes lets; without any, the default, all may. Those of several options add
// up. It concerns ipc on Linux (ZMQ_IPC_FILTER_UID).
func IPCFilterUID(users ...uint32) Option {
	users = slices.Clone(users)
	return newOption("IPCFilterUID", func(c *config) {
		c.transport.PeerUIDs = union(c.transport.PeerUIDs, users)
	})
}

// IPCFilterGID lets processes of users that are in one of these groups connect,
// as [IPCFilterUID] does with users (ZMQ_IPC_FILTER_GID).
func IPCFilterGID(groups ...uint32) Option {
	groups = slices.Clone(groups)
	return newOption("IPCFilterGID", func(c *config) {
		c.transport.PeerGIDs = union(c.transport.PeerGIDs, groups)
	})
}

// IPCFilterPID lets these processes connect, as [IPCFilterUID] does with users.
// Numbers are 1 or more (ZMQ_IPC_FILTER_PID).
func IPCFilterPID(processes ...int) Option {
	processes = slices.Clone(processes)
	return newOption("IPCFilterPID", func(c *config) {
		for _, p := range processes {
			c.count("IPCFilterPID", p, 1, math.MaxInt32)
		}
		c.transport.PeerPIDs = union(c.transport.PeerPIDs, processes)
	})
}

// union returns a with those of b that it lacks.
func union[T comparable](a, b []T) []T {
	a = slices.Clip(a)
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}

// ListenFile makes Bind adopt a listening socket in place of making one, as
// those that socket activation passes. The address given to Bind is checked but
// not used; the options of the listening socket stay as they are, and a file of
// ipc is not removed in the end. The file stays the caller's, who may close it
// when Bind has returned. nil, the default, is none. It concerns tcp and ipc,
// not on Windows (ZMQ_USE_FD).
func ListenFile(f *os.File) Option {
	return newOption("ListenFile", func(c *config) { c.transport.ListenFile = f })
}
