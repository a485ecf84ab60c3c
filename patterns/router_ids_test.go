package patterns_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// TestRouterRefusesADuplicate closes the connection of the newcomer, says why,
// and leaves the first peer alone. (libzmq keeps the newcomer's connection and
// never reads it.)
func TestRouterRefusesADuplicate(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		router := must(patterns.NewRouter(in, patterns.RouterMandatory(true)))(t)
		events, stop := context.WithCancel(t.Context())
		defer stop()
		monitor := router.Monitor(events)
		first := must(patterns.NewDealer(in, patterns.RoutingID([]byte("d"))))(t)
		ep := join(t, wildcard, router, first)
		send(t, first, "hello")
		expect(t, router, "d", "hello")
		if strings.HasPrefix(ep, "inproc") {
			second := must(patterns.NewDealer(in, patterns.RoutingID([]byte("d"))))(t)
			if err := second.Connect(ep); err != nil {
				t.Fatal(err)
			}
			if err := second.TrySend(zmq.NewMessage("x")); !errors.Is(err, zmq.ErrAgain) {
				t.Error(err)
			}
		} else {
			second := dialPeer(t, ep, "DEALER", "d")
			second.closed()
			for ev := range monitor {
				if ev.Kind == patterns.Disconnected && errors.Is(ev.Err, zmq.ErrAddrInUse) {
					break
				}
			}
		}
		send(t, router, "d", "still you")
		expect(t, first, "still you")
	})
}

// TestRouterHandover gives the id to the newcomer, and closes the older
// connection. (libzmq leaves it open.)
func TestRouterHandover(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		router := must(patterns.NewRouter(in, patterns.RouterHandover(true)))(t)
		ep := join(t, wildcard, router)
		if strings.HasPrefix(ep, "inproc") {
			first := must(patterns.NewDealer(in, patterns.RoutingID([]byte("d"))))(t)
			second := must(patterns.NewDealer(in, patterns.RoutingID([]byte("d"))))(t)
			for _, d := range []*patterns.Dealer{first, second} {
				if err := d.Connect(ep); err != nil {
					t.Fatal(err)
				}
			}
			if err := first.TrySend(zmq.NewMessage("x")); !errors.Is(err, zmq.ErrAgain) {
				t.Error(err)
			}
			send(t, router, "d", "you")
			expect(t, second, "you")
			return
		}
		for range 3 {
			old := dialPeer(t, ep, "DEALER", "d")
			old.write(append(wire("first"), wire("second")...))
			expect(t, router, "d", "first")
			young := dialPeer(t, ep, "DEALER", "d")
			old.closed()
			young.send("third")
			bodies := []string{recv(t, router)[1], recv(t, router)[1]}
			slices.Sort(bodies)
			if !slices.Equal(bodies, []string{"second", "third"}) {
				t.Errorf("received %q", bodies)
			}
			send(t, router, "d", "you")
			if m := young.recv(); m[0] != "you" {
				t.Errorf("%q", m)
			}
			if n := len(router.Peers()); n != 1 {
				t.Errorf("%d peers", n)
			}
		}
	})
}

// TestRouterHandoverOfAConnecter takes over the id of a peer that the socket
// has connected to itself.
func TestRouterHandoverOfAConnecter(t *testing.T) {
	in := patterns.InContext(newContext(t))
	router := must(patterns.NewRouter(in, patterns.RouterHandover(true)))(t)
	ln, out := listenTCP(t)
	ep := join(t, "tcp://127.0.0.1:*", router)
	if err := router.Connect(out); err != nil {
		t.Fatal(err)
	}
	old := acceptPeer(t, ln, "DEALER", "d")
	old.send("old")
	expect(t, router, "d", "old")
	young := dialPeer(t, ep, "DEALER", "d")
	young.send("young")
	old.closed()
	expect(t, router, "d", "young")
	send(t, router, "d", "you")
	if m := young.recv(); m[0] != "you" {
		t.Errorf("%q", m)
	}
	if err := router.Disconnect(out); !errors.Is(err, zmq.ErrNoEndpoint) {
		t.Errorf("the endpoint is still connected: %v", err)
	}
}

// TestRouterNotify tells of the coming and going of connections.
func TestRouterNotify(t *testing.T) {
	for _, c := range []struct {
		notify patterns.Notify
		want   []string // bodies received
	}{
		{0, []string{"x"}},
		{patterns.NotifyConnect, []string{"", "x"}},
		{patterns.NotifyDisconnect, []string{"x", ""}},
		{patterns.NotifyConnect | patterns.NotifyDisconnect, []string{"", "x", ""}},
	} {
		in := patterns.InContext(newContext(t))
		router := must(patterns.NewRouter(in, patterns.RouterNotify(c.notify)))(t)
		ep := join(t, "tcp://127.0.0.1:*", router)
		p := dialPeer(t, ep, "DEALER", "d")
		p.send("x")
		p.conn.Close()
		for _, want := range c.want {
			expect(t, router, "d", want)
		}
		ln, out := listenTCP(t)
		if err := router.Connect(out); err != nil {
			t.Fatal(err)
		}
		for range 2 { // and of a connection that is made again
			p := acceptPeer(t, ln, "DEALER", "e")
			p.send("x")
			p.conn.Close()
			for _, want := range c.want {
				expect(t, router, "e", want)
			}
		}
		var m zmq.Message
		if err := router.TryRecv(&m); !errors.Is(err, zmq.ErrAgain) {
			t.Errorf("%q is left over (%v)", framesOf(&m), err)
		}
	}
}

// TestRouterDoesNotNotifyItself of connections that it ends.
func TestRouterDoesNotNotifyItself(t *testing.T) {
	router := must(patterns.NewRouter(patterns.InContext(newContext(t)), patterns.RouterNotify(patterns.NotifyDisconnect)))(t)
	monitor := router.Monitor(t.Context())
	ep := join(t, "tcp://127.0.0.1:*", router)
	p := dialPeer(t, ep, "DEALER", "d")
	p.send("x")
	expect(t, router, "d", "x")
	if err := router.DisconnectPeer([]byte("d")); err != nil {
		t.Fatal(err)
	}
	p.closed()
	p.conn.Close()
	for ev := range monitor {
		if ev.Kind == patterns.Disconnected {
			break
		}
	}
	var m zmq.Message
	if err := router.TryRecv(&m); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("%q, %v", framesOf(&m), err)
	}
}

// TestRouterConnectAs sends to a peer before there is a connection.
func TestRouterConnectAs(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		router := must(patterns.NewRouter(in, patterns.RouterMandatory(true)))(t)
		dealer := must(patterns.NewDealer(in, patterns.RoutingID([]byte("its own"))))(t)
		ep := wildcard
		if !strings.HasPrefix(wildcard, "inproc") {
			ep = join(t, wildcard, dealer)
		}
		if err := router.ConnectAs(ep, []byte("ours")); err != nil {
			t.Fatal(err)
		}
		send(t, router, "ours", "early")
		if strings.HasPrefix(wildcard, "inproc") {
			join(t, wildcard, dealer)
		}
		expect(t, dealer, "early")
		send(t, dealer, "x")
		expect(t, router, "ours", "x")
		if err := router.SendBytes(t.Context(), []byte("its own"), nil); !errors.Is(err, zmq.ErrUnreachable) {
			t.Error(err)
		}
		for id, want := range map[string]error{"ours": zmq.ErrAddrInUse, "": nil, "\x00x": nil} {
			if err := router.ConnectAs("inproc://other", []byte(id)); err == nil || want != nil && !errors.Is(err, want) {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}

// TestRouterConnectAsTakesNothingOver, also where newcomers may.
func TestRouterConnectAsTakesNothingOver(t *testing.T) {
	in := patterns.InContext(newContext(t))
	router := must(patterns.NewRouter(in, patterns.RouterHandover(true)))(t)
	dealer := must(patterns.NewDealer(in, patterns.RoutingID([]byte("d"))))(t)
	join(t, "inproc://mine", router, dealer)
	if err := router.ConnectAs("inproc://other", []byte("d")); !errors.Is(err, zmq.ErrAddrInUse) {
		t.Error(err)
	}
	send(t, router, "d", "x")
	expect(t, dealer, "x")
}

// TestRouterConnects learns the id of a peer that it connects to from the
// connection, and a new one if another peer takes its place.
func TestRouterConnects(t *testing.T) {
	router := must(patterns.NewRouter(patterns.InContext(newContext(t)), patterns.RouterMandatory(true)))(t)
	ln, ep := listenTCP(t)
	if err := router.Connect(ep); err != nil {
		t.Fatal(err)
	}
	auto := ""
	for i, id := range []string{"a", "b", "", "", "c"} {
		p := acceptPeer(t, ln, "DEALER", id)
		p.send("x")
		m := recv(t, router)
		switch {
		case id != "" && m[0] != id:
			t.Errorf("%d: received from %q, want %q", i, m[0], id)
		case id == "" && (m[0][0] != 0 || auto != "" && m[0] != auto):
			t.Errorf("%d: received from %q, after %q", i, m[0], auto)
		case id == "":
			auto = m[0]
		}
		send(t, router, m[0], "y")
		p.recv()
		if n := len(router.Peers()); n != 1 {
			t.Errorf("%d: %d peers", i, n)
		}
		p.conn.Close()
	}
}

// TestRouterRefusesADuplicateItConnectsTo tries again until the id is free.
func TestRouterRefusesADuplicateItConnectsTo(t *testing.T) {
	router := must(patterns.NewRouter(patterns.InContext(newContext(t)), patterns.RouterMandatory(true)))(t)
	ep := join(t, "tcp://127.0.0.1:*", router)
	first := dialPeer(t, ep, "DEALER", "d")
	first.send("first")
	expect(t, router, "d", "first")
	ln, out := listenTCP(t)
	if err := router.Connect(out); err != nil {
		t.Fatal(err)
	}
	p := acceptPeer(t, ln, "DEALER", "e")
	p.send("x")
	expect(t, router, "e", "x")
	p.conn.Close()
	acceptPeer(t, ln, "DEALER", "d").closed()
	if n := len(router.Peers()); n != 1 {
		t.Errorf("peers %q: the one refused has kept its id", router.Peers())
	}
	send(t, router, "d", "x")
	first.recv()
	first.conn.Close()
	eventually(t, "the first peer is gone", func() bool { return len(router.Peers()) == 0 })
	second := acceptPeer(t, ln, "DEALER", "d")
	second.send("second")
	expect(t, router, "d", "second")
}

// TestRouterConnectAsWithImmediate keeps the id for the endpoint whenever there
// is a connection, and knows no peer in between.
func TestRouterConnectAsWithImmediate(t *testing.T) {
	router := must(patterns.NewRouter(patterns.InContext(newContext(t)), patterns.Immediate(true), patterns.RouterMandatory(true)))(t)
	ln, ep := listenTCP(t)
	if err := router.ConnectAs(ep, []byte("d")); err != nil {
		t.Fatal(err)
	}
	if err := router.ConnectAs(ep, []byte("d")); !errors.Is(err, zmq.ErrAddrInUse) {
		t.Errorf("the id is given twice: %v", err)
	}
	for range 2 {
		if err := router.SendBytes(t.Context(), []byte("d"), nil); !errors.Is(err, zmq.ErrUnreachable) {
			t.Errorf("without a connection: %v", err)
		}
		p := acceptPeer(t, ln, "DEALER", "its own")
		p.send("x")
		expect(t, router, "d", "x")
		send(t, router, "d", "y")
		p.recv()
		p.conn.Close()
		eventually(t, "the peer is gone", func() bool { return len(router.Peers()) == 0 })
	}
}
