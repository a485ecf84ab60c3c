package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/arena"
)

// A message is frames.
type message [][]byte

// appendMessage appends a message as it is on the wire.
func appendMessage(b []byte, m message) []byte {
	for i, f := range m {
		flags := byte(FlagMore)
		if i == len(m)-1 {
			flags = 0
		}
		b = AppendFrame(b, flags, f)
	}
	return b
}

// An end is the socket's end of a port, used by one goroutine.
type end struct {
	*Port
	readable, writable chan struct{}
	asleep             bool // In was found empty
}

func newEnd(sendHWM, recvHWM int) *end {
	e := &end{readable: make(chan struct{}, 1), writable: make(chan struct{}, 1)}
	e.Port = NewPort(arena.NewPool(-1), sendHWM, recvHWM,
		func() { e.readable <- struct{}{} },
		func() {
			select {
			case e.writable <- struct{}{}:
			default:
			}
		})
	return e
}

// next returns the next message, or false if none is whole. The frames are
// copies.
func (e *end) next() (m message, ok bool) {
	if e.asleep {
		select {
		case <-e.readable:
			e.asleep = false
		default:
			return nil, false
		}
	}
	for {
		flags, body, ok := e.In.Next()
		if !ok {
			e.asleep = true
			return nil, false
		}
		m = append(m, append([]byte{}, body...))
		if flags&FlagMore == 0 {
			return m, true
		}
	}
}

// recv waits for the next message.
func (e *end) recv() message {
	for {
		if m, ok := e.next(); ok {
			return m
		}
		<-e.readable
		e.asleep = false
	}
}

// send writes a message, and waits for room if it must, as a socket does.
func (e *end) send(m message) {
	for e.Out.Full() {
		e.Help()
		if !e.Out.Full() {
			break
		}
		<-e.writable
	}
	for i, f := range m {
		flags := byte(FlagMore)
		if i == len(m)-1 {
			flags = 0
		}
		e.Out.Append(flags, f)
	}
	e.Out.EndMessage()
	e.Out.Flush()
}

// want fails the test unless the next messages are those.
func (e *end) want(t *testing.T, ms ...message) {
	t.Helper()
	for i, want := range ms {
		if got := e.recv(); !equalMessages(got, want) {
			t.Fatalf("message %d of %d is %s, want %s", i, len(ms), got, want)
		}
	}
}

func equalMessages(a, b message) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if string(a[i]) != string(b[i]) {
			return false
		}
	}
	return true
}

// String describes a message by its sizes and beginnings.
func (m message) String() string {
	s := "["
	for _, f := range m {
		s += fmt.Sprintf(" %d:%.8q", len(f), f)
	}
	return s + " ]"
}

// randomBody returns a body that no other is like.
func randomBody(rng *rand.Rand, size int) []byte {
	b := make([]byte, size)
	for i := 0; i < len(b); i += 1 + i/64 {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// seeded returns a generator whose seed is in the test's log.
func seeded(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// A running is a connection whose Run is on a goroutine of its own.
type running struct {
	*Conn
	cancel context.CancelFunc
	done   chan struct{}
	err    error // valid after done
	panic  any
}

// wait returns what Run has.
func (r *running) wait() error {
	<-r.done
	return r.err
}

// testConfig returns the configuration of a socket of a type, with a port for
// its connections.
func testConfig(socketType string, p *Port) *testSocket {
	return &testSocket{
		Config: Config{
			Handshake:        HandshakeConfig{SocketType: socketType},
			HandshakeTimeout: 10 * time.Second,
			Limits:           Limits{MaxMessageSize: -1},
			Pool:             arena.NewPool(-1),
			Spare:            new(Spare),
		},
		attach: func(*zmq.Peer) (*Port, error) { return p, nil },
	}
}

// A testSocket owns connections, and has their configuration.
type testSocket struct {
	Config
	attach func(*zmq.Peer) (*Port, error)
	judge  Authenticator
}

func (s *testSocket) RoutingID() []byte                    { return s.Handshake.RoutingID }
func (s *testSocket) Authenticator() Authenticator         { return s.judge }
func (s *testSocket) Attach(peer *zmq.Peer) (*Port, error) { return s.attach(peer) }

func (s *testSocket) newConn(nc net.Conn) *Conn { return NewConn(nc, &s.Config, s) }

// run starts a connection; it is ended with the test at the latest.
func run(t testing.TB, nc net.Conn, cfg *testSocket) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Conn: cfg.newConn(nc), cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		defer func() { r.panic = recover() }()
		r.err = r.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-r.done
	})
	return r
}

// greet shakes hands as the other side, and returns what came behind.
func greet(nc net.Conn, cfg HandshakeConfig) (rest []byte, err error) {
	h := NewHandshake(cfg)
	buf := make([]byte, 512)
	for {
		if _, err := nc.Write(h.Output()); err != nil {
			return nil, err
		}
		n, err := nc.Read(buf)
		if err != nil {
			return nil, err
		}
		used, done, err := h.Input(buf[:n])
		if err != nil {
			return nil, err
		}
		if done {
			_, err := nc.Write(h.Output())
			return buf[used:n], err
		}
	}
}

// established returns a connection of a PULL or PUSH with a peer that has shaken hands
// with it and now is bytes only.
func established(t testing.TB, cfg *testSocket, mine, peers net.Conn) *running {
	t.Helper()
	r, rest := joined(t, cfg, mine, peers)
	if len(rest) > 0 {
		t.Fatalf("behind the handshake came %q", rest)
	}
	return r
}

// joined is established, but of a socket that may have something to say at once.
// It returns that too, or what of it came with the handshake.
func joined(t testing.TB, cfg *testSocket, mine, peers net.Conn) (*running, []byte) {
	t.Helper()
	r := run(t, mine, cfg)
	other := map[string]string{"PULL": "PUSH", "PUSH": "PULL", "DEALER": "DEALER", "SUB": "PUB", "PUB": "SUB"}
	rest, err := greet(peers, HandshakeConfig{SocketType: other[cfg.Handshake.SocketType]})
	if err != nil {
		t.Fatalf("handshake: %v", err)
	}
	return r, rest
}

// A dialer makes the two ends of a connection.
type dialer struct {
	name string
	dial func(t testing.TB) (a, b net.Conn)
}

// dialers returns all kinds of connections that tests go over.

func dialers() []dialer {
	return []dialer{
		{"memory", func(testing.TB) (a, b net.Conn) { return newMemConns(64 << 10) }},
		{"tcp", func(t testing.TB) (a, b net.Conn) { return pair(t, "tcp", "127.0.0.1:0") }},
		{"unix", func(t testing.TB) (a, b net.Conn) { return pair(t, "unix", filepath.Join(t.TempDir(), "s")) }},
	}
}

// pair returns both ends of a connection of the system.
func pair(t testing.TB, network, address string) (a, b net.Conn) {
	t.Helper()
	ln, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	a, err = net.Dial(network, ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if b, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// overAll runs a test over all kinds of connections.
func overAll(t *testing.T, f func(t *testing.T, a, b net.Conn)) {
	for _, d := range dialers() {
		t.Run(d.name, func(t *testing.T) {
			a, b := d.dial(t)
			f(t, a, b)
		})
	}
}

// put writes in the background, so that neither side waits for the other. That
// all has arrived is for the test to see.
func put(t testing.TB, nc net.Conn, b []byte) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		nc.Write(b)
	}()
	t.Cleanup(func() {
		nc.Close()
		<-done
	})
}
