package patterns

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/ypipe"
)

// TestQuickSendIsNotForAnswers: who had to wait for a message writes the answer to the connection itself, which only
// the long way sees to; what it sends then has nothing to wait for.
func TestQuickSendIsNotForAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewContext()
		defer c.Close()
		a, b := quickMust(NewDealer(InContext(c))), quickMust(NewDealer(InContext(c)))
		if _, err := b.Bind("inproc://answers"); err != nil {
			t.Fatal(err)
		}
		if err := a.Connect("inproc://answers"); err != nil {
			t.Fatal(err)
		}
		quickly := func() bool {
			a.turn.Lock()
			if a.sendQuick([]byte("answer"), nil) {
				return true
			}
			a.turn.Unlock()
			return false
		}
		for range 3 {
			go a.Recv(t.Context())
			synctest.Wait()
			if err := b.SendBytes(t.Context(), []byte("question")); err != nil {
				t.Fatal(err)
			}
			if synctest.Wait(); quickly() {
				t.Error("the answer is sent quickly")
			}
			if err := a.SendBytes(t.Context(), []byte("answer")); err != nil {
				t.Fatal(err)
			}
			if !quickly() {
				t.Error("what follows the answer is not sent quickly")
			}
		}
	})
}

// TestQuickSendPassesOn: who waits to send hears of it when another could send, as there may be more room.
func TestQuickSendPassesOn(t *testing.T) {
	c := NewContext()
	defer c.Close()
	push, pull := quickMust(NewPush(InContext(c))), quickMust(NewPull(InContext(c)))
	if _, err := pull.Bind("inproc://passes-on"); err != nil {
		t.Fatal(err)
	}
	if err := push.Connect("inproc://passes-on"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		push.turn.Lock()
		w := push.sendq.Join()
		push.turn.Unlock()
		if err := push.SendBytes(t.Context(), []byte("small")); err != nil {
			t.Fatal(err)
		}
		if !w.Woken() {
			t.Error("who waits was not told")
		}
		push.turn.Lock()
		push.sendq.Leave(w)
		push.turn.Unlock()
	}
	if _, err := pull.RecvBatch(t.Context(), []*zmq.Message{{}, {}, {}}); err != nil {
		t.Error(err)
	}
}

// TestFailedReceiveLeavesNothing: a receive that fails leaves the message empty, whichever it is.
func TestFailedReceiveLeavesNothing(t *testing.T) {
	c := NewContext()
	defer c.Close()
	pull := quickMust(NewPull(InContext(c)))
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, receive := range map[string]func(m *zmq.Message) error{
		"RecvInto": func(m *zmq.Message) error { return pull.RecvInto(over, m) },
		"TryRecv":  pull.TryRecv,
		"RecvBatch": func(m *zmq.Message) error {
			_, err := pull.RecvBatch(over, []*zmq.Message{m})
			return err
		},
	} {
		m := zmq.NewMessage("what there was")
		if err := receive(m); !errors.Is(err, zmq.ErrAgain) && !errors.Is(err, context.Canceled) || m.Len() != 0 {
			t.Errorf("%s: %v, and the message has %d frames", name, err, m.Len())
		}
	}
}

// TestReplacedMessageHasItsPeer: a message that takes the place of one of the connection before has its own peer, also where
// both lie in the same chunk.
func TestReplacedMessageHasItsPeer(t *testing.T) {
	p := newPipe(nil, nil)
	p.in = ypipe.NewLog(arena.NewPool(0), 1000, func() {}, func() {})
	var q fairQueue
	q.add(p)
	first, second := new(zmq.Peer), new(zmq.Peer)
	want := []*zmq.Peer{first, first, second, second}
	for i, peer := range want {
		if p.peer != peer {
			p.succeed(peer)
		}
		p.in.Append(0, []byte{byte(i)})
		p.in.EndMessage()
		p.in.Flush()
	}
	var m zmq.Message
	for i, peer := range want {
		if err := q.take(&m); err != nil || m.Frame(0)[0] != byte(i) || m.Peer() != peer {
			t.Errorf("message %d: %v, %v, of the second: %v", i, err, m.Frame(0), m.Peer() == second)
		}
	}
}
