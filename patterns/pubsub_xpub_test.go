package patterns_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// An XPUB tells "normalized" or all subscriptions, as it is configured.
func TestXPubNotifications(t *testing.T) {
	for name, c := range map[string]struct {
		opts []patterns.XPubOption
		want []string
	}{
		"default": {nil, []string{"+a", "+b", "-b", "-a", "-never"}},
		"verbose": {
			[]patterns.XPubOption{patterns.XPubVerboser(true), patterns.XPubVerbose(true)},
			[]string{"+a", "+a", "+a", "+b", "-b", "-a", "-never"},
		},
		"verboser": {
			[]patterns.XPubOption{patterns.XPubVerboser(true)},
			[]string{"+a", "+a", "+a", "+b", "-b", "-a", "-a", "-a", "-never"},
		},
		"verboser off": {
			[]patterns.XPubOption{patterns.XPubVerboser(true), patterns.XPubVerboser(false)},
			[]string{"+a", "+b", "-b", "-a", "-never"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := patterns.InContext(newContext(t))
			pub := must(patterns.NewXPub(append(c.opts, in)...))(t)
			all := patterns.XSubVerboseUnsubscribe(true)
			one, two := must(patterns.NewXSub(in, all))(t), must(patterns.NewXSub(in, all))(t)
			join(t, "inproc://notifications", pub, one, two)
			one.Subscribe("a")
			two.Subscribe("a")
			one.Subscribe("a")
			two.Subscribe("b")
			two.Close()          // "-b", and with verboser "-a"
			one.Unsubscribe("a") // ends it: a publisher does not count
			one.Unsubscribe("a") // not known any more
			one.Unsubscribe("never")
			want := slices.Clone(c.want)
			if name == "default" || name == "verbose" || name == "verboser off" {
				want = slices.Insert(want, len(want)-1, "-a") // of the second one
			}
			var got []string
			for range want {
				m := recv(t, pub)
				got = append(got, map[byte]string{0: "-", 1: "+"}[m[0][0]]+m[0][1:])
			}
			slices.Sort(got[len(got)-6 : len(got)-3]) // the topics of a lost peer come in any order
			slices.Sort(want[len(want)-6 : len(want)-3])
			if !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
			if err := pub.TryRecv(new(zmq.Message)); !errors.Is(err, zmq.ErrAgain) {
				t.Error("more than that")
			}
		})
	}
}

// A cancellation of what a peer never asked for is told if nobody has asked for
// it. If others have, whoever forwards it would take it from them.
func TestXPubForeignCancellation(t *testing.T) {
	in := patterns.InContext(newContext(t))
	pub := must(patterns.NewXPub(in))(t)
	sub := must(patterns.NewSub(in, patterns.Subscribe("a")))(t)
	rogue := must(patterns.NewXSub(in, patterns.XSubVerboseUnsubscribe(true)))(t)
	join(t, "inproc://foreign", pub, sub, rogue)
	expect(t, pub, subscribed+"a")
	rogue.Unsubscribe("a")
	rogue.Unsubscribe("b")
	expect(t, pub, cancelled+"b")
	send(t, pub, "a", "still")
	expect(t, sub, "a", "still")
}

// TestXPubManual leaves it to the program what a subscriber gets.
func TestXPubManual(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		pub := must(patterns.NewXPub(in, patterns.XPubManual(true)))(t)
		sub := must(patterns.NewXSub(in))(t)
		if err := pub.Subscribe("x"); !errors.Is(err, zmq.ErrState) {
			t.Errorf("nothing was received yet, and Subscribe says %v", err)
		}
		ep := join(t, wildcard, pub, sub)
		sub.Subscribe("a")
		expect(t, pub, subscribed+"a")
		sub.Subscribe("a") // duplicates are given as well
		expect(t, pub, subscribed+"a")
		send(t, pub, "a", "not applied")
		pub.Subscribe("A1")
		pub.Subscribe("A2")
		send(t, pub, "A1")
		send(t, pub, "A2")
		expect(t, sub, "A1")
		expect(t, sub, "A2")

		// A message of the peer's changes nothing about who was last.
		other := must(patterns.NewXSub(in))(t)
		other.Connect(ep)
		other.Subscribe("o")
		expect(t, pub, subscribed+"o")
		send(t, sub, "hello")
		expect(t, pub, "hello")
		pub.Subscribe("O")
		send(t, pub, "O")
		expect(t, other, "O")

		sub.Unsubscribe("a")
		sub.Unsubscribe("a")
		expect(t, pub, cancelled+"a")
		send(t, pub, "A1", "still")
		expect(t, sub, "A1", "still")
		pub.Unsubscribe("A1")
		send(t, pub, "A1", "no more")
		send(t, pub, "A2", "the last")
		expect(t, sub, "A2", "the last")

		// What is told when a peer is lost is what it had asked for.
		other.Close()
		expect(t, pub, cancelled+"o")
		if err := pub.Subscribe("anything"); err != nil {
			t.Errorf("for a peer that is gone, Subscribe says %v", err)
		}
		if n := pub.Topics(); n != 1 {
			t.Errorf("%d topics, want the one of the peer that is left", n)
		}
	})
	plain := must(patterns.NewXPub(patterns.InContext(newContext(t))))(t)
	if err := plain.Unsubscribe("x"); !errors.Is(err, zmq.ErrState) {
		t.Error(err)
	}
	plain.Close()
	if err := plain.Subscribe("x"); !errors.Is(err, zmq.ErrClosed) {
		t.Error(err)
	}
}

// TestXPubManualLastValue sends what is cached to the newcomer alone.
func TestXPubManualLastValue(t *testing.T) {
	in := patterns.InContext(newContext(t))
	pub := must(patterns.NewXPub(in, patterns.XPubManualLastValue(true), patterns.NoDrop(true), patterns.SendHWM(1)))(t)
	hwm := patterns.RecvHWM(1)
	one, two := must(patterns.NewSub(in, hwm))(t), must(patterns.NewSub(in, hwm))(t)
	join(t, "inproc://last", pub, one, two)
	for _, sub := range []*patterns.Sub{one, two} {
		sub.Subscribe("a")
		expect(t, pub, subscribed+"a")
		send(t, pub, "b", "before the answer it is for all")
		pub.Subscribe("a")
		send(t, pub, "a", "cached")
		expect(t, sub, "a", "cached")
	}
	send(t, pub, "a", "new")
	expect(t, one, "a", "new")
	expect(t, two, "a", "new")

	// A message for one that has to wait goes to that one all the same.
	two.Subscribe("full")
	expect(t, pub, subscribed+"full")
	send(t, pub, "a", "1") // both are full, with one more
	send(t, pub, "a", "2")
	pub.Subscribe("full")
	if err := pub.TrySend(zmq.NewMessage("a", "cached")); !errors.Is(err, zmq.ErrAgain) {
		t.Fatal(err)
	}
	expect(t, two, "a", "1")
	expect(t, two, "a", "2")
	send(t, pub, "a", "cached")
	expect(t, two, "a", "cached")
	for _, want := range []string{"1", "2"} {
		expect(t, one, "a", want)
	}

	// And if it does not match, nobody gets it. An XSUB would see that.
	raw := must(patterns.NewXSub(in, hwm))(t)
	raw.Connect("inproc://last")
	raw.Subscribe("c")
	expect(t, pub, subscribed+"c")
	pub.Subscribe("c")
	send(t, pub, "a", "for nobody")
	send(t, pub, "c", "3")
	expect(t, raw, "c", "3")

	// One that is gone does not keep the message from the others.
	raw.Subscribe("c")
	expect(t, pub, subscribed+"c")
	pub.Subscribe("c")
	raw.Close()
	send(t, pub, "a", "4")
	expect(t, one, "a", "4")
	expect(t, two, "a", "4")
}

// TestWelcomeMessage: it comes over each connection, before anything else.
func TestWelcomeMessage(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		pub := must(patterns.NewXPub(in, patterns.WelcomeMessage([]byte("hello"))))(t)
		sub := must(patterns.NewSub(in, patterns.Subscribe("h"), patterns.Subscribe("x")))(t)
		deaf := must(patterns.NewSub(in, patterns.Subscribe("x")))(t)
		join(t, wildcard, pub, sub, deaf)
		expect(t, sub, "hello")
		eventually(t, "both are subscribed", func() bool {
			send(t, pub, "x")
			return sub.TryRecv(new(zmq.Message)) == nil && deaf.TryRecv(new(zmq.Message)) == nil
		})
	})
}

// An XPUB gives the messages of XSUBs in order with the notifications, and
// takes subscriptions out of messages of several frames.
func TestXPubUserMessages(t *testing.T) {
	for _, onlyFirst := range []bool{false, true} {
		t.Run(fmt.Sprint("OnlyFirstSubscribe ", onlyFirst), func(t *testing.T) {
			in := patterns.InContext(newContext(t))
			pub := must(patterns.NewXPub(in, patterns.OnlyFirstSubscribe(onlyFirst)))(t)
			peer := dialPeer(t, must(pub.Bind("tcp://127.0.0.1:*"))(t).String(), "XSUB", "")
			peer.send("user", "", "message")
			peer.send(subscribed + "a") // as a message: the peer may be of ZMTP 3.0
			peer.send("x", subscribed+"b", "y", cancelled+"a")
			peer.send(subscribed+"c", subscribed+"d", "z")
			peer.send(cancelled+"c", "end")
			want := [][]string{
				{"user", "", "message"}, {subscribed + "a"},
				{subscribed + "b"}, {cancelled + "a"}, {"x", "y"},
				{subscribed + "c"}, {subscribed + "d"}, {"z"},
				{cancelled + "c"}, {"end"},
			}
			if onlyFirst {
				want = [][]string{
					{"user", "", "message"}, {subscribed + "a"},
					{"x", subscribed + "b", "y", cancelled + "a"},
					{subscribed + "c"}, {subscribed + "d", "z"},
					{cancelled + "c"}, {"end"},
				}
			}
			for _, frames := range want {
				m, err := pub.Recv(testContext(t))
				if err != nil {
					t.Fatal(err)
				}
				if got := framesOf(m); !slices.Equal(got, frames) {
					t.Fatalf("received %q, want %q", got, frames)
				}
				if p := m.Peer(); p == nil || p.SocketType != "XSUB" {
					t.Errorf("%q is of peer %v", frames, p)
				}
			}
		})
	}
}

// A subscriber of ZMTP 1.0 filters for itself: it gets everything, whichever
// side connects, and is told of as subscribed to everything.
func TestPubOfUnversionedPeer(t *testing.T) {
	in := patterns.InContext(newContext(t))
	bound := must(patterns.NewXPub(in))(t)
	accepted := dialRaw(t, must(bound.Bind("tcp://127.0.0.1:*"))(t).String())
	ln, endpoint := listenTCP(t)
	connected := must(patterns.NewXPub(in))(t)
	if err := connected.Connect(endpoint); err != nil {
		t.Fatal(err)
	}
	dialled, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer dialled.Close()
	const identity = "\x01\x00" // an empty frame of ZMTP 1.0
	for pub, conn := range map[*patterns.XPub]interface {
		Read([]byte) (int, error)
		Write([]byte) (int, error)
	}{bound: accepted, connected: dialled} {
		conn.Write([]byte(identity))
		expect(t, pub, subscribed)
		send(t, pub, "any", "thing")
		var got []byte
		for want := []byte("\x04\x01any\x06\x00thing"); !hasSuffix(got, want); {
			b := make([]byte, 64)
			n, err := conn.Read(b)
			if err != nil {
				t.Fatal(err, got)
			}
			got = append(got, b[:n]...)
		}
	}
	accepted.Close()
	expect(t, bound, cancelled)
}

func hasSuffix(b, suffix []byte) bool {
	return len(b) >= len(suffix) && string(b[len(b)-len(suffix):]) == string(suffix)
}
