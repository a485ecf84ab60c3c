package patterns_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// "SHALL silently drop the message if the queue for a subscriber is full": the
// whole message, of which each frame says which one it is; and what is dropped
// is counted.
func TestPubDropsWholeMessagesAndCounts(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		pub := must(patterns.NewPub(in, patterns.SendHWM(10)))(t)
		slow := must(patterns.NewSub(in, patterns.Subscribe("m"), patterns.RecvHWM(10)))(t)
		join(t, wildcard, pub, slow)
		eventually(t, "the subscription takes effect", func() bool { return pub.Topics() == 1 })
		const messages = 3000
		large := strings.Repeat("x", 20_000)
		for i := range messages {
			n := fmt.Sprint(i)
			send(t, pub, "m", n, large, n)
		}
		stats := pub.Stats()
		if stats.Sent != messages || stats.Dropped == 0 {
			t.Fatalf("%+v: nothing was dropped", stats)
		}
		last := -1
		for range stats.Sent - stats.Dropped {
			m := recv(t, slow)
			n := -1
			fmt.Sscan(m[1], &n)
			if len(m) != 4 || m[1] != m[3] || n <= last {
				t.Fatalf("%d frames, of messages %s and %s after %d", len(m), m[1], m[3], last)
			}
			last = n
		}
		// There is room again, and nothing else is on its way.
		eventually(t, "the publisher sees the room", func() bool {
			before := pub.Stats().Dropped
			send(t, pub, "m", "end", "", "end")
			return pub.Stats().Dropped == before
		})
		expect(t, slow, "m", "end", "", "end")
	})
}

// A subscriber that does not read costs those that do nothing.
func TestSlowSubscriberHarmsNobody(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		pub := must(patterns.NewXPub(in, patterns.SendHWM(10)))(t)
		slow := must(patterns.NewSub(in, patterns.Subscribe("slow"), patterns.RecvHWM(10)))(t)
		fast := must(patterns.NewSub(in, patterns.Subscribe("fast"), patterns.Subscribe("")))(t)
		join(t, wildcard, pub, slow, fast)
		for range 3 {
			recv(t, pub)
		}
		large := strings.Repeat("x", 20_000)
		for i := range 1000 {
			send(t, pub, "slow", large)
			expect(t, fast, "slow", large)
			if i%100 == 0 {
				send(t, pub, "fast", fmt.Sprint(i))
				expect(t, fast, "fast", fmt.Sprint(i))
			}
		}
		if s := pub.Stats(); s.Dropped == 0 {
			t.Errorf("%+v: the slow one was never full", s)
		}
	})
}

// fillQueue sends to a subscriber that does not read until no more is taken.
func fillQueue(t *testing.T, pub *patterns.XPub, frames ...string) (sent int) {
	t.Helper()
	for {
		err := pub.TrySend(zmq.NewMessage(frames...))
		if errors.Is(err, zmq.ErrAgain) {
			return sent
		}
		if err != nil {
			t.Fatal(err)
		}
		sent++
	}
}

// With NoDrop, a message that one subscriber has no room for goes to nobody
// until it has.
func TestNoDrop(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		pub := must(patterns.NewXPub(in, patterns.SendHWM(5), patterns.NoDrop(true), patterns.XPubVerbose(true)))(t)
		slow := must(patterns.NewSub(in, patterns.Subscribe("a"), patterns.RecvHWM(5)))(t)
		both := must(patterns.NewSub(in, patterns.Subscribe("a"), patterns.Subscribe("b")))(t)
		join(t, wildcard, pub, slow, both)
		for range 3 {
			recv(t, pub)
		}
		large := strings.Repeat("x", 100_000)
		sent := make(chan int)
		go func() { // who reads in time
			n := 0
			for m, err := range both.Messages(testContext(t)) {
				switch {
				case err != nil: // closed
				case m.Len() == 2:
					n++
				default:
					sent <- n
				}
			}
		}()
		n := fillQueue(t, pub, "a", large)
		send(t, pub, "b") // does not concern the one that is full
		if got := <-sent; got != n {
			t.Fatalf("%d messages were taken, and %d came", n, got)
		}
		done := make(chan error, 1)
		go func() { done <- pub.SendBytes(testContext(t), []byte("a"), []byte("waits")) }()
		for range n {
			expect(t, slow, "a", large)
		}
		expect(t, slow, "a", "waits")
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if s := pub.Stats(); s.Dropped != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// A sender that waits for a subscriber goes on when that one does not want the
// message any more, or is gone.
func TestNoDropWaitsForNobody(t *testing.T) {
	for name, leave := range map[string]func(*patterns.Sub) error{
		"unsubscribes": func(sub *patterns.Sub) error { return sub.Unsubscribe("a") },
		"closes":       func(sub *patterns.Sub) error { return sub.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
				ctx, cancel := context.WithCancel(testContext(t))
				defer cancel()
				pub := must(patterns.NewXPub(in, patterns.SendHWM(5), patterns.NoDrop(true), patterns.Linger(0)))(t)
				sub := must(patterns.NewSub(in, patterns.Subscribe("a"), patterns.RecvHWM(5)))(t)
				join(t, wildcard, pub, sub)
				expect(t, pub, subscribed+"a")
				large := []byte(strings.Repeat("x", 100_000))
				fillQueue(t, pub, "a", string(large))
				done := make(chan error, 2)
				for range cap(done) {
					go func() { done <- pub.SendBytes(ctx, []byte("a"), large) }()
				}
				if err := leave(sub); err != nil {
					t.Fatal(err)
				}
				for range cap(done) {
					if err := <-done; err != nil {
						t.Error(err)
					}
				}
				pub.CloseNow() // much is left of what was sent
			})
		})
	}
}

// The same of a PUB, which tells of nothing.
func TestPlainPubQueuesForOneThatIsAway(t *testing.T) {
	in := patterns.InContext(newContext(t))
	sub := must(patterns.NewSub(in, patterns.Subscribe("a")))(t)
	ep := must(sub.Bind("tcp://127.0.0.1:*"))(t).String()
	pub := must(patterns.NewPub(in))(t)
	w := newWatch(t, pub.Monitor(testContext(t)))
	if err := pub.Connect(ep); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the subscription takes effect", func() bool { return pub.Topics() == 1 })
	if err := sub.Close(); err != nil {
		t.Fatal(err)
	}
	w.until(patterns.Disconnected)
	send(t, pub, "a", "while it is away")
	sub = must(patterns.NewSub(in, patterns.Subscribe("a")))(t)
	must(sub.Bind(ep))(t)
	expect(t, sub, "a", "while it is away")
	send(t, pub, "a", "now")
	expect(t, sub, "a", "now")
}

// A publisher that connects keeps the queue of a subscriber that is away:
// "SHALL maintain the queue whether or not the connection is established". What
// it is subscribed to afterwards is what it asks for then.
func TestPubQueuesForOneThatIsAway(t *testing.T) {
	in := patterns.InContext(newContext(t))
	sub := must(patterns.NewXSub(in))(t)
	sub.Subscribe("a")
	ep := must(sub.Bind("tcp://127.0.0.1:*"))(t).String()
	pub := must(patterns.NewXPub(in, patterns.WelcomeMessage([]byte("welcome"))))(t)
	if err := pub.Connect(ep); err != nil {
		t.Fatal(err)
	}
	expect(t, pub, subscribed+"a")
	expect(t, sub, "welcome")
	if err := sub.Close(); err != nil {
		t.Fatal(err)
	}
	expect(t, pub, cancelled+"a")
	send(t, pub, "a", "while it is away")
	send(t, pub, "b", "not for it")

	sub = must(patterns.NewXSub(in))(t)
	must(sub.Bind(ep))(t)
	expect(t, sub, "a", "while it is away")
	expect(t, sub, "welcome") // of the new connection
	sub.Subscribe("b")
	expect(t, pub, subscribed+"b")
	send(t, pub, "a", "not for it")
	send(t, pub, "b", "yes")
	expect(t, sub, "b", "yes")
	if n := pub.Topics(); n != 1 {
		t.Errorf("%d topics", n)
	}
}

// If what a subscriber gets is left to the program, it may end the queue of one
// that is away.
func TestManualPubForgetsOneThatIsAway(t *testing.T) {
	in := patterns.InContext(newContext(t))
	sub := must(patterns.NewXSub(in))(t)
	sub.Subscribe("a")
	ep := must(sub.Bind("tcp://127.0.0.1:*"))(t).String()
	pub := must(patterns.NewXPub(in, patterns.XPubManual(true)))(t)
	if err := pub.Connect(ep); err != nil {
		t.Fatal(err)
	}
	expect(t, pub, subscribed+"a")
	pub.Subscribe("a")
	pub.Subscribe("A")
	sub.Close()
	expect(t, pub, cancelled+"a")
	pub.Unsubscribe("a")
	send(t, pub, "a", "not for it")
	send(t, pub, "A", "for it")

	sub = must(patterns.NewXSub(in))(t)
	must(sub.Bind(ep))(t)
	expect(t, sub, "A", "for it")
}

// A welcome message is dropped, and counted, if a queue is full.
func TestWelcomeFindsNoRoom(t *testing.T) {
	in := patterns.InContext(newContext(t))
	sub := must(patterns.NewXSub(in))(t)
	sub.Subscribe("a")
	ep := must(sub.Bind("tcp://127.0.0.1:*"))(t).String()
	pub := must(patterns.NewXPub(in, patterns.WelcomeMessage([]byte("welcome")), patterns.SendHWM(1)))(t)
	if err := pub.Connect(ep); err != nil {
		t.Fatal(err)
	}
	expect(t, pub, subscribed+"a")
	expect(t, sub, "welcome")
	sub.Close()
	expect(t, pub, cancelled+"a")
	for range 3 {
		send(t, pub, "a", "queued")
	}
	before := pub.Stats().Dropped
	sub = must(patterns.NewXSub(in))(t)
	must(sub.Bind(ep))(t)
	expect(t, sub, "a", "queued")
	if n := pub.Stats().Dropped - before; n != 1 {
		t.Errorf("%d dropped, want the welcome message", n)
	}
}

// An XSUB that floods an XPUB whose user does not receive is not read any more.
// Others are, and nothing of what was taken is lost.
func TestFloodStopsItsSenderOnly(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		pub := must(patterns.NewXPub(in, patterns.RecvHWM(10)))(t)
		flood := must(patterns.NewXSub(in, patterns.SendHWM(10)))(t)
		ep := join(t, wildcard, pub, flood)
		flood.Subscribe("f")
		eventually(t, "the subscription takes effect", func() bool { return pub.Topics() == 1 })
		large := strings.Repeat("x", 20_000)
		for i := range 3000 {
			send(t, flood, "flood", large, fmt.Sprint(i))
		}
		stats := flood.Stats()
		if stats.Dropped == 0 {
			t.Fatalf("%+v: all was taken", stats)
		}
		flood.Subscribe("behind the flood")

		sub := must(patterns.NewSub(in, patterns.Subscribe("s")))(t)
		if err := sub.Connect(ep); err != nil {
			t.Fatal(err)
		}
		eventually(t, "another one's subscription takes effect", func() bool { return pub.Topics() == 2 })
		send(t, pub, "s")
		expect(t, sub, "s")

		expect(t, pub, subscribed+"f")
		last, notes := -1, 0
		for taken := stats.Sent - stats.Dropped; taken > 0 || notes < 2; {
			m := recv(t, pub)
			if len(m) == 1 {
				notes++
				continue
			}
			n := -1
			if fmt.Sscan(m[2], &n); n <= last {
				t.Fatalf("%d after %d", n, last)
			}
			last = n
			taken--
		}
		if n := pub.Topics(); n != 3 {
			t.Errorf("%d topics", n)
		}
	})
}
