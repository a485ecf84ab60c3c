package sim

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
)

// Scheme is the part of an endpoint of this network before "://".
const Scheme = "sim"

// Defaults of a [Config].
const (
	// DefaultWindow is as much as a system's socket buffers hold at least.
	DefaultWindow = 64 << 10

	// backlog is how many connections may wait to be accepted at a listener;
	// one more is refused.
	backlog = 1024
)

// Config says how the connections of a network are. The zero Config is a
// network without delay, limit or fault.
type Config struct {
	// Seed decides all that happens by chance.
	Seed uint64

	// Latency is how long bytes are on their way, and Jitter the most that
	// comes on top of it by chance. Bytes never overtake each other. Negative
	// is none.
	Latency, Jitter time.Duration

	// Bandwidth is how many bytes a connection carries a second in each
	// direction. Zero or negative: no limit.
	Bandwidth int64

	// Window is how many bytes may be written and not read yet, in each
	// direction, before Write waits. Zero or negative: DefaultWindow.
	Window int

	// MaxPiece is how many bytes a Read returns at most: between one and
	// that many, by chance. Zero or negative: all that one Write gave.
	MaxPiece int

	// ResetAfter and CorruptAfter are after how many bytes, in the mean, a
	// connection is reset, and after how many each time a bit of it is
	// turned. Zero or negative: never.
	ResetAfter, CorruptAfter int64

	// Refuse is the share of connections that are refused by chance, from 0
	// to 1.
	Refuse float64
}

// Stats counts what a network has done.
type Stats struct {
	Connections int // made
	Refused     int // not made
	Bytes       int // written
	Resets      int // of connections, by chance or by call
	Cuts        int // of connections, by call
	Corrupted   int // bytes
}

// A Network is where listeners and those who dial them meet. It is a
// [transport.Transport]. An address is any text; "*" listens at a new one.
type Network struct {
	cfg Config

	mu        sync.Mutex
	listeners map[string]*listener
	numbers   map[string]uint64 // connections made to each address
	names     int               // given to wildcards
	links     []*Link           // that are not over
	cut       map[string]bool   // addresses that are not reached
	stats     Stats
}

var _ transport.Transport = (*Network)(nil)

// New returns a network without listeners.
func New(cfg Config) *Network {
	if cfg.Window <= 0 {
		cfg.Window = DefaultWindow
	}
	return &Network{
		cfg:       cfg,
		listeners: make(map[string]*listener),
		numbers:   make(map[string]uint64),
		cut:       make(map[string]bool),
	}
}

// Scheme returns [Scheme].
func (n *Network) Scheme() string { return Scheme }

// CheckDial reports whether the address is one to connect to: all are, but
// those with a "*".
func (n *Network) CheckDial(address string, _ *transport.Options) error {
	if strings.Contains(address, "*") {
		return &zmq.EndpointError{Endpoint: Scheme + "://" + address, Reason: "a wildcard cannot be connected to"}
	}
	return nil
}

// Dial connects to a listener. It takes two latencies, and waits while the
// address is cut off. The error wraps syscall.ECONNREFUSED if nobody listens.
func (n *Network) Dial(ctx context.Context, address string, o *transport.Options) (net.Conn, error) {
	if err := n.CheckDial(address, o); err != nil {
		return nil, err
	}
	refused := &net.OpError{Op: "dial", Net: Scheme, Addr: addr(address), Err: syscall.ECONNREFUSED}
	for {
		if err := sleep(ctx, 2*n.cfg.Latency); err != nil {
			return nil, fmt.Errorf("dial %s://%s: %w", Scheme, address, err)
		}
		l, number := n.reach(address)
		if l == nil && number == unreachable {
			if err := sleep(ctx, max(n.cfg.Latency, time.Millisecond)); err != nil {
				return nil, fmt.Errorf("dial %s://%s: %w", Scheme, address, err)
			}
			continue
		}
		if l == nil {
			return nil, refused
		}
		link := newLink(n, address, number)
		if !l.offer(link.accepted) {
			link.over()
			return nil, refused
		}
		return link.dialed, nil
	}
}

// unreachable is the number of a connection that is not even refused.
const unreachable = ^uint64(0)

// reach returns the listener at an address, and the number of the connection to
// it. No listener says that the connection is refused.
func (n *Network) reach(address string) (*listener, uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cut[address] {
		return nil, unreachable
	}
	l := n.listeners[address]
	number := n.numbers[address]
	n.numbers[address]++
	if l == nil || n.cfg.Refuse > 0 && source(n.cfg.Seed, address, number, "refuse").Float64() < n.cfg.Refuse {
		n.stats.Refused++
		return nil, 0
	}
	n.stats.Connections++
	return l, number
}

// Listen binds an address.
func (n *Network) Listen(ctx context.Context, address string, _ *transport.Options) (transport.Listener, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("listen %s://%s: %w", Scheme, address, context.Cause(ctx))
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if address == "*" {
		n.names++
		address = fmt.Sprint("host-", n.names)
	}
	if err := n.CheckDial(address, nil); err != nil {
		return nil, err
	}
	if n.listeners[address] != nil {
		return nil, transport.ListenError(&net.OpError{Op: "listen", Net: Scheme, Addr: addr(address), Err: os.NewSyscallError("bind", syscall.EADDRINUSE)})
	}
	l := &listener{network: n, address: address, conns: make(chan *Conn, backlog), closed: make(chan struct{})}
	n.listeners[address] = l
	return l, nil
}

// Reset ends the connections to an address, as [Link.Reset] does.
func (n *Network) Reset(address string) {
	for _, l := range n.Links(address) {
		l.Reset()
	}
}

// Cut interrupts an address: its connections carry nothing, not even their end,
// and new ones are neither made nor refused, until Heal.
func (n *Network) Cut(address string) {
	n.mu.Lock()
	n.cut[address] = true
	n.mu.Unlock()
	for _, l := range n.Links(address) {
		l.Cut()
	}
}

// Heal ends what Cut began. What was on its way arrives.
func (n *Network) Heal(address string) {
	n.mu.Lock()
	delete(n.cut, address)
	n.mu.Unlock()
	for _, l := range n.Links(address) {
		l.Heal()
	}
}

// Links returns the connections to an address that are not over, oldest first.
func (n *Network) Links(address string) []*Link {
	n.mu.Lock()
	defer n.mu.Unlock()
	var found []*Link
	for _, l := range n.links {
		if l.address == address {
			found = append(found, l)
		}
	}
	return found
}

// Stats returns what has been counted so far.
func (n *Network) Stats() Stats {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.stats
}

func (n *Network) count(f func(s *Stats)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f(&n.stats)
}

func (n *Network) add(l *Link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.links = append(n.links, l)
}

func (n *Network) remove(l *Link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if i := slices.Index(n.links, l); i >= 0 {
		n.links = slices.Delete(n.links, i, i+1)
	}
}

// source returns the source of chance for one purpose of one connection.
func source(seed uint64, address string, number uint64, purpose string) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, address, "\x00", purpose, "\x00", number)
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// sleep waits for d, or for the end of ctx, whose cause it returns.
func sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// addr is the address of one end of a connection.
type addr string

// Network returns [Scheme].
func (addr) Network() string  { return Scheme }
func (a addr) String() string { return string(a) }
