package patterns_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// wantNotice receives a notification of an XPUB.
func wantNotice(t *testing.T, x *patterns.XPub, want string) {
	t.Helper()
	m, err := x.Recv(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if m.Len() != 1 || string(m.Frame(0)) != want {
		t.Fatalf("notice %q, want %q", m.Frame(0), want)
	}
}

func wantMessage(t *testing.T, r interface {
	RecvInto(ctx ctxT, m *zmq.Message) error
}, want ...string) {
	t.Helper()
	var m zmq.Message
	if err := r.RecvInto(testContext(t), &m); err != nil {
		t.Fatal(err)
	}
	if m.Len() != len(want) {
		t.Fatalf("%d frames, want %d", m.Len(), len(want))
	}
	for i := range want {
		if string(m.Frame(i)) != want[i] {
			t.Fatalf("frame %d is %q, want %q", i, m.Frame(i), want[i])
		}
	}
	m.Release()
}

func pubSend(t *testing.T, s interface {
	SendBytes(ctx ctxT, frames ...[]byte) error
}, frames ...string) {
	t.Helper()
	var b [][]byte
	for _, f := range frames {
		b = append(b, []byte(f))
	}
	if err := s.SendBytes(testContext(t), b...); err != nil {
		t.Fatal(err)
	}
}

// TestSubscriptions walks through what a subscriber gets: prefixes of the
// first frame, counted, and notifications of the first and the last.
func TestSubscriptions(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in := patterns.InContext(newContext(t))
			pub := must(patterns.NewXPub(in))(t)
			sub := must(patterns.NewSub(in, patterns.Subscribe("a")))(t)
			if err := sub.Connect(must(pub.Bind(wildcard))(t).String()); err != nil {
				t.Fatal(err)
			}
			wantNotice(t, pub, "\x01a")
			pubSend(t, pub, "b", "not for it")
			pubSend(t, pub, "ab", "1")
			wantMessage(t, sub, "ab", "1")

			sub.Subscribe("a") // counted twice, told once
			sub.Subscribe("b")
			wantNotice(t, pub, "\x01b")
			sub.Unsubscribe("a")
			sub.Unsubscribe("never")
			sub.Unsubscribe("b")
			wantNotice(t, pub, "\x00b")
			pubSend(t, pub, "b", "not any more")
			pubSend(t, pub, "a", "2")
			wantMessage(t, sub, "a", "2")
			sub.Unsubscribe("a")
			wantNotice(t, pub, "\x00a")

			sub.Subscribe("")
			wantNotice(t, pub, "\x01")
			pubSend(t, pub, "", "everything")
			wantMessage(t, sub, "", "everything")
			if err := sub.Close(); err != nil {
				t.Fatal(err)
			}
			wantNotice(t, pub, "\x00") // "the last subscriber is gone"
		})
	}
}

// TestForward puts an XSUB and an XPUB between a PUB and a SUB.
func TestForward(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			xsub := must(patterns.NewXSub(in))(t)
			xpub := must(patterns.NewXPub(in))(t)
			front := must(xsub.Bind(wildcard))(t).String()
			back := wildcard
			if name == "inproc" {
				back += "-back"
			}
			sub := must(patterns.NewSub(in, patterns.Subscribe("x")))(t)
			if err := sub.Connect(must(xpub.Bind(back))(t).String()); err != nil {
				t.Fatal(err)
			}
			pub := must(patterns.NewXPub(in))(t)
			if err := pub.Connect(front); err != nil {
				t.Fatal(err)
			}
			notice, err := xpub.Recv(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if err := xsub.Send(ctx, notice); err != nil {
				t.Fatal(err)
			}
			wantNotice(t, pub, "\x01x")
			pubSend(t, pub, "x", "through")
			m, err := xsub.Recv(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if err := xpub.Send(ctx, m); err != nil {
				t.Fatal(err)
			}
			wantMessage(t, sub, "x", "through")
			pubSend(t, xsub, "user", "message") // upstream
			if m, err := pub.Recv(ctx); err != nil || m.Len() != 2 || string(m.Frame(0)) != "user" {
				t.Fatal(m, err)
			}
		})
	}
}

// TestManySubscriptions makes more subscriptions than any high-water mark, and
// brings the publisher back: none may be lost either time.
func TestManySubscriptions(t *testing.T) {
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
		seen := make(map[string]bool)
		for len(seen) < topics {
			m, err := pub.Recv(testContext(t))
			if err != nil {
				t.Fatal(err, len(seen))
			}
			seen[string(m.Frame(0)[1:])] = true
		}
		pubSend(t, pub, fmt.Sprintf("topic-%06d", topics-1))
		wantMessage(t, sub, fmt.Sprintf("topic-%06d", topics-1))
		if err := pub.Close(); err != nil {
			t.Fatal(err)
		}
		pub = must(patterns.NewXPub(in))(t)
		if _, err := pub.Bind(ep); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPubDrops fills a subscriber's queue: the rest is dropped, and counted, and
// with NoDrop the sender waits.
func TestPubDrops(t *testing.T) {
	in := patterns.InContext(newContext(t))
	sub := must(patterns.NewSub(in, patterns.Subscribe(""), patterns.RecvHWM(10)))(t)
	ep := "inproc://drops"
	must(sub.Bind(ep))(t)
	pub := must(patterns.NewPub(in, patterns.SendHWM(10)))(t)
	keep := must(patterns.NewPub(in, patterns.SendHWM(10), patterns.NoDrop(true)))(t)
	if err := pub.Connect(ep); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		pubSend(t, pub, "x", "y")
	}
	if s := pub.Stats(); s.Sent != 50 || s.Dropped != 30 {
		t.Fatalf("%+v", s)
	}
	for range 20 {
		wantMessage(t, sub, "x", "y")
	}
	pubSend(t, pub, "again", "y")
	wantMessage(t, sub, "again", "y")

	if err := keep.Connect(ep); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		if err := keep.TrySend(zmq.NewMessage("z")); err == nil == (i >= 20) {
			t.Fatal(i, err)
		} else if err != nil && !errors.Is(err, zmq.ErrAgain) {
			t.Fatal(err)
		}
	}
	for range 20 {
		wantMessage(t, sub, "z")
	}
	pubSend(t, keep, "room")
	wantMessage(t, sub, "room")
}

// TestManual leaves subscriptions to the program.
func TestManual(t *testing.T) {
	in := patterns.InContext(newContext(t))
	pub := must(patterns.NewXPub(in, patterns.XPubManual(true), patterns.WelcomeMessage([]byte("hello"))))(t)
	sub := must(patterns.NewSub(in, patterns.Subscribe("a"), patterns.Subscribe("hel")))(t)
	if err := sub.Connect(must(pub.Bind("tcp://127.0.0.1:*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	wantMessage(t, sub, "hello")
	wantNotice(t, pub, "\x01a")
	if err := pub.Subscribe("aa"); err != nil {
		t.Fatal(err)
	}
	wantNotice(t, pub, "\x01hel")
	pubSend(t, pub, "a", "no")
	pubSend(t, pub, "aa", "yes")
	wantMessage(t, sub, "aa", "yes")
	plain := must(patterns.NewXPub(in))(t)
	if err := plain.Subscribe("x"); !errors.Is(err, zmq.ErrState) {
		t.Fatal(err)
	}
}

// TestInvertMatching gives what is not subscribed to.
func TestInvertMatching(t *testing.T) {
	in := patterns.InContext(newContext(t))
	pub := must(patterns.NewXPub(in, patterns.InvertMatching(true)))(t)
	sub := must(patterns.NewSub(in, patterns.InvertMatching(true), patterns.Subscribe("a")))(t)
	if err := sub.Connect(must(pub.Bind("ipc://*"))(t).String()); err != nil {
		t.Fatal(err)
	}
	wantNotice(t, pub, "\x01a")
	pubSend(t, pub, "a", "no")
	pubSend(t, pub, "b", "yes")
	wantMessage(t, sub, "b", "yes")
}

// TestFanOut sends large and small messages to many, and closes them.
func TestFanOut(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in := patterns.InContext(newContext(t))
			pub := must(patterns.NewXPub(in, patterns.XPubVerboser(true)))(t)
			ep := must(pub.Bind(wildcard))(t).String()
			var subs []*patterns.Sub
			for range 20 {
				sub := must(patterns.NewSub(in, patterns.Subscribe("t")))(t)
				if err := sub.Connect(ep); err != nil {
					t.Fatal(err)
				}
				subs = append(subs, sub)
				wantNotice(t, pub, "\x01t")
			}
			large := string(make([]byte, 100_000))
			for range 20 {
				pubSend(t, pub, "t", "small")
				pubSend(t, pub, "t", large, "after")
			}
			for _, sub := range subs {
				for range 20 {
					wantMessage(t, sub, "t", "small")
					wantMessage(t, sub, "t", large, "after")
				}
				if err := sub.Close(); err != nil {
					t.Fatal(err)
				}
				wantNotice(t, pub, "\x00t")
			}
		})
	}
}

func ExampleSub() {
	pub, _ := patterns.NewXPub()
	defer pub.Close()
	sub, _ := patterns.NewSub(patterns.Subscribe("weather"))
	defer sub.Close()
	ep, _ := pub.Bind("tcp://127.0.0.1:*")
	sub.Connect(ep.String())

	ctx := exampleContext()
	pub.Recv(ctx) // the subscription has come
	pub.SendBytes(ctx, []byte("sports"), []byte("1:0"))
	pub.SendBytes(ctx, []byte("weather"), []byte("rain"))
	m, _ := sub.Recv(ctx)
	fmt.Printf("%s: %s\n", m.Frame(0), m.Frame(1))
	// Output: weather: rain
}

type ctxT = context.Context

func exampleContext() context.Context { return context.Background() }
