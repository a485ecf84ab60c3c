package proptest

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
	"github.com/zeroactor/zmq/proptest/sim"
)

// TestWelcomeOverEachConnection: a publisher that has connected greets its
// subscriber over each connection, and not only over the first.
func TestWelcomeOverEachConnection(t *testing.T) {
	onStage(t, Sim(), firstBinds, func(s *stage) {
		pub := need(patterns.NewXPub(s.in, patterns.WelcomeMessage([]byte("hello"))))(s)
		sub := need(patterns.NewSub(s.in, patterns.Subscribe("h")))(s)
		where := s.bind(sub)
		s.ok(pub.Connect(where))
		for range 3 {
			if f := s.recv(sub); len(f) != 1 || f[0] != "hello" {
				s.Fatalf("received %q, want the welcome", f)
			}
			s.ground.Network.Reset(addressOf(where))
		}
	})
}

// TestSettledIsWhatCameToAnEnd: a history has settled when all bytes have come, however many windows they take, each of
// which takes a round trip.
func TestSettledIsWhatCameToAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := sim.New(sim.Config{Latency: 20 * time.Millisecond, Window: 700})
		listener, err := network.Listen(t.Context(), "1", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		conn, err := network.Dial(t.Context(), "1", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		other, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		const size = 1_000_000
		go conn.Write(make([]byte, size))
		var got bytes.Buffer // in virtual time nobody writes to it when all has settled
		go got.ReadFrom(other)
		w := &world{medium: Sim(), ground: &Ground{Network: network}}
		if w.settleVirtual(); got.Len() != size {
			t.Errorf("it has settled, and %d of %d bytes have come", got.Len(), size)
		}
		conn.Close()
		other.Close()
		synctest.Wait()
	})
}

// TestCloseWaitsForWhoWaits: a step that closes a socket is over when nobody waits there any more, so that nobody can
// have got what is sent after it.
func TestCloseWaitsForWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := History{Pattern: "pipeline", Sockets: plain("PUSH", "PULL")}
		p, err := findPattern(h.Pattern)
		ok(t, err)
		ground, err := Inproc().Open(0)
		ok(t, err)
		w := newWorld(Inproc(), ground, p, h, patience)
		defer w.end()
		ok(t, w.open())
		slow := &waiter{give: func(error) {}, over: make(chan struct{}), err: zmq.ErrClosed}
		w.places[1].waiters = []*waiter{slow}
		time.AfterFunc(time.Second, func() { close(slow.over) })
		ok(t, w.step(Step{Do: Close, Who: 1}))
		if len(w.places[1].waiters) > 0 {
			t.Error("somebody still waits at a socket that was closed")
		}
	})
}
