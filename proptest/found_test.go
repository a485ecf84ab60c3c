package proptest

import (
	"testing"

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
			for _, l := range s.ground.Network.Links(where[len(sim.Scheme+"://"):]) {
				l.Reset()
			}
		}
	})
}
