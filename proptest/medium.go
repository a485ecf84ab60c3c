package proptest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/zeroactor/zmq/patterns"
	"github.com/zeroactor/zmq/proptest/sim"
	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/ipc"
	"github.com/zeroactor/zmq/transport/tcp"
)

// A Medium is a transport as histories use it.
type Medium struct {
	// Name is that of the medium in tests.
	Name string

	// Virtual says that all waiting is known to testing/synctest, so that
	// histories run in virtual time.
	Virtual bool

	// Local says that messages go from socket to socket without a connection,
	// as over inproc.
	Local bool

	// Pace is how long, in real time, a history leaves the network to itself where
	// nothing tells when that is done: a few round trips. Zero is a millisecond.
	Pace time.Duration

	// Open begins a history: it makes what that one has for itself. The seed
	// is the history's.
	Open func(seed uint64) (*Ground, error)

	told func(way) // what a check is told of, each time that it joins two sockets; nil if nobody asks
}

// pace is Pace, which may be zero.
func (m Medium) pace() time.Duration { return max(m.Pace, time.Millisecond) }

// shrinkPatience is how long something is waited for in histories that are simpler than one
// that has failed: most of them fail in the same way.
func (m Medium) shrinkPatience() time.Duration { return 1000 * m.pace() }

// A Ground is what one history is played on.
type Ground struct {
	// Options are of the contexts in which the sockets are made.
	Options []patterns.ContextOption

	// Endpoint returns where socket i of the history is to be bound. It may
	// have wildcards.
	Endpoint func(i int) string

	// Fixed says that Endpoint has no wildcards, so that sockets can connect
	// to those that are bound later.
	Fixed bool

	// Network is what connections go over, for histories in which they are
	// reset or cut. Nil: these steps do nothing.
	Network Network

	// Close ends the history. Nil: nothing is to be done.
	Close func() error
}

// A Network can be made to fail. An address is that of a socket that is bound, or
// was: its endpoint without the scheme.
type Network interface {
	// Reset breaks the connections to an address. When it returns neither end can
	// write to them any more.
	Reset(address string)

	// Cut has nothing come through to an address or from it, and nobody is told.
	// What connections lose by that they bring again after Heal.
	Cut(address string)

	// Heal ends what Cut began.
	Heal(address string)
}

var _ Network = (*sim.Network)(nil)

// simulated returns the network of the ground if it is in virtual time, or else nil.
func (g *Ground) simulated() *sim.Network {
	n, _ := g.Network.(*sim.Network)
	return n
}

// addressOf returns an endpoint without its scheme.
func addressOf(endpoint string) string {
	_, address, _ := strings.Cut(endpoint, "://")
	return address
}

// Over returns a medium of a transport of bytes. address returns where socket
// number i is to be bound.
func Over(t transport.Transport, address func(i int) string) Medium {
	return Medium{Name: t.Scheme(), Open: func(uint64) (*Ground, error) {
		return &Ground{
			Options:  []patterns.ContextOption{patterns.Transport(t)},
			Endpoint: func(i int) string { return t.Scheme() + "://" + address(i) },
		}, nil
	}}
}

// TCP returns the medium of tcp over the loopback interface. On Linux, where all of
// 127.0.0.0/8 is that, each history has addresses of its own, which are known before
// they are bound.
func TCP() Medium {
	if runtime.GOOS != "linux" {
		return Over(tcp.Transport{}, func(int) string { return "127.0.0.1:*" })
	}
	const port = 1900 // none from which connections are made
	return Medium{Name: tcp.Transport{}.Scheme(), Open: func(uint64) (*Ground, error) {
		net := rand.Uint32()
		return &Ground{
			Endpoint: func(i int) string {
				return fmt.Sprintf("tcp://127.%d.%d.%d:%d", 1+byte(net)%254, byte(net>>8), byte(net>>16), port+i)
			},
			Fixed: true,
		}, nil
	}}
}

// IPC returns the medium of ipc, each history in a directory of its own.
func IPC() Medium {
	return Medium{Name: ipc.Transport{}.Scheme(), Open: func(uint64) (*Ground, error) {
		dir, err := os.MkdirTemp("", "ipc")
		if err != nil {
			return nil, err
		}
		return &Ground{
			Endpoint: func(i int) string { return "ipc://" + filepath.Join(dir, fmt.Sprint(i)) },
			Fixed:    true,
			Close:    func() error { return os.RemoveAll(dir) },
		}, nil
	}}
}

// Inproc returns the medium of inproc, in virtual time.
func Inproc() Medium {
	return Medium{Name: "inproc", Virtual: true, Local: true, Open: func(uint64) (*Ground, error) {
		return &Ground{Endpoint: func(i int) string { return fmt.Sprint("inproc://", i) }, Fixed: true}, nil
	}}
}

// Sim returns the medium of a simulated network, in virtual time. The seed of a
// history decides how the network is: its latency, its pieces, its window.
func Sim() Medium {
	return Medium{Name: sim.Scheme, Virtual: true, Open: func(seed uint64) (*Ground, error) {
		network := sim.New(simConfig(seed))
		return &Ground{
			Options:  []patterns.ContextOption{patterns.Transport(network)},
			Endpoint: func(i int) string { return fmt.Sprint(sim.Scheme, "://", i) },
			Fixed:    true,
			Network:  network,
		}, nil
	}}
}

// simConfig chooses a network for a seed: from an ideal one to one that brings
// single bytes, late.
func simConfig(seed uint64) sim.Config {
	pick := func(shift uint, of ...int64) int64 { return of[seed>>shift%uint64(len(of))] }
	return sim.Config{
		Seed:     seed,
		Latency:  time.Duration(pick(0, 0, 0, 1, 20)) * time.Millisecond,
		Jitter:   time.Duration(pick(2, 0, 0, 0, 3)) * time.Millisecond,
		Window:   int(pick(4, sim.DefaultWindow, 4<<10, 700)),
		MaxPiece: int(pick(6, 0, 0, 5000, 100, 7, 1)),
	}
}

// Media returns all media of this package.
func Media() []Medium { return []Medium{Inproc(), IPC(), TCP(), Sim()} }

// mediumNamed returns the one of this package's media that has a name.
func mediumNamed(name string) (Medium, error) {
	for _, m := range Media() {
		if m.Name == name {
			return m, nil
		}
	}
	return Medium{}, fmt.Errorf("proptest: no medium %q", name)
}
