package patterns_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// "MAY be connected to at most one PAIR peers" (31/EXPAIR).

func TestPairRefusesASecondPeer(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		s, first := must(patterns.NewPair(in))(t), must(patterns.NewPair(in))(t)
		ep := join(t, wildcard, s, first)
		send(t, first, "hello")
		expect(t, s, "hello")
		if wildcard[:3] == "inp" {
			second := must(patterns.NewPair(in))(t)
			if err := second.Connect(ep); err != nil {
				t.Fatal(err)
			}
			if err := second.TrySend(zmq.NewMessage("let me in")); !errors.Is(err, zmq.ErrAgain) {
				t.Errorf("the second peer sends: %v", err)
			}
		} else {
			dialPeer(t, ep, "PAIR", "").closed()
		}
		send(t, s, "you are the one")
		expect(t, first, "you are the one")
		send(t, first, "good")
		expect(t, s, "good")
	})
}

func TestPairConnectsOnce(t *testing.T) {
	s := must(patterns.NewPair(patterns.InContext(newContext(t)), patterns.Linger(0)))(t)
	if err := s.Connect("tcp://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	for _, ep := range []string{"tcp://127.0.0.1:1", "inproc://other"} {
		if err := s.Connect(ep); !errors.Is(err, zmq.ErrState) {
			t.Errorf("%s: %v", ep, err)
		}
	}
	if err := s.Disconnect("tcp://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Connect("inproc://other"); err != nil {
		t.Errorf("after the first is disconnected: %v", err)
	}
}

// TestPairTakesTheNextPeerAtOnce does not read what the first peer has sent
// before the second one is there. (libzmq refuses newcomers until it is read.)
func TestPairTakesTheNextPeerAtOnce(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		s, first := must(patterns.NewPair(in))(t), must(patterns.NewPair(in))(t)
		ep := join(t, wildcard, s, first)
		for _, m := range []string{"1", "2", "3"} {
			send(t, first, m)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		second := must(patterns.NewPair(in))(t)
		if err := second.Connect(ep); err != nil {
			t.Fatal(err)
		}
		var m zmq.Message
		eventually(t, "the second peer hears", func() bool {
			s.TrySend(zmq.NewMessage("welcome")) // may go to the first, or nowhere
			return second.TryRecv(&m) == nil
		})
		send(t, second, "4")
		for _, want := range []string{"1", "2", "3", "4"} {
			expect(t, s, want)
		}
	})
}

// "SHALL block on sending, or return a suitable error, when it has no available
// peer. SHALL NOT discard messages that it cannot queue" (31/EXPAIR).
func TestPairWaitsForItsPeer(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		s := must(patterns.NewPair(in, patterns.SendHWM(2)))(t)
		peer := must(patterns.NewPair(in, patterns.RecvHWM(2)))(t)
		ep := must(s.Bind(wildcard))(t).String()
		if err := s.TrySend(zmq.NewMessage("x")); !errors.Is(err, zmq.ErrAgain) {
			t.Fatal(err)
		}
		const messages = 1000
		sent := make(chan error, 1)
		go func() {
			for i := range messages {
				if err := s.SendBytes(testContext(t), []byte{byte(i), byte(i >> 8)}); err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		if err := peer.Connect(ep); err != nil {
			t.Fatal(err)
		}
		for i := range messages {
			expect(t, peer, string([]byte{byte(i), byte(i >> 8)}))
		}
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
	})
}

func TestPairHoldsNoMoreThanItsMarks(t *testing.T) {
	in := patterns.InContext(newContext(t))
	a, b := must(patterns.NewPair(in, patterns.SendHWM(2)))(t), must(patterns.NewPair(in, patterns.RecvHWM(3)))(t)
	join(t, "inproc://marks", b, a)
	n := 0
	for a.TrySend(zmq.NewMessage("x")) == nil {
		n++
	}
	if n != 5 {
		t.Errorf("%d messages are queued", n)
	}
	for range n {
		expect(t, b, "x")
	}
}

func TestPairBatches(t *testing.T) {
	in := patterns.InContext(newContext(t))
	a, b := must(patterns.NewPair(in, patterns.SendHWM(10)))(t), must(patterns.NewPair(in, patterns.RecvHWM(10)))(t)
	join(t, "tcp://127.0.0.1:*", a, b)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	sent := make(chan error, 1)
	go func() {
		for left := 1000; left > 0; {
			var batch []*zmq.Message
			for range min(left, 50) {
				batch = append(batch, zmq.NewMessage("x"))
			}
			n, err := a.SendBatch(ctx, batch)
			if err != nil {
				sent <- err
				return
			}
			left -= n
		}
		sent <- nil
	}()
	messages := []*zmq.Message{{}, {}, {}, {}, {}}
	for got := 0; got < 1000; {
		n, err := b.RecvBatch(ctx, messages)
		if err != nil {
			t.Fatal(err)
		}
		got += n
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}
