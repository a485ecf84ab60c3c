package patterns_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// A note is what an XPUB tells of a topic: the first octet of the notification.
const (
	subscribed = "\x01"
	cancelled  = "\x00"
)

// TestSubscriptions: "SHALL perform a binary comparison of the subscription
// against the start of the first frame of the message." Subscriptions to the
// same topic are counted by the subscriber.
func TestSubscriptions(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		pub := must(patterns.NewXPub(in))(t)
		sub := must(patterns.NewSub(in, patterns.Subscribe("a\x00")))(t)
		join(t, wildcard, pub, sub)
		expect(t, pub, subscribed+"a\x00")
		send(t, pub, "a", "a\x00", "the topic is in the second frame")
		send(t, pub, "b\x00")
		send(t, pub, "a\x00b", "1")
		expect(t, sub, "a\x00b", "1")

		sub.Subscribe("a\x00") // counted
		sub.Subscribe("b")
		expect(t, pub, subscribed+"b")
		sub.Unsubscribe("a\x00")
		sub.Unsubscribe("never")
		sub.Unsubscribe("b")
		expect(t, pub, cancelled+"b")
		send(t, pub, "b", "not any more")
		send(t, pub, "a\x00", "2")
		expect(t, sub, "a\x00", "2")
		if n, m := sub.Topics(), pub.Topics(); n != 1 || m != 1 {
			t.Errorf("%d and %d topics", n, m)
		}
		sub.Unsubscribe("a\x00")
		expect(t, pub, cancelled+"a\x00")

		sub.Subscribe("")
		expect(t, pub, subscribed)
		send(t, pub, "", "everything")
		expect(t, sub, "", "everything")
		if err := sub.Close(); err != nil {
			t.Fatal(err)
		}
		// "SHALL, if the subscriber peer disconnects prematurely, generate a
		// suitable unsubscribe request for the calling application."
		expect(t, pub, cancelled)
	})
}

// A PUB needs no call to learn of a subscription, nor of its end; and "SHALL
// silently discard any messages that subscribers send it".
func TestPubTakesSubscriptionsByItself(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		pub := must(patterns.NewPub(in))(t)
		sub := must(patterns.NewXSub(in))(t)
		join(t, wildcard, pub, sub)
		for range 3 {
			for range 2000 { // more than fit into any queue
				send(t, sub, "not for a PUB", "at all")
			}
			send(t, sub, subscribed+"x")
			eventually(t, "the subscription takes effect", func() bool { return pub.Topics() == 1 })
			send(t, pub, "x")
			expect(t, sub, "x")
			sub.Unsubscribe("x")
			eventually(t, "the cancellation takes effect", func() bool { return pub.Topics() == 0 })
		}
	})
}

// A subscriber gets what is sent after its subscription has arrived.
func TestLateJoiner(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		pub := must(patterns.NewXPub(in))(t)
		early := must(patterns.NewSub(in, patterns.Subscribe("n")))(t)
		ep := join(t, wildcard, pub, early)
		expect(t, pub, subscribed+"n")
		send(t, pub, "n", "1")
		late := must(patterns.NewSub(in, patterns.Subscribe("n"), patterns.Subscribe("late")))(t)
		if err := late.Connect(ep); err != nil {
			t.Fatal(err)
		}
		expect(t, pub, subscribed+"late") // its other topic is not new
		eventually(t, "both subscriptions take effect", func() bool {
			return pub.Topics() == 2
		})
		send(t, pub, "n", "2")
		send(t, pub, "late", "3")
		expect(t, late, "n", "2")
		expect(t, late, "late", "3")
		expect(t, early, "n", "1")
		expect(t, early, "n", "2")
	})
}

// The side that binds may be the subscriber's.
func TestSubBinds(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		sub := must(patterns.NewSub(in, patterns.Subscribe("before")))(t)
		one, two := must(patterns.NewXPub(in))(t), must(patterns.NewXPub(in))(t)
		join(t, wildcard, sub, one, two)
		sub.Subscribe("later")
		for _, pub := range []*patterns.XPub{one, two} {
			notes := []string{recv(t, pub)[0], recv(t, pub)[0]}
			if s := strings.Join(notes, " "); s != subscribed+"before "+subscribed+"later" && s != subscribed+"later "+subscribed+"before" {
				t.Fatalf("%q", notes)
			}
		}
		send(t, one, "before", "1")
		expect(t, sub, "before", "1")
		send(t, two, "later", "2")
		expect(t, sub, "later", "2")
	})
}

// An inproc subscriber may be there before its publisher.
func TestInprocSubscriberIsFirst(t *testing.T) {
	in := patterns.InContext(newContext(t))
	sub := must(patterns.NewSub(in, patterns.Subscribe("a")))(t)
	if err := sub.Connect("inproc://later"); err != nil {
		t.Fatal(err)
	}
	sub.Subscribe("b")
	sub.Subscribe("c")
	sub.Unsubscribe("c")
	pub := must(patterns.NewXPub(in))(t)
	must(pub.Bind("inproc://later"))(t)
	for _, note := range []string{subscribed + "a", subscribed + "b", subscribed + "c", cancelled + "c"} {
		expect(t, pub, note)
	}
	send(t, pub, "c")
	send(t, pub, "b")
	expect(t, sub, "b")
}

// TestForward puts an XSUB and an XPUB between publisher and subscriber, and
// forwards by hand.
func TestForward(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		xsub, xpub := must(patterns.NewXSub(in))(t), must(patterns.NewXPub(in))(t)
		pub, sub := must(patterns.NewXPub(in))(t), must(patterns.NewSub(in, patterns.Subscribe("x")))(t)
		join(t, wildcard, xsub, pub)
		join(t, another(wildcard, 1), xpub, sub)
		forward := func(from messageReceiver, to interface {
			TrySend(*zmq.Message) error
		}) {
			m, err := from.Recv(testContext(t))
			if err == nil {
				err = to.TrySend(m)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		forward(xpub, xsub)
		expect(t, pub, subscribed+"x")
		send(t, pub, "x", "through", "")
		forward(xsub, xpub)
		expect(t, sub, "x", "through", "")

		send(t, xsub, "user", "message") // upstream
		expect(t, pub, "user", "message")
		sub.Close()
		forward(xpub, xsub)
		expect(t, pub, cancelled+"x")
	})
}

// TestInvertMatching: the messages that match no subscription, on both sides.
func TestInvertMatching(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		invert := patterns.InvertMatching(true)
		pub := must(patterns.NewXPub(in, invert))(t)
		sub := must(patterns.NewSub(in, invert, patterns.Subscribe("a")))(t)
		plain := must(patterns.NewXSub(in))(t)
		ep := join(t, wildcard, pub, sub)
		expect(t, pub, subscribed+"a")
		if err := plain.Connect(ep); err != nil {
			t.Fatal(err)
		}
		plain.Subscribe("b")
		expect(t, pub, subscribed+"b")
		send(t, pub, "a1") // to plain only
		send(t, pub, "b1") // to sub only
		send(t, pub, "c1") // to both
		expect(t, sub, "b1")
		expect(t, sub, "c1")
		expect(t, plain, "a1")
		expect(t, plain, "c1")

		// The subscriber's own filter, with a publisher that does not invert.
		all := must(patterns.NewXPub(in))(t)
		must(all.Bind("inproc://all"))(t)
		sub.Connect("inproc://all")
		expect(t, all, subscribed+"a")
		send(t, all, "a2")
		sub.Subscribe("z")
		expect(t, all, subscribed+"z")
		sub.Unsubscribe("a")
		expect(t, all, cancelled+"a")
		expect(t, sub, "a2") // it came through, and is not subscribed to any more
	})
}

// TestFanOut sends large and small messages to many, and closes them.
func TestFanOut(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		pub := must(patterns.NewXPub(in, patterns.XPubVerboser(true)))(t)
		ep := must(pub.Bind(wildcard))(t).String()
		const subscribers, messages = 50, 20
		var subs []*patterns.Sub
		for i := range subscribers {
			sub := must(patterns.NewSub(in, patterns.Subscribe("t"), patterns.Subscribe("t"), patterns.Subscribe("ta")))(t)
			if err := sub.Connect(ep); err != nil {
				t.Fatal(err)
			}
			subs = append(subs, sub)
			expect(t, pub, subscribed+"t") // one command for both
			expect(t, pub, subscribed+"ta")
			if i == subscribers/2 {
				sub.Subscribe("t") // a duplicate is told, and changes nothing
				expect(t, pub, subscribed+"t")
			}
		}
		large := strings.Repeat("L", 100_000)
		for i := range messages {
			if i%2 == 0 {
				send(t, pub, "ta", "small")
				send(t, pub, "t", large, "after")
				continue
			}
			batch := []*zmq.Message{zmq.NewMessage("ta", "small"), zmq.NewMessage("t", large, "after")}
			if n, err := pub.SendBatch(testContext(t), batch); n != 2 || err != nil {
				t.Fatal(n, err)
			}
		}
		for _, sub := range subs {
			for range messages {
				expect(t, sub, "ta", "small")
				expect(t, sub, "t", large, "after")
			}
			if err := sub.Close(); err != nil {
				t.Fatal(err)
			}
			recv(t, pub)
			recv(t, pub)
		}
		if s := pub.Stats(); s.Dropped != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// TestPubSubChurn uses the sockets from many goroutines at once: each one's own
// topic must come in order and whole while others come and go.
func TestPubSubChurn(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		ctx := testContext(t)
		pub := must(patterns.NewPub(in, patterns.NoDrop(true)))(t)
		sub := must(patterns.NewSub(in))(t)
		ep := join(t, wildcard, pub, sub)
		const goroutines, messages = 4, 300
		for i := range goroutines {
			sub.Subscribe(fmt.Sprint("sender ", i))
		}
		eventually(t, "the subscriptions take effect", func() bool { return pub.Topics() == goroutines })
		var all sync.WaitGroup
		for i := range goroutines {
			all.Go(func() {
				for n := range messages {
					if err := pub.SendBytes(ctx, fmt.Append(nil, "sender ", i), fmt.Append(nil, n)); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		while, enough := context.WithCancel(ctx)
		defer enough()
		all.Go(func() { // subscribers that do not stay
			for i := range 20 {
				guest, err := patterns.NewSub(in, patterns.Subscribe("sender"))
				if err != nil {
					t.Error(err)
					return
				}
				guest.Connect(ep)
				sub.Subscribe(fmt.Sprint("topic ", i))
				if i%2 == 0 {
					guest.Recv(while)
				}
				guest.Close()
				sub.Unsubscribe(fmt.Sprint("topic ", i))
			}
		})
		next := make(map[string]int)
		for range goroutines * messages {
			m := recv(t, sub)
			if m[1] != fmt.Sprint(next[m[0]]) {
				t.Fatalf("%q, want %d", m, next[m[0]])
			}
			next[m[0]]++
		}
		enough()
		all.Wait()
	})
}
