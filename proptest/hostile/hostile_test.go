package hostile

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/invariant"
	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/patterns"
	"github.com/zeroactor/zmq/proptest/sim"
	"github.com/zeroactor/zmq/transport"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// greeting begins a connection of ZMTP 3.1 with the NULL mechanism; ready is
// the READY command of a socket type, of four letters.
var greeting = "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01NULL" + strings.Repeat("\x00", 48)

func ready(socketType string) string {
	body := "\x05READY\x0bSocket-Type" + string(binary.BigEndian.AppendUint32(nil, uint32(len(socketType)))) + socketType
	return "\x04" + string([]byte{byte(len(body))}) + body
}

// A siege is a bound socket under attack, with a peer that means well.
type siege struct {
	*testing.T
	network *sim.Network
	where   string
	talk    func() // a message of the good peer arrives
}

// besieged runs an attack on a socket in virtual time, and holds that the good
// peer is not harmed, before, while and after.
func besieged(t *testing.T, kind string, attack func(s *siege)) {
	synctest.Test(t, func(t *testing.T) {
		network := sim.New(sim.Config{})
		c := patterns.NewContext(patterns.Transport(network), patterns.Linger(time.Second))
		defer c.Close() // if the test fails
		in := patterns.InContext(c)
		s := &siege{T: t, network: network, where: "target"}
		switch kind {
		case "PULL":
			target, good := must(patterns.NewPull(in))(t), must(patterns.NewPush(in))(t)
			s.talk = talk(t, target, "sim://target", good, target, good)
		case "PUB":
			target, good := must(patterns.NewPub(in, patterns.MaxSubscriptions(maxSubscriptions)))(t), must(patterns.NewSub(in, patterns.Subscribe("good")))(t)
			s.talk = talk(t, target, "sim://target", good, good, target)
			for target.Topics() == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		s.talk()
		attack(s)
		s.talk()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}

type binder interface {
	Bind(string) (zmq.Endpoint, error)
}

type connecter interface{ Connect(string) error }

type sender interface {
	SendBytes(context.Context, ...[]byte) error
}

type receiver interface {
	Recv(context.Context) (*zmq.Message, error)
}

// talk binds and connects, and returns what exchanges a message.
func talk(t *testing.T, b binder, where string, c connecter, from receiver, to sender) func() {
	must(b.Bind(where))(t)
	if err := c.Connect(where); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := to.SendBytes(ctx, []byte("good"), []byte("word")); err != nil {
			t.Fatal(err)
		}
		if m := must(from.Recv(ctx))(t); string(m.Frame(1)) != "word" {
			t.Fatalf("received %q", m.Frame(1))
		}
	}
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// dial connects to the target.
func (s *siege) dial() net.Conn {
	s.Helper()
	return must(s.network.Dial(s.Context(), s.where, nil))(s.T)
}

// enter connects and shakes hands as a socket of some type.
func (s *siege) enter(socketType string) net.Conn {
	s.Helper()
	c := s.dial()
	if _, err := io.WriteString(c, greeting+ready(socketType)); err != nil {
		s.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 64)); err != nil {
		s.Fatal(err)
	}
	return c
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// costs holds how many bytes of memory an attack may take.
func (s *siege) costs(most uint64, attack func()) {
	s.Helper()
	before := heap()
	attack()
	synctest.Wait()
	if invariant.Enabled {
		return // memory that was released is not used again then, so that its use shows
	}
	if after := heap(); after > before+most {
		s.Errorf("the attack takes %d bytes, more than %d", after-before, most)
	} else {
		s.Logf("the attack takes %d bytes", int64(after)-int64(before))
	}
}

// Peers that say their greeting a byte at a time are heard for as long as a
// handshake may take, and no longer.
func TestSlowLoris(t *testing.T) {
	besieged(t, "PULL", func(s *siege) {
		const peers = 200
		began := time.Now()
		var all sync.WaitGroup
		s.costs(16<<20, func() {
			for range peers {
				c := s.dial()
				all.Go(func() {
					defer c.Close()
					for i := 0; ; i++ {
						if _, err := c.Write([]byte(greeting[i%64 : i%64+1])); err != nil {
							return
						}
						time.Sleep(time.Second)
					}
				})
			}
			s.talk()
		})
		all.Wait()
		if took := time.Since(began); took > 35*time.Second {
			s.Errorf("a peer is heard for %v before it has shaken hands", took)
		}
	})
}

// Peers that claim frames of an exabyte get memory for what they have sent.
func TestMemoryClaim(t *testing.T) {
	besieged(t, "PULL", func(s *siege) {
		const peers = 100
		s.costs(peers*(256<<10), func() {
			for range peers {
				c := s.enter("PUSH")
				s.Cleanup(func() { c.Close() })
				io.WriteString(c, "\x02\x0f\xff\xff\xff\xff\xff\xff\xffa little")
			}
			s.talk()
		})
	})
}

// flood writes what a peer says, over and over, and reads nothing, until the
// connection takes no more for a second or is ended. It returns what was taken.
func flood(c net.Conn, what string, most int) (n int) {
	block := []byte(strings.Repeat(what, 1+4096/len(what)))
	for n < most {
		c.SetWriteDeadline(time.Now().Add(time.Second))
		m, err := c.Write(block)
		n += m
		if err != nil {
			break
		}
	}
	return n
}

// A peer that sends PINGs and reads no PONG, or any other command, costs no more
// than the queue of answers.
func TestCommandFlood(t *testing.T) {
	ping := "\x04\x0e\x04PING\x00\x00context"
	unknown := "\x04\x08\x07UNKNOWN"
	for name, command := range map[string]string{"PING": ping, "unknown": unknown} {
		t.Run(name, func(t *testing.T) {
			besieged(t, "PULL", func(s *siege) {
				s.costs(8<<20, func() {
					for range 10 {
						c := s.enter("PUSH")
						s.Cleanup(func() { c.Close() })
						flood(c, command, 4<<20)
					}
					s.talk()
				})
			})
		})
	}
}

// maxSubscriptions is what a peer of the PUB under attack may be subscribed to.
const maxSubscriptions = 10_000

// A peer that subscribes to everything it can think of is cut off at the limit,
// and its subscriptions are gone.
func TestSubscriptionFlood(t *testing.T) {
	besieged(t, "PUB", func(s *siege) {
		s.costs(4<<20, func() {
			c := s.enter("SUB")
			defer c.Close()
			n := 0
			for ; n < 10*maxSubscriptions; n++ {
				c.SetWriteDeadline(time.Now().Add(time.Second))
				if _, err := fmt.Fprintf(c, "\x00\x09\x01%08d", n); err != nil {
					break
				}
			}
			if n == 10*maxSubscriptions {
				s.Errorf("%d subscriptions are taken, the limit is %d", n, maxSubscriptions)
			}
		})
	})
}

// Thousands of connections that say nothing.
func TestConnectionFlood(t *testing.T) {
	besieged(t, "PULL", func(s *siege) {
		const peers = 2000
		s.costs(peers*(16<<10), func() {
			for i := range peers {
				if i%100 == 0 {
					synctest.Wait() // or they are refused, as the backlog is full
				}
				c := s.dial()
				s.Cleanup(func() { c.Close() })
			}
			s.talk()
		})
	})
}

// Peers that send messages as fast as they can, to a reader that does not read.
func TestMessageFlood(t *testing.T) {
	besieged(t, "PUB", func(s *siege) {
		s.costs(8<<20, func() {
			for range 10 {
				c := s.enter("XSUB")
				s.Cleanup(func() { c.Close() })
				flood(c, "\x00\x64"+strings.Repeat("x", 100), 4<<20)
			}
			s.talk()
		})
	})
}

// full is a network whose listener finds the table of descriptors full for a
// while.
type full struct {
	*sim.Network
	mu    sync.Mutex
	until time.Time
	tries int
}

type fullListener struct {
	transport.Listener
	full *full
}

func (f *full) Listen(ctx context.Context, address string, o *transport.Options) (transport.Listener, error) {
	l, err := f.Network.Listen(ctx, address, o)
	return fullListener{l, f}, err
}

func (l fullListener) Accept() (net.Conn, error) {
	l.full.mu.Lock()
	defer l.full.mu.Unlock()
	if time.Now().Before(l.full.until) {
		l.full.tries++
		return nil, &net.OpError{Op: "accept", Net: sim.Scheme, Err: syscall.EMFILE}
	}
	return l.Listener.Accept()
}

// A listener without descriptors pauses, does not spin, and goes on when there
// are some again.
func TestNoDescriptors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &full{Network: sim.New(sim.Config{}), until: time.Now().Add(10 * time.Second)}
		c := patterns.NewContext(patterns.Transport(f))
		in := patterns.InContext(c)
		pull, push := must(patterns.NewPull(in))(t), must(patterns.NewPush(in))(t)
		events := pull.Monitor(t.Context())
		say := talk(t, pull, "sim://a", push, pull, push)
		say()
		if f.tries < 2 || f.tries > 200 {
			t.Errorf("%d tries to accept in ten seconds", f.tries)
		}
		for ev := range events {
			if ev.Kind == patterns.AcceptFailed {
				if !errors.Is(ev.Err, syscall.EMFILE) {
					t.Errorf("the event says %v", ev.Err)
				}
				break
			}
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}
