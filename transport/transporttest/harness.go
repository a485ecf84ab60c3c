package transporttest

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport"
)

// A bench is what a check works with: the transport under test, and helpers
// that end the check when something it builds upon fails, or hangs.
type bench struct {
	T
	cfg Config
	ctx context.Context // ends with the check
}

// check makes a Case's function of one that works with a bench.
func check(f func(b *bench)) func(T, Config) {
	return func(t T, cfg Config) {
		t.Helper()
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		f(&bench{t, cfg, ctx})
	}
}

func (b *bench) patience() time.Duration {
	if b.cfg.Patience > 0 {
		return b.cfg.Patience
	}
	return DefaultPatience
}

func (b *bench) options() *transport.Options {
	if b.cfg.Options == nil {
		return nil
	}
	return b.cfg.Options()
}

// within returns f's result, or ends the check if there is none in time. f
// then goes on until the cleanup frees it.
func within[R any](b *bench, what string, f func() R) R {
	b.Helper()
	result := make(chan R, 1)
	go func() { result <- f() }()
	select {
	case r := <-result:
		return r
	case <-time.After(b.patience()): // for what hangs; nothing tells when it would not have
		b.Fatalf("%s hangs", what)
		panic("unreachable: Fatalf does not return")
	}
}

// A connResult is what Dial and Accept return.
type connResult struct {
	conn net.Conn
	err  error
}

// A listenResult is what Listen returns.
type listenResult struct {
	l   transport.Listener
	err error
}

// tryListen calls Listen, and closes a listener at the end.
func (b *bench) tryListen(ctx context.Context, address string) (transport.Listener, error) {
	b.Helper()
	r := within(b, "Listen", func() listenResult {
		l, err := b.cfg.Transport.Listen(ctx, address, b.options())
		return listenResult{l, err}
	})
	if r.err == nil {
		b.Cleanup(func() { r.l.Close() })
	}
	return r.l, r.err
}

// listen listens on an address of the configuration.
func (b *bench) listen() transport.Listener {
	b.Helper()
	l, err := b.tryListen(b.ctx, b.cfg.Address(b))
	if err != nil {
		b.Fatalf("Listen: %v", err)
	}
	return l
}

// tryDial calls Dial, and closes a connection at the end.
func (b *bench) tryDial(ctx context.Context, address string) (net.Conn, error) {
	b.Helper()
	r := within(b, "Dial", func() connResult {
		conn, err := b.cfg.Transport.Dial(ctx, address, b.options())
		return connResult{conn, err}
	})
	if r.err == nil {
		b.keep(r.conn)
	}
	return r.conn, r.err
}

// dial connects to a listener.
func (b *bench) dial(e zmq.Endpoint) net.Conn {
	b.Helper()
	conn, err := b.tryDial(b.ctx, e.Address)
	if err != nil {
		b.Fatalf("Dial %s: %v", e, err)
	}
	return conn
}

// accept takes the next connection of a listener.
func (b *bench) accept(l transport.Listener) net.Conn {
	b.Helper()
	r := within(b, "Accept", func() connResult {
		conn, err := l.Accept()
		return connResult{conn, err}
	})
	if r.err != nil {
		b.Fatalf("Accept: %v", r.err)
	}
	b.keep(r.conn)
	return r.conn
}

// keep gives conn a deadline, so that no check hangs on it, and closes it at
// the end.
func (b *bench) keep(conn net.Conn) {
	conn.SetDeadline(time.Now().Add(b.patience()))
	b.Cleanup(func() { conn.Close() })
}

// pair returns both ends of a connection.
func (b *bench) pair(l transport.Listener) (dialed, accepted net.Conn) {
	b.Helper()
	dialed = b.dial(l.Endpoint())
	return dialed, b.accept(l)
}

// exchange checks that bytes go from one end to the other and back.
func (b *bench) exchange(x, y net.Conn) {
	b.Helper()
	b.pass(x, y, "there")
	b.pass(y, x, "and back")
}

// pass checks that text goes from one end to the other.
func (b *bench) pass(from, to net.Conn, text string) {
	b.Helper()
	if _, err := io.WriteString(from, text); err != nil {
		b.Fatalf("Write: %v", err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(to, got); err != nil {
		b.Fatalf("Read: %v", err)
	}
	if string(got) != text {
		b.Fatalf("sent %q, got %q", text, got)
	}
}

// ends checks that there is nothing more to read from conn.
func (b *bench) ends(conn net.Conn) {
	b.Helper()
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		b.Fatalf("Read at the end gives %d bytes, %v; want 0, EOF", n, err)
	}
}
