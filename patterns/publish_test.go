package patterns_test

import (
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/patterns"
)

// TestEverySubscriptionIsTold makes more subscriptions than any high-water mark
// holds, and brings the publisher back: none may be lost, either time.
func TestEverySubscriptionIsTold(t *testing.T) {
	in := patterns.InContext(newContext(t))
	pub := must(patterns.NewXPub(in))(t)
	ep := must(pub.Bind("tcp://127.0.0.1:*"))(t).String()
	sub := must(patterns.NewSub(in))(t)
	if err := sub.Connect(ep); err != nil {
		t.Fatal(err)
	}
	const topics = 20_000
	for i := range topics {
		if err := sub.Subscribe(fmt.Sprintf("topic-%06d", i)); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		ctx := testContext(t)
		seen := make(map[string]bool)
		for len(seen) < topics {
			m, err := pub.Recv(ctx)
			if err != nil {
				t.Fatal(err, len(seen))
			}
			seen[string(m.Frame(0)[1:])] = true
		}
		last := fmt.Sprintf("topic-%06d", topics-1)
		send(t, pub, last)
		expect(t, sub, last)
		if err := pub.Close(); err != nil {
			t.Fatal(err)
		}
		pub = must(patterns.NewXPub(in))(t)
		if _, err := pub.Bind(ep); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFullSubscriberMissesAndIsCounted fills a subscriber's queue: "SHALL
// silently drop the message if the queue for a subscriber is full" (29/PUBSUB).
func TestFullSubscriberMissesAndIsCounted(t *testing.T) {
	in := patterns.InContext(newContext(t))
	sub := must(patterns.NewSub(in, patterns.Subscribe(""), patterns.RecvHWM(10)))(t)
	must(sub.Bind("inproc://full"))(t)
	pub := must(patterns.NewPub(in, patterns.SendHWM(10)))(t)
	if err := pub.Connect("inproc://full"); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		send(t, pub, "x", "y")
	}
	if s := pub.Stats(); s.Sent != 50 || s.Dropped != 30 {
		t.Fatalf("%+v", s)
	}
	for range 20 {
		expect(t, sub, "x", "y")
	}
	send(t, pub, "again")
	expect(t, sub, "again")
}
