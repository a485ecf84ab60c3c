package patterns_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/engine"
)

// A wirePeer is a ZMTP peer whose every frame the test makes itself.
type wirePeer struct {
	t    *testing.T
	conn net.Conn
	in   []byte
	name string // that the socket has announced
}

// dialPeer connects to an endpoint as a socket of that type and routing id.
func dialPeer(t *testing.T, endpoint, socketType, id string) *wirePeer {
	t.Helper()
	network, address, _ := strings.Cut(endpoint, "://")
	if network == "ipc" {
		network = "unix"
	}
	conn, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	return shakeHands(t, conn, engine.HandshakeConfig{SocketType: socketType, RoutingID: []byte(id), SendIdentity: true})
}

// acceptPeer waits for the next connection of a listener.
func acceptPeer(t *testing.T, ln net.Listener, socketType, id string) *wirePeer {
	t.Helper()
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return shakeHands(t, conn, engine.HandshakeConfig{SocketType: socketType, RoutingID: []byte(id), SendIdentity: true, Server: true})
}

// listenTCP returns a listener and its endpoint.
func listenTCP(t *testing.T) (ln net.Listener, endpoint string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln, "tcp://" + ln.Addr().String()
}

func shakeHands(t *testing.T, conn net.Conn, cfg engine.HandshakeConfig) *wirePeer {
	t.Helper()
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(30 * time.Second)) // of a test that hangs
	p := &wirePeer{t: t, conn: conn}
	h := engine.NewHandshake(cfg)
	for done := false; !done; {
		p.write(h.Output())
		p.fill()
		var used int
		var err error
		if used, done, err = h.Input(p.in); err != nil {
			t.Fatal(err)
		}
		p.in = p.in[used:]
	}
	if out := h.Output(); len(out) > 0 {
		p.write(out)
	}
	p.name = string(h.Peer().RoutingID)
	return p
}

func (p *wirePeer) write(b []byte) {
	p.t.Helper()
	if _, err := p.conn.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

// fill reads some more bytes, or fails the test.
func (p *wirePeer) fill() {
	p.t.Helper()
	b := make([]byte, 4096)
	n, err := p.conn.Read(b)
	if err != nil {
		p.t.Fatal(err)
	}
	p.in = append(p.in, b[:n]...)
}

// send sends the frames of a message.
func (p *wirePeer) send(frames ...string) {
	p.t.Helper()
	p.write(wire(frames...))
}

// wire returns a message as it goes over the wire.
func wire(frames ...string) (b []byte) {
	for i, f := range frames {
		flags := byte(engine.FlagMore)
		if i == len(frames)-1 {
			flags = 0
		}
		b = engine.AppendFrame(b, flags, []byte(f))
	}
	return b
}

// recv reads a message.
func (p *wirePeer) recv() (frames []string) {
	p.t.Helper()
	for {
		flags, body, n, err := engine.ConsumeFrame(p.in, -1)
		if err != nil {
			p.t.Fatal(err)
		}
		if n == 0 {
			p.fill()
			continue
		}
		frames = append(frames, string(body))
		p.in = p.in[n:]
		if flags&engine.FlagMore == 0 {
			return frames
		}
	}
}

// closed waits until the other side has closed the connection.
func (p *wirePeer) closed() {
	p.t.Helper()
	_, err := io.Copy(io.Discard, p.conn)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		p.t.Fatal("the connection is still open")
	}
}

// finish closes the connection in order: when the other side has read all, and
// has closed it too.
func (p *wirePeer) finish() {
	p.t.Helper()
	if err := p.conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		p.t.Fatal(err)
	}
	p.closed()
	p.conn.Close()
}
