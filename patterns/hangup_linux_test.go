package patterns_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// A peer that goes while nobody reads what it has sent is missed at once: there is
// an event, a ROUTER does not know it any more, and who had connected connects
// again. What it has sent is still to be read, and is the lost connection's.
func TestPeerIsMissedWhileNobodyReads(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		if name == "inproc" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			router := must(patterns.NewRouter(in, patterns.RecvHWM(1), patterns.RouterMandatory(true)))(t)
			w := newWatch(t, router.Monitor(ctx))
			dealer := must(patterns.NewDealer(in, patterns.RoutingID([]byte("me"))))(t)
			endpoint := join(t, wildcard, router, dealer)
			w.want(patterns.Listening, patterns.Accepted, patterns.HandshakeSucceeded)
			for i := range 100 {
				send(t, dealer, fmt.Sprint(i))
			}
			if err := dealer.Close(); err != nil {
				t.Fatal(err)
			}
			w.want(patterns.Disconnected)
			eventually(t, "the ROUTER forgets it", func() bool { return len(router.Peers()) == 0 })
			if err := router.TrySend(zmq.NewMessage("me", "x")); !errors.Is(err, zmq.ErrUnreachable) {
				t.Errorf("sending to it: %v", err)
			}
			again := must(patterns.NewDealer(in, patterns.RoutingID([]byte("me"))))(t)
			if err := again.Connect(endpoint); err != nil {
				t.Fatal(err)
			}
			w.want(patterns.Accepted, patterns.HandshakeSucceeded) // its name is free
			for i := range 100 {
				expect(t, router, "me", fmt.Sprint(i))
			}
		})
	}
}

// The same for the side that connects, which then connects again.
func TestReconnectsWhileNobodyReads(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	pull := must(patterns.NewPull(in, patterns.RecvHWM(1)))(t)
	w := newWatch(t, pull.Monitor(ctx))
	push := must(patterns.NewPush(in))(t)
	endpoint := join(t, "tcp://127.0.0.1:*", push, pull)
	w.want(patterns.ConnectDelayed, patterns.Connected, patterns.HandshakeSucceeded)
	for i := range 100 {
		send(t, push, fmt.Sprint(i))
	}
	if err := push.Close(); err != nil {
		t.Fatal(err)
	}
	w.want(patterns.Disconnected)
	next := must(patterns.NewPush(in))(t)
	must(next.Bind(endpoint))(t)
	send(t, next, "from the next one")
	for i := range 100 {
		expect(t, pull, fmt.Sprint(i))
	}
	expect(t, pull, "from the next one")
}
