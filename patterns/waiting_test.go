package patterns

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
)

// pairOver returns two PAIR sockets that are connected over a transport.
func pairOver(t *testing.T, endpoint string) (a, b *Pair) {
	t.Helper()
	c := NewContext()
	t.Cleanup(func() { c.Close() })
	a, err := NewPair(InContext(c), Linger(0))
	if err != nil {
		t.Fatal(err)
	}
	if b, err = NewPair(InContext(c), Linger(0)); err != nil {
		t.Fatal(err)
	}
	ep, err := a.Bind(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Connect(ep.String()); err != nil {
		t.Fatal(err)
	}
	return a, b
}

// echo answers every message with itself until the socket is closed. It sends
// each answer in pieces, as messages of their own, and then the whole.
func echo(s *Pair, pieces int) {
	var m zmq.Message
	for s.RecvInto(context.Background(), &m) == nil {
		whole := bytes.Clone(m.Frame(0))
		for i := range pieces {
			s.SendBytes(context.Background(), fmt.Appendf(nil, "%s.%d", whole, i))
		}
		s.SendBytes(context.Background(), whole)
	}
}

// TestAnswersStayInOrder: the first message after a wait is written by its
// sender, and those that follow by the connection.
func TestAnswersStayInOrder(t *testing.T) {
	for _, endpoint := range []string{"tcp://127.0.0.1:*", "ipc://*", "inproc://order"} {
		t.Run(endpoint, func(t *testing.T) {
			a, b := pairOver(t, endpoint)
			go echo(b, 5)
			for i := range 200 {
				question := fmt.Sprint(i)
				if err := a.SendBytes(t.Context(), []byte(question)); err != nil {
					t.Fatal(err)
				}
				for k := range 6 {
					want := question
					if k < 5 {
						want = fmt.Sprintf("%s.%d", question, k)
					}
					m, err := a.Recv(t.Context())
					if err != nil || string(m.Frame(0)) != want {
						t.Fatalf("%v, %v, want %s", m, err, want)
					}
				}
			}
		})
	}
}

// TestOtherWaysOfWaiting: after round trips, in which the receiver reads the
// connection itself, a message is seen by those who wait in other ways.
func TestOtherWaysOfWaiting(t *testing.T) {
	a, b := pairOver(t, "tcp://127.0.0.1:*")
	go echo(b, 0)
	ask := func() {
		t.Helper()
		if err := a.SendBytes(t.Context(), []byte("?")); err != nil {
			t.Fatal(err)
		}
	}
	var m zmq.Message
	for range 50 {
		for range 3 {
			ask()
			if err := a.RecvInto(t.Context(), &m); err != nil {
				t.Fatal(err)
			}
		}
		ask()
		for a.TryRecv(&m) != nil {
			time.Sleep(10 * time.Microsecond) // real: the answer comes over tcp
		}
		p := NewPoller()
		if err := p.Add(a, PollIn); err != nil {
			t.Fatal(err)
		}
		ask()
		if _, err := p.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := a.TryRecv(&m); err != nil {
			t.Fatal(err)
		}
		p.Close()
	}
}

// TestSecondPeerWakesWhoReadsTheFirst: a receiver that reads the connection of
// the only peer hears of the second one.
func TestSecondPeerWakesWhoReadsTheFirst(t *testing.T) {
	c := NewContext()
	defer c.Close()
	pull, err := NewPull(InContext(c))
	if err != nil {
		t.Fatal(err)
	}
	ep, err := pull.Bind("tcp://127.0.0.1:*")
	if err != nil {
		t.Fatal(err)
	}
	first, err := NewPush(InContext(c))
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Connect(ep.String()); err != nil {
		t.Fatal(err)
	}
	var m zmq.Message
	for range 3 {
		if err := first.SendBytes(t.Context(), []byte("first")); err != nil {
			t.Fatal(err)
		}
		if err := pull.RecvInto(t.Context(), &m); err != nil {
			t.Fatal(err)
		}
	}
	got := make(chan string, 1)
	go func() {
		m, err := pull.Recv(t.Context())
		if err != nil {
			got <- err.Error()
			return
		}
		got <- string(m.Frame(0))
	}()
	second, err := NewPush(InContext(c))
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Connect(ep.String()); err != nil {
		t.Fatal(err)
	}
	if err := second.SendBytes(t.Context(), []byte("second")); err != nil {
		t.Fatal(err)
	}
	if m := <-got; m != "second" {
		t.Error(m)
	}
}

// TestLargeMessagesToAStuckPeer: a sender is slowed down a little at most, and
// may still fill the pipe up to its high-water mark.
func TestLargeMessagesToAStuckPeer(t *testing.T) {
	c := NewContext()
	defer c.Close()
	pull, err := NewPull(InContext(c), RecvHWM(1))
	if err != nil {
		t.Fatal(err)
	}
	ep, err := pull.Bind("ipc://*")
	if err != nil {
		t.Fatal(err)
	}
	const hwm = 100
	push, err := NewPush(InContext(c), SendHWM(hwm), Linger(0))
	if err != nil {
		t.Fatal(err)
	}
	if err := push.Connect(ep.String()); err != nil {
		t.Fatal(err)
	}
	body := bytes.Repeat([]byte("large"), 20<<10)
	for range hwm {
		if err := push.SendBytes(t.Context(), body); err != nil {
			t.Fatal(err)
		}
	}
	for range hwm {
		m, err := pull.Recv(t.Context())
		if err != nil || !bytes.Equal(m.Frame(0), body) {
			t.Fatal(m.Size(), err)
		}
		m.Release()
	}
}
