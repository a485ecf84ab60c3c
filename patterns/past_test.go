package patterns_test

import (
	"fmt"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// visits lets one peer after another, of names of their own, send messages over
// connections that a socket makes to the same endpoint, and waits after each
// until the socket has noticed that it is gone.
func visits(t *testing.T, w *watch, connect func(endpoint string) error, socketType string, messages int, names ...string) {
	t.Helper()
	ln, endpoint := listenTCP(t)
	if err := connect(endpoint); err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		w.want(patterns.ConnectDelayed)
		p := acceptPeer(t, ln, socketType, name)
		for n := range messages {
			p.send(fmt.Sprint(n), "of "+name)
		}
		w.want(patterns.Connected, patterns.HandshakeSucceeded)
		if i == len(names)-1 {
			return // and stays
		}
		p.conn.Close()
		w.want(patterns.Disconnected, patterns.ConnectRetried)
	}
}

// TestMessagesStayOfTheirConnection reads what several peers have left, one after
// the other, in one queue.
func TestMessagesStayOfTheirConnection(t *testing.T) {
	names := []string{"first", "second", "third", "fourth"}
	for _, messages := range []int{1, 3, 2000} { // more than one chunk
		t.Run(fmt.Sprint(messages), func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			dealer := must(patterns.NewDealer(in, patterns.RecvHWM(0)))(t)
			visits(t, newWatch(t, dealer.Monitor(ctx)), dealer.Connect, "DEALER", messages, names...)
			seen := make(map[*zmq.Peer]bool)
			for _, name := range names {
				for n := range messages {
					m := must(dealer.Recv(ctx))(t)
					if got := framesOf(m); got[0] != fmt.Sprint(n) || got[1] != "of "+name {
						t.Fatalf("received %q, want %d of %s", got, n, name)
					}
					if peer := m.Peer(); peer == nil || string(peer.RoutingID) != name {
						t.Fatalf("%d of %s comes from %+v", n, name, peer)
					}
					seen[m.Peer()] = true
				}
			}
			if len(seen) != len(names) {
				t.Errorf("%d peers, want %d", len(seen), len(names))
			}
		})
	}
}

// TestRouterKeepsIDsOfThePast puts the id before a message that its sender had,
// not that of whom the socket has found since in the same place; the dead are
// not known, but what they have sent is theirs.
func TestRouterKeepsIDsOfThePast(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	router := must(patterns.NewRouter(in, patterns.RouterMandatory(true), patterns.RouterNotify(patterns.NotifyConnect|patterns.NotifyDisconnect)))(t)
	visits(t, newWatch(t, router.Monitor(ctx)), router.Connect, "DEALER", 2, "first", "second")
	eventually(t, "the first one is forgotten", func() bool {
		ids := router.Peers()
		return len(ids) == 1 && string(ids[0]) == "second"
	})
	for _, name := range []string{"first", "second"} {
		expect(t, router, name, "")
		expect(t, router, name, "0", "of "+name)
		expect(t, router, name, "1", "of "+name)
		if name == "first" {
			expect(t, router, name, "")
		}
	}
}

// TestConflateKeepsTheSender has the newest message of a connection that is lost,
// and those of the next one.
func TestConflateKeepsTheSender(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	dealer := must(patterns.NewDealer(in, patterns.Conflate(true)))(t)
	visits(t, newWatch(t, dealer.Monitor(ctx)), dealer.Connect, "DEALER", 1, "first", "")
	var m zmq.Message
	eventually(t, "the next one's message replaces it", func() bool {
		if err := dealer.RecvInto(ctx, &m); err != nil {
			t.Fatal(err)
		}
		if got := string(m.Frame(1)); got != "of "+string(m.Peer().RoutingID) {
			t.Fatalf("%q comes from %q", got, m.Peer().RoutingID)
		}
		return string(m.Frame(1)) == "of "
	})
}

// TestRepAnswersThePast: a request of a lost connection is answered to whom it
// goes on with, if that may still wait for it, and is the lost one's.
func TestRepAnswersThePast(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	rep := must(patterns.NewRep(in))(t)
	w := newWatch(t, rep.Monitor(ctx))
	ln, endpoint := listenTCP(t)
	if err := rep.Connect(endpoint); err != nil {
		t.Fatal(err)
	}
	first := acceptPeer(t, ln, "DEALER", "first")
	first.send("asker", "", "question")
	w.want(patterns.ConnectDelayed, patterns.Connected, patterns.HandshakeSucceeded)
	first.conn.Close()
	w.want(patterns.Disconnected, patterns.ConnectRetried, patterns.ConnectDelayed, patterns.Connected)
	second := acceptPeer(t, ln, "DEALER", "second")
	w.want(patterns.HandshakeSucceeded)
	m := must(rep.Recv(ctx))(t)
	if string(m.Peer().RoutingID) != "first" {
		t.Errorf("the request comes from %+v", m.Peer())
	}
	send(t, rep, "answer")
	if got := second.recv(); fmt.Sprint(got) != "[asker  answer]" {
		t.Errorf("the next connection gets %q", got)
	}
}
