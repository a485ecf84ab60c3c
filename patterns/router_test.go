package patterns_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// "SHALL identify each double queue using a unique 'identity' binary string.
// SHALL prefix each incoming message with a frame containing the identity of
// the originating double queue" (28/REQREP, ROUTER).
func TestRouterMakesUpIDs(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		router := must(patterns.NewRouter(in))(t)
		var dealers [3]*patterns.Dealer
		ep := join(t, wildcard, router)
		seen := map[string]bool{}
		for i := range dealers {
			dealers[i] = must(patterns.NewDealer(in))(t)
			if err := dealers[i].Connect(ep); err != nil {
				t.Fatal(err)
			}
			send(t, dealers[i], "hello")
			m := recv(t, router)
			if id := m[0]; len(id) != 5 || id[0] != 0 || seen[id] || m[1] != "hello" {
				t.Fatalf("received %q after ids %v", m, seen)
			}
			seen[m[0]] = true
			send(t, router, m[0], fmt.Sprint(i))
		}
		for i, d := range dealers {
			expect(t, d, fmt.Sprint(i))
		}
		var peers []string
		for _, id := range router.Peers() {
			peers = append(peers, string(id))
			if !seen[string(id)] {
				t.Errorf("a peer %q", id)
			}
		}
		if len(peers) != 3 {
			t.Errorf("peers %q", peers)
		}
	})
}

func TestRouterKeepsWhoSent(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		router := must(patterns.NewRouter(in))(t)
		dealer := must(patterns.NewDealer(in, patterns.RoutingID([]byte("d"))))(t)
		join(t, wildcard, router, dealer)
		send(t, dealer, "x")
		m := must(router.Recv(testContext(t)))(t)
		if p := m.Peer(); p == nil || p.SocketType != "DEALER" || string(p.RoutingID) != "d" {
			t.Errorf("%+v", p)
		}
	})
}

// TestRouterForwards sends a received message on: its id frame is a view of
// what belongs to the connection, and must outlive it.
func TestRouterForwards(t *testing.T) {
	in := patterns.InContext(newContext(t))
	router := must(patterns.NewRouter(in))(t)
	dealer := must(patterns.NewDealer(in, patterns.RoutingID([]byte("d"))))(t)
	push, pull := must(patterns.NewPush(in))(t), must(patterns.NewPull(in))(t)
	ep := join(t, "tcp://127.0.0.1:*", router, dealer)
	join(t, "inproc://forward", pull, push)
	send(t, dealer, "x")
	m := must(router.Recv(testContext(t)))(t)
	if err := dealer.Disconnect(ep); err != nil {
		t.Fatal(err)
	}
	if err := push.Send(testContext(t), m); err != nil {
		t.Fatal(err)
	}
	expect(t, pull, "d", "x")
}

// "SHALL either silently drop the message, or return an error, depending on
// configuration, if the queue does not exist, or is full" (28/REQREP, ROUTER).

func TestRouterDropsByDefault(t *testing.T) {
	in := patterns.InContext(newContext(t))
	router := must(patterns.NewRouter(in, patterns.SendHWM(2)))(t)
	dealer := must(patterns.NewDealer(in, patterns.RecvHWM(3), patterns.RoutingID([]byte("d"))))(t)
	join(t, "inproc://drop", router, dealer)
	for range 8 {
		send(t, router, "d", "x")
		send(t, router, "nobody", "x")
	}
	if s := router.Stats(); s.Dropped != 8+3 || s.Sent != 16 {
		t.Errorf("%+v", s)
	}
	for range 5 {
		expect(t, dealer, "x")
	}
	send(t, router, "d", "there is room again")
	expect(t, dealer, "there is room again")
}

func TestRouterMandatory(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		router := must(patterns.NewRouter(in, patterns.RouterMandatory(true)))(t)
		ep := join(t, wildcard, router)
		m := zmq.NewMessage("d", "x")
		if err := router.Send(t.Context(), m); !errors.Is(err, zmq.ErrUnreachable) || m.Len() != 2 {
			t.Fatal(err)
		}
		if err := router.SendTo(t.Context(), []byte("d"), m); !errors.Is(err, zmq.ErrUnreachable) || m.Len() != 2 {
			t.Fatal(err)
		}
		dealer := must(patterns.NewDealer(in, patterns.RoutingID([]byte("d"))))(t)
		if err := dealer.Connect(ep); err != nil {
			t.Fatal(err)
		}
		send(t, dealer, "I am here")
		expect(t, router, "d", "I am here")
		if err := router.Send(t.Context(), m); err != nil || m.Len() != 0 {
			t.Fatal(err)
		}
		expect(t, dealer, "x")
		if err := dealer.Close(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the peer is unknown", func() bool {
			return errors.Is(router.SendBytes(t.Context(), []byte("d"), nil), zmq.ErrUnreachable)
		})
	})
}

// TestRouterMandatoryWaits fills the queues of two peers: who waits for one of
// them is not held up by the other.
func TestRouterMandatoryWaits(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		router := must(patterns.NewRouter(in, patterns.RouterMandatory(true), patterns.SendHWM(5)))(t)
		ep := join(t, wildcard, router)
		var dealers [2]*patterns.Dealer
		body := bytes.Repeat([]byte("x"), 100_000)
		for i := range dealers {
			dealers[i] = must(patterns.NewDealer(in, patterns.RecvHWM(5), patterns.RoutingID([]byte{'a' + byte(i)})))(t)
			if err := dealers[i].Connect(ep); err != nil {
				t.Fatal(err)
			}
			send(t, dealers[i], "hello")
			recv(t, router)
		}
		full := func(id string) (n int) {
			for ; ; n++ {
				err := router.TrySend(zmq.NewMessage(id, string(body)))
				if errors.Is(err, zmq.ErrAgain) {
					return n
				} else if err != nil {
					t.Fatal(err)
				}
			}
		}
		var all sync.WaitGroup
		for i, d := range dealers {
			id := string('a' + byte(i))
			n := full(id)
			for range 3 {
				all.Go(func() { send(t, router, id, string(body)) })
				all.Go(func() {
					if err := router.SendTo(testContext(t), []byte(id), zmq.NewMessage(string(body))); err != nil {
						t.Error(err)
					}
				})
			}
			defer func() {
				for range n + 6 {
					recv(t, d)
				}
			}()
		}
		// The deferred ones read b first, and then a.
		t.Cleanup(all.Wait)
	})
}

// TestRouterMandatoryPeerGoes takes the peer away that a Send waits for.
func TestRouterMandatoryPeerGoes(t *testing.T) {
	in := patterns.InContext(newContext(t))
	router := must(patterns.NewRouter(in, patterns.RouterMandatory(true), patterns.SendHWM(1)))(t)
	dealer := must(patterns.NewDealer(in, patterns.RecvHWM(1), patterns.RoutingID([]byte("d"))))(t)
	join(t, "inproc://gone", router, dealer)
	send(t, router, "d", "1")
	send(t, router, "d", "2")
	failed := make(chan error)
	for range 3 {
		go func() { failed <- router.SendBytes(testContext(t), []byte("d"), []byte("3")) }()
	}
	if err := dealer.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := <-failed; !errors.Is(err, zmq.ErrUnreachable) {
			t.Error(err)
		}
	}
}

func TestRouterNeedsABody(t *testing.T) {
	router := must(patterns.NewRouter(patterns.InContext(newContext(t))))(t)
	if err := router.SendBytes(t.Context(), []byte("d")); err == nil || !strings.Contains(err.Error(), "routing id") {
		t.Error(err)
	}
	if err := router.SendTo(t.Context(), []byte("d"), new(zmq.Message)); err == nil {
		t.Error("an empty message is sent")
	}
}

func TestRouterDisconnectPeer(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		router := must(patterns.NewRouter(in, patterns.RouterMandatory(true)))(t)
		ep := join(t, wildcard, router)
		if err := router.DisconnectPeer([]byte("d")); !errors.Is(err, zmq.ErrUnreachable) {
			t.Fatal(err)
		}
		if strings.HasPrefix(ep, "inproc") {
			d := must(patterns.NewDealer(in, patterns.RoutingID([]byte("d"))))(t)
			if err := d.Connect(ep); err != nil {
				t.Fatal(err)
			}
			send(t, d, "x")
			send(t, router, "d", "goodbye")
			if err := router.DisconnectPeer([]byte("d")); err != nil {
				t.Fatal(err)
			}
			expect(t, d, "goodbye")
		} else {
			p := dialPeer(t, ep, "DEALER", "d")
			p.send("x")
			eventually(t, "the peer is there", func() bool { return len(router.Peers()) == 1 })
			for range 500 {
				send(t, router, "d", "", strings.Repeat("x", 10_000))
			}
			send(t, router, "d", "goodbye")
			if err := router.DisconnectPeer([]byte("d")); err != nil {
				t.Fatal(err)
			}
			for p.recv()[0] != "goodbye" {
			}
			p.closed()
		}
		if err := router.SendBytes(t.Context(), []byte("d"), nil); !errors.Is(err, zmq.ErrUnreachable) {
			t.Error(err)
		}
	})
}

// TestRouterDisconnectsWhomItConnected ends the endpoint, too.
func TestRouterDisconnectsWhomItConnected(t *testing.T) {
	router := must(patterns.NewRouter(patterns.InContext(newContext(t))))(t)
	ln, ep := listenTCP(t)
	if err := router.ConnectAs(ep, []byte("d")); err != nil {
		t.Fatal(err)
	}
	send(t, router, "d", "goodbye")
	if err := router.DisconnectPeer([]byte("d")); err != nil {
		t.Fatal(err)
	}
	p := acceptPeer(t, ln, "DEALER", "")
	if m := p.recv(); m[0] != "goodbye" {
		t.Errorf("%q", m)
	}
	p.closed()
	if err := router.Disconnect(ep); !errors.Is(err, zmq.ErrNoEndpoint) {
		t.Error(err)
	}
}

// TestRouterDisconnectPeerThatDoesNotRead ends with the linger.
func TestRouterDisconnectPeerThatDoesNotRead(t *testing.T) {
	in := patterns.InContext(newContext(t))
	router := must(patterns.NewRouter(in, patterns.Linger(20*time.Millisecond), patterns.SendHWM(0)))(t)
	p := dialPeer(t, join(t, "tcp://127.0.0.1:*", router), "DEALER", "d")
	p.send("x")
	expect(t, router, "d", "x")
	for range 200 {
		send(t, router, "d", strings.Repeat("x", 100_000))
	}
	if err := router.DisconnectPeer([]byte("d")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "messages are dropped", func() bool { return router.Stats().Dropped > 0 })
	p.closed()
}

// TestRouterThousandPeers answers each of them, several times.
func TestRouterThousandPeers(t *testing.T) {
	const peers, rounds = 1000, 3
	in := patterns.InContext(newContext(t))
	router := must(patterns.NewRouter(in, patterns.RouterMandatory(true)))(t)
	ep := join(t, "tcp://127.0.0.1:*", router)
	ctx := testContext(t)
	dealers := make([]*patterns.Dealer, peers)
	for i := range dealers {
		dealers[i] = must(patterns.NewDealer(in))(t)
		if err := dealers[i].Connect(ep); err != nil {
			t.Fatal(err)
		}
	}
	for round := range rounds {
		for i, d := range dealers {
			if err := d.SendBytes(ctx, fmt.Append(nil, i), fmt.Append(nil, round)); err != nil {
				t.Fatal(err)
			}
		}
		var m zmq.Message
		for range dealers {
			if err := router.RecvInto(ctx, &m); err != nil {
				t.Fatal(err)
			}
			if err := router.Send(ctx, &m); err != nil {
				t.Fatal(err)
			}
		}
		for i, d := range dealers {
			if err := d.RecvInto(ctx, &m); err != nil {
				t.Fatal(err)
			}
			if got, want := framesOf(&m), []string{fmt.Sprint(i), fmt.Sprint(round)}; !slices.Equal(got, want) {
				t.Fatalf("received %q, want %q", got, want)
			}
		}
	}
	if n := len(router.Peers()); n != peers {
		t.Errorf("%d peers", n)
	}
}
