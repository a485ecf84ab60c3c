package patterns_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/patterns"
)

// An XSUB forwards each subscription, and of the cancellations the one that
// leaves a topic without any, or each.
func TestXSubForwards(t *testing.T) {
	for verbose, want := range map[bool][]string{
		false: {subscribed + "a", subscribed + "a", cancelled + "a", subscribed + "end"},
		true: {
			cancelled + "a", subscribed + "a", subscribed + "a", cancelled + "a", cancelled + "a",
			cancelled + "a", subscribed + "end",
		},
	} {
		t.Run(fmt.Sprint("verbose ", verbose), func(t *testing.T) {
			in := patterns.InContext(newContext(t))
			pub := must(patterns.NewXPub(in, patterns.XPubVerboser(true)))(t)
			sub := must(patterns.NewXSub(in, patterns.XSubVerboseUnsubscribe(verbose)))(t)
			join(t, "inproc://forwards", pub, sub)
			send(t, sub, cancelled+"a") // not known
			sub.Subscribe("a")
			send(t, sub, subscribed+"a")
			send(t, sub, cancelled+"a")
			sub.Unsubscribe("a")
			sub.Unsubscribe("a")
			sub.Subscribe("end")
			for _, note := range want {
				expect(t, pub, note)
			}
		})
	}
}

// "SHALL send all messages to all connected publishers", and take the
// subscriptions out of them.
func TestXSubSends(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		for i, onlyFirst := range []bool{false, true} {
			only := patterns.OnlyFirstSubscribe(onlyFirst)
			sub := must(patterns.NewXSub(in, only))(t)
			one, two := must(patterns.NewXPub(in, only))(t), must(patterns.NewXPub(in, only))(t)
			join(t, another(wildcard, i), sub, one, two)
			sub.Subscribe("ready")
			expect(t, one, subscribed+"ready")
			expect(t, two, subscribed+"ready")
			large := strings.Repeat("large", 20_000)
			send(t, sub, "user", large, "")
			m := zmq.NewMessage(subscribed+"a", "x", subscribed+"b", "y")
			if err := sub.Send(testContext(t), m); err != nil {
				t.Fatal(err)
			}
			send(t, sub, "x", subscribed+"c")
			for _, pub := range []*patterns.XPub{one, two} {
				expect(t, pub, "user", large, "")
				expect(t, pub, subscribed+"a")
				if onlyFirst {
					expect(t, pub, "x", subscribed+"b", "y")
					expect(t, pub, "x", subscribed+"c")
					continue
				}
				expect(t, pub, subscribed+"b")
				expect(t, pub, "x", "y")
				expect(t, pub, subscribed+"c")
				expect(t, pub, "x")
			}
		}
	})
}

// A SUB takes what it is subscribed to, whatever a publisher sends it. An XSUB
// does not filter.
func TestXSubTakesEverything(t *testing.T) {
	in := patterns.InContext(newContext(t))
	pub := must(patterns.NewXPub(in, patterns.XPubManual(true)))(t)
	raw, sub := must(patterns.NewXSub(in))(t), must(patterns.NewSub(in))(t)
	join(t, "inproc://everything", pub, raw, sub)
	raw.Subscribe("a")
	sub.Subscribe("a")
	for range 2 {
		expect(t, pub, subscribed+"a")
		pub.Subscribe("")
	}
	send(t, pub, "b", "a", "1")
	send(t, pub, "a", "2")
	expect(t, raw, "b", "a", "1")
	expect(t, raw, "a", "2")
	expect(t, sub, "a", "2")
}

// What was sent before there is a connection is kept for it.
func TestXSubQueuesBeforeItsConnection(t *testing.T) {
	in := patterns.InContext(newContext(t))
	ln, endpoint := listenTCP(t)
	ln.Close() // the port is free now
	sub := must(patterns.NewXSub(in))(t)
	if err := sub.Connect(endpoint); err != nil {
		t.Fatal(err)
	}
	sub.Subscribe("a")
	send(t, sub, "early", "message")
	pub := must(patterns.NewXPub(in))(t)
	must(pub.Bind(endpoint))(t)
	expect(t, pub, "early", "message")
	expect(t, pub, subscribed+"a")
	if s := sub.Stats(); s.Dropped != 0 {
		t.Errorf("%+v", s)
	}
}

// A publisher that comes back gets the subscriptions there are then: those of
// the connection that was lost are nothing to it.
func TestReconnectTellsTheWholeSet(t *testing.T) {
	in := patterns.InContext(newContext(t))
	pub := must(patterns.NewXPub(in, patterns.XPubVerboser(true)))(t)
	ep := must(pub.Bind("tcp://127.0.0.1:*"))(t).String()
	sub := must(patterns.NewXSub(in))(t)
	lost := make(chan struct{}, 100)
	go func() {
		for ev := range sub.Monitor(t.Context()) {
			if ev.Kind == patterns.Disconnected {
				lost <- struct{}{}
			}
		}
	}()
	if err := sub.Connect(ep); err != nil {
		t.Fatal(err)
	}
	sub.Subscribe("kept")
	expect(t, pub, subscribed+"kept")
	for round := range 3 {
		sub.Subscribe("kept") // once more: it is told once
		expect(t, pub, subscribed+"kept")
		topic := fmt.Sprint("of round ", round)
		sub.Subscribe(topic)
		expect(t, pub, subscribed+topic)
		if err := pub.Close(); err != nil {
			t.Fatal(err)
		}
		<-lost
		sub.Subscribe("in between")
		sub.Unsubscribe("in between")
		sub.Unsubscribe(topic)
		sub.Subscribe(fmt.Sprint("new ", round))
		pub = must(patterns.NewXPub(in, patterns.XPubVerboser(true)))(t)
		if _, err := pub.Bind(ep); err != nil {
			t.Fatal(err)
		}
		want := []string{subscribed + "kept"}
		for i := range round + 1 {
			want = append(want, fmt.Sprint(subscribed, "new ", i))
		}
		var got []string
		for range want {
			got = append(got, recv(t, pub)[0])
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Fatalf("told %q, want %q", got, want)
		}
	}
}

// What a connection had no time to tell is not told over the next one: it may
// have been cancelled meanwhile.
func TestReconnectForgetsWhatWasNotTold(t *testing.T) {
	in := patterns.InContext(newContext(t))
	ln, endpoint := listenTCP(t)
	sub := must(patterns.NewXSub(in))(t)
	lost := make(chan struct{}, 1)
	go func() {
		for ev := range sub.Monitor(t.Context()) {
			if ev.Kind == patterns.Disconnected {
				lost <- struct{}{}
				return
			}
		}
	}()
	if err := sub.Connect(endpoint); err != nil {
		t.Fatal(err)
	}
	sub.Subscribe("kept")
	deaf := acceptPeer(t, ln, "XPUB", "")
	large := strings.Repeat("x", 500_000)
	const topics = 60 // together they are more than the system holds of a connection
	for i := range topics {
		sub.Subscribe(fmt.Sprint(i, large))
	}
	deaf.conn.Close()
	<-lost
	for i := range topics {
		sub.Unsubscribe(fmt.Sprint(i, large))
	}
	peer := acceptPeer(t, ln, "XPUB", "")
	for len(peer.in) < len("..........kept") {
		peer.fill()
	}
	if want := string(engine.AppendSubscribe(nil, "kept")); string(peer.in) != want {
		t.Errorf("told %.100q, want %q", peer.in, want)
	}
}

// No subscription is lost for a high-water mark, on either side, whether the
// program receives what an XPUB tells or not.
func TestSubscriptionsIgnoreTheHWM(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		topics := 20_000
		if strings.HasPrefix(wildcard, "tcp:") {
			topics = 100_000
		}
		pub := must(patterns.NewXPub(in, patterns.RecvHWM(1)))(t)
		sub := must(patterns.NewXSub(in, patterns.SendHWM(1)))(t)
		join(t, wildcard, pub, sub)
		for i := range topics {
			if err := sub.Subscribe(fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		eventually(t, "all subscriptions take effect", func() bool { return pub.Topics() == topics })
		if n := sub.Topics(); n != topics {
			t.Errorf("the subscriber has %d topics", n)
		}
		told := make(map[string]bool) // those before the connection are told in order of bytes
		var m zmq.Message
		for pub.TryRecv(&m) == nil {
			told[string(m.Frame(0))] = true
		}
		for i := range topics {
			if !told[fmt.Sprint(subscribed, i)] {
				t.Fatalf("the subscription to %d is not told", i)
			}
		}
	})
}

// Topics may be long, but not longer than the command that tells of them.
func TestLongTopics(t *testing.T) {
	const most = 1<<20 - 10
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		pub := must(patterns.NewXPub(in))(t)
		sub := must(patterns.NewXSub(in))(t)
		join(t, wildcard, pub, sub)
		for _, size := range []int{245, 246, 255, 256, 8 << 10, 100_000, most} {
			topic := strings.Repeat("t", size)
			sub.Subscribe(topic)
			expect(t, pub, subscribed+topic)
			send(t, pub, topic+"!", "x")
			expect(t, sub, topic+"!", "x")
			sub.Unsubscribe(topic)
			expect(t, pub, cancelled+topic)
		}
		topic := strings.Repeat("t", most+1)
		if err := sub.Subscribe(topic); !errors.Is(err, zmq.ErrTooLarge) {
			t.Error(err)
		}
		m := zmq.NewMessage("not sent", cancelled+topic)
		if err := sub.Send(testContext(t), m); !errors.Is(err, zmq.ErrTooLarge) || m.Len() != 2 {
			t.Error(err, m.Len())
		}
		sub.Close()
		if err := sub.Unsubscribe("x"); !errors.Is(err, zmq.ErrClosed) {
			t.Error(err)
		}
	})
}
