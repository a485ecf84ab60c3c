package transporttest

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"

	"github.com/zeroactor/zmq"
)

var listenCases = []Case{
	{"Endpoint", "Endpoint returns where peers can reach the listener, in the transport's scheme.", check(endpoint)},
	{"AddressInUse", "Listen fails with zmq.ErrAddrInUse if somebody else has the address, who goes on undisturbed; the system's error is wrapped.", check(addressInUse)},
	{"ListenAgain", "After Close the endpoint is free at once.", check(listenAgain)},
	{"BadListenAddress", "What is wrong with the text of an address to listen on is an EndpointError that quotes it.", check(badListenAddress)},
	{"ListenInDoneContext", "The error of a Listen that its context ends wraps context.Cause.", check(listenInDoneContext)},
	{"ListenOutlivesContext", "A listener once returned does not know Listen's context any more.", check(listenOutlivesContext)},
	{"CloseUnblocksAccept", "Close ends every Accept, with net.ErrClosed.", check(closeUnblocksAccept)},
	{"AcceptAfterClose", "Accept after Close is a net.ErrClosed.", check(acceptAfterClose)},
	{"CloseTwice", "A second Close does nothing, and returns what the first one did.", check(closeTwice)},
	{"DialAfterClose", "After Close nobody can connect.", check(dialAfterClose)},
	{"CloseKeepsConnections", "Connections accepted before Close live on.", check(closeKeepsConnections)},
	{"ConcurrentAccept", "Any goroutine may call Accept at any time: each connection is accepted once.", check(concurrentAccept)},
}

func endpoint(b *bench) {
	l := b.listen()
	e := l.Endpoint()
	if e.Scheme != b.cfg.Transport.Scheme() {
		b.Errorf("the endpoint is %v, want the scheme %q", e, b.cfg.Transport.Scheme())
	}
	if err := b.cfg.Transport.CheckDial(e.Address, b.options()); err != nil {
		b.Fatalf("CheckDial: %v", err)
	}
	b.exchange(b.pair(l))
}

func addressInUse(b *bench) {
	first := b.listen()
	_, err := b.tryListen(b.ctx, first.Endpoint().Address)
	if !errors.Is(err, zmq.ErrAddrInUse) {
		b.Errorf("Listen: %v, want zmq.ErrAddrInUse", err)
	}
	if _, ok := errors.AsType[*os.SyscallError](err); !ok {
		b.Errorf("Listen: %v wraps no error of the system's", err)
	}
	// The first may have seen the second one look whether it is alive.
	conn := b.dial(first.Endpoint())
	if err := b.talk(conn, func() (net.Conn, error) { return first.Accept() }); err != nil {
		b.Errorf("the first listener: %v", err)
	}
}

// talk checks that conn is one of those that accept returns, and that bytes
// go through it.
func (b *bench) talk(conn net.Conn, accept func() (net.Conn, error)) error {
	b.Helper()
	return within(b, "Accept", func() error {
		for {
			peer, err := accept()
			if err != nil {
				return err
			}
			b.keep(peer)
			if _, err := conn.Write([]byte{1}); err != nil {
				return err
			}
			if n, _ := peer.Read(make([]byte, 1)); n == 1 {
				return nil
			}
		}
	})
}

func listenAgain(b *bench) {
	if b.cfg.OneTime {
		b.Skipf("the endpoint goes with the listener")
	}
	l := b.listen()
	x, y := b.pair(l)
	b.exchange(x, y)
	e := l.Endpoint()
	if err := l.Close(); err != nil {
		b.Fatalf("Close: %v", err)
	}
	// The connection is still there, and blocks the address of a tcp socket
	// that has no SO_REUSEADDR.
	again, err := b.tryListen(b.ctx, e.Address)
	if err != nil {
		b.Fatalf("Listen: %v", err)
	}
	if again.Endpoint() != e {
		b.Errorf("the endpoint is %v, want %v", again.Endpoint(), e)
	}
	b.exchange(b.pair(again))
}

func badListenAddress(b *bench) {
	for _, address := range b.cfg.BadListen {
		_, err := b.tryListen(b.ctx, address)
		b.wantEndpointError("Listen", address, err)
	}
}

func listenInDoneContext(b *bench) {
	cause := errors.New("a cause")
	ctx, cancel := context.WithCancelCause(b.ctx)
	cancel(cause)
	if _, err := b.tryListen(ctx, b.cfg.Address(b)); !errors.Is(err, cause) {
		b.Errorf("Listen: %v, want the context's cause", err)
	}
}

func listenOutlivesContext(b *bench) {
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	l, err := b.tryListen(ctx, b.cfg.Address(b))
	if err != nil {
		b.Fatalf("Listen: %v", err)
	}
	cancel()
	b.settle()
	b.exchange(b.pair(l))
}

func closeUnblocksAccept(b *bench) {
	l := b.listen()
	const acceptors = 3
	errs := make(chan error, acceptors)
	for range acceptors {
		go func() {
			conn, err := l.Accept()
			if err == nil {
				conn.Close()
			}
			errs <- err
		}()
	}
	b.settle() // so that they wait already, as a rule; Close must end them in any case
	if err := within(b, "Close", l.Close); err != nil {
		b.Errorf("Close: %v", err)
	}
	for range acceptors {
		if err := within(b, "Accept", func() error { return <-errs }); !errors.Is(err, net.ErrClosed) {
			b.Errorf("Accept: %v, want net.ErrClosed", err)
		}
	}
}

func acceptAfterClose(b *bench) {
	l := b.listen()
	b.dial(l.Endpoint()) // one that waits
	l.Close()
	r := within(b, "Accept", func() connResult {
		conn, err := l.Accept()
		return connResult{conn, err}
	})
	if !errors.Is(r.err, net.ErrClosed) {
		b.Errorf("Accept: %v, want net.ErrClosed", r.err)
	}
}

func closeTwice(b *bench) {
	l := b.listen()
	first, second := l.Close(), l.Close()
	if first != nil || second != nil {
		b.Errorf("Close: %v, then %v; want nil, nil", first, second)
	}
}

func dialAfterClose(b *bench) {
	l := b.listen()
	l.Close()
	if _, err := b.tryDial(b.ctx, l.Endpoint().Address); err == nil {
		b.Errorf("Dial connects to a closed listener")
	}
}

func closeKeepsConnections(b *bench) {
	l := b.listen()
	x, y := b.pair(l)
	if err := l.Close(); err != nil {
		b.Fatalf("Close: %v", err)
	}
	b.settle()
	b.exchange(x, y)
}

func concurrentAccept(b *bench) {
	const conns, acceptors = 64, 4
	l := b.listen()
	echoed := make(chan error, conns)
	for range acceptors {
		go func() {
			for range conns / acceptors {
				conn, err := l.Accept()
				if err == nil {
					b.keep(conn)
					err = echo(conn)
				}
				echoed <- err
			}
		}()
	}
	answered := make(chan byte, conns)
	for i := range conns {
		conn := b.dial(l.Endpoint())
		go func() {
			answer := []byte{0xff} // is nobody's number
			if _, err := conn.Write([]byte{byte(i)}); err == nil {
				conn.Read(answer)
			}
			if answer[0] == byte(i) {
				answered <- answer[0]
			} else {
				answered <- 0xff
			}
		}()
	}
	var got []byte
	for range conns {
		if err := within(b, "Accept", func() error { return <-echoed }); err != nil {
			b.Errorf("the accepting side: %v", err)
		}
		got = append(got, within(b, "the answer", func() byte { return <-answered }))
	}
	slices.Sort(got)
	for i, n := range got {
		if n != byte(i) {
			b.Fatalf("connection %d is not answered with its own byte", i)
		}
	}
}

// echo sends one byte back.
func echo(conn net.Conn) error {
	buf := make([]byte, 1)
	if _, err := conn.Read(buf); err != nil {
		return err
	}
	_, err := conn.Write(buf)
	return err
}
