package patterns_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// "SHALL route outgoing messages to available peers using a round-robin
// strategy" (28/REQREP, DEALER).
func TestDealerSendsInTurn(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		s := must(patterns.NewDealer(in))(t)
		var peers [3]*patterns.Dealer
		for i := range peers {
			peers[i] = must(patterns.NewDealer(in))(t)
			join(t, another(wildcard, i), peers[i], s)
		}
		for i := range 30 {
			send(t, s, fmt.Sprint(i))
		}
		for p, peer := range peers {
			for i := range 10 {
				expect(t, peer, fmt.Sprint(3*i+p))
			}
		}
	})
}

// "SHALL receive incoming messages from its peers using a fair-queuing
// strategy" (28/REQREP, DEALER).
func TestDealerReceivesInTurn(t *testing.T) {
	in := patterns.InContext(newContext(t))
	s := must(patterns.NewDealer(in))(t)
	var peers [3]*patterns.Dealer
	for i := range peers {
		peers[i] = must(patterns.NewDealer(in))(t)
	}
	join(t, "inproc://fair", s, peers[0], peers[1], peers[2])
	for i, p := range peers {
		for range 10 {
			send(t, p, fmt.Sprint(i))
		}
	}
	var count [3]int
	for n := 1; n <= 30; n++ {
		count[recv(t, s)[0][0]-'0']++
		for _, c := range count {
			if c > (n+2)/3 {
				t.Fatalf("%v after %d messages", count, n)
			}
		}
	}
}

// "SHALL block on sending, or return a suitable error, when it has no available
// peers. SHALL NOT discard messages that it cannot queue" (28/REQREP, DEALER).
func TestDealerDropsNothing(t *testing.T) {
	in := patterns.InContext(newContext(t))
	s := must(patterns.NewDealer(in, patterns.SendHWM(3)))(t)
	if err := s.TrySend(zmq.NewMessage("x")); !errors.Is(err, zmq.ErrAgain) {
		t.Fatal(err)
	}
	peers := [2]*patterns.Dealer{must(patterns.NewDealer(in, patterns.RecvHWM(3)))(t), must(patterns.NewDealer(in, patterns.RecvHWM(3)))(t)}
	join(t, "inproc://full", s, peers[0], peers[1])
	n := 0
	for s.TrySend(zmq.NewMessage(fmt.Sprint(n))) == nil {
		n++
	}
	if n != 12 { // two peers, with the marks of both ends
		t.Errorf("%d messages are queued", n)
	}
	for i := range n {
		expect(t, peers[i%2], fmt.Sprint(i))
	}
	if dropped := s.Stats().Dropped; dropped != 0 {
		t.Errorf("%d dropped", dropped)
	}
}

// "SHALL maintain the double queue whether or not the connection is
// established" (28/REQREP, DEALER).
func TestDealerQueuesBeforeTheConnection(t *testing.T) {
	s := must(patterns.NewDealer(patterns.InContext(newContext(t))))(t)
	ln, ep := listenTCP(t)
	if err := s.Connect(ep); err != nil {
		t.Fatal(err)
	}
	send(t, s, "early")
	p := acceptPeer(t, ln, "DEALER", "")
	if got := p.recv(); got[0] != "early" {
		t.Error(got)
	}
}

// TestProbeRouter makes a ROUTER know its peers before they have said anything,
// and after each reconnection.
func TestProbeRouter(t *testing.T) {
	in := patterns.InContext(newContext(t))
	probe := patterns.ProbeRouter(true)
	for name, s := range map[string]connecter{
		"DEALER": must(patterns.NewDealer(in, probe))(t),
		"ROUTER": must(patterns.NewRouter(in, probe))(t),
		"REQ":    must(patterns.NewReq(in, probe))(t),
	} {
		ln, ep := listenTCP(t)
		if err := s.Connect(ep); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			p := acceptPeer(t, ln, "ROUTER", "")
			if got := p.recv(); len(got) != 1 || got[0] != "" {
				t.Errorf("%s: %q", name, got)
			}
			p.conn.Close()
		}
	}
}

func TestProbeRouterIsTheFirstMessage(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		router := must(patterns.NewRouter(in))(t)
		dealer := must(patterns.NewDealer(in, patterns.ProbeRouter(true), patterns.RoutingID([]byte("me"))))(t)
		ep := must(router.Bind(wildcard))(t).String()
		if err := dealer.Connect(ep); err != nil {
			t.Fatal(err)
		}
		send(t, dealer, "x")
		expect(t, router, "me", "")
		expect(t, router, "me", "x")

		bound := must(patterns.NewDealer(in, patterns.ProbeRouter(true), patterns.RoutingID([]byte("too"))))(t)
		join(t, another(wildcard, 2), bound, router)
		expect(t, router, "too", "")
	})
}
