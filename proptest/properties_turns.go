package proptest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// checkFairQueueing has three peers send as much to each type that receives in turn, and
// wants that each has a turn before anyone has the next. What is on its way cannot be told
// from what has come on a real network, where it is only wanted that everything comes.
func checkFairQueueing(t *testing.T, m Medium) {
	onStages(t, m, func(s *stage) {
		push := func() end { return need(patterns.NewPush(s.in))(s) }
		dealer := func() end { return need(patterns.NewDealer(s.in))(s) }
		pub := func() end { return need(patterns.NewPub(s.in))(s) }
		xsub := need(patterns.NewXSub(s.in))(s)
		s.ok(xsub.Subscribe(""))
		s.inTurn("PULL", need(patterns.NewPull(s.in))(s), push)
		s.inTurn("DEALER", need(patterns.NewDealer(s.in))(s), dealer)
		s.inTurn("ROUTER", need(patterns.NewRouter(s.in))(s), dealer)
		s.inTurn("REP", need(patterns.NewRep(s.in))(s), dealer, "")
		s.inTurn("SUB", need(patterns.NewSub(s.in, patterns.Subscribe("")))(s), pub)
		s.inTurn("XSUB", xsub, pub)
	})
}

// inTurn is checkFairQueueing of one socket. Its peers send what begins with the envelope.
func (s *stage) inTurn(name string, to end, peer func() end, envelope ...string) {
	s.Helper()
	const peers, messages = 3, 40
	for i := range peers {
		from := peer()
		s.join(to, from)
		if pub, ok := from.(*patterns.Pub); ok {
			s.until("the subscription takes effect", func() bool { return pub.Topics() == 1 })
		}
		for n := range messages {
			s.send(from.(ctxSender), append(slices.Clone(envelope), fmt.Sprint(i), fmt.Sprint(n))...)
		}
	}
	s.settle()
	var counts [peers]int
	for range peers * messages {
		f := s.recv(to.(ctxReceiver))
		f = f[len(f)-2:] // behind the id that a ROUTER adds
		i := int(f[0][0] - '0')
		if f[1] != fmt.Sprint(counts[i]) {
			s.Fatalf("%s: message %s of peer %d comes after %d", name, f[1], i, counts[i])
		}
		counts[i]++
		if s.medium.Virtual && slices.Max(counts[:])-slices.Min(counts[:]) > 1 {
			s.Fatalf("%s: peers have had %v turns", name, counts)
		}
		if rep, ok := to.(*patterns.Rep); ok {
			s.send(rep, "done")
		}
	}
}

// checkLoadBalancing wants that each of several peers gets as many messages from each type
// that sends in turn.
func checkLoadBalancing(t *testing.T, m Medium) {
	onStages(t, m, func(s *stage) {
		s.balances("PUSH", need(patterns.NewPush(s.in))(s), func() end { return need(patterns.NewPull(s.in))(s) })
		s.balances("DEALER", need(patterns.NewDealer(s.in))(s), func() end { return need(patterns.NewDealer(s.in))(s) })
		s.balances("REQ", need(patterns.NewReq(s.in))(s), func() end { return need(patterns.NewRep(s.in))(s) })
	})
}

// balances is checkLoadBalancing of one socket.
func (s *stage) balances(name string, from end, peer func() end) {
	s.Helper()
	const peers, messages = 3, 30
	var all []end
	for range peers {
		to := peer()
		all = append(all, to)
		s.join(from, to)
	}
	s.until("all are connected", func() bool { return from.Stats().Pipes == peers })
	var shares [peers]int
	take := func() bool {
		i := slices.IndexFunc(all, func(e end) bool { return e.(tryReceiver).TryRecv(new(zmq.Message)) == nil })
		if i < 0 {
			return false
		}
		shares[i]++
		if rep, ok := all[i].(*patterns.Rep); ok {
			s.send(rep, "done")
			s.recv(from.(ctxReceiver))
		}
		return true
	}
	_, asks := from.(*patterns.Req)
	for i := range messages {
		s.send(from.(ctxSender), fmt.Sprint(i))
		if asks {
			s.until("the request is there", take)
		}
	}
	for i := 0; !asks && i < messages; i++ {
		s.until("all messages are there", take)
	}
	s.settle()
	if take() || slices.Max(shares[:]) != messages/peers {
		s.Fatalf("%s: the peers' shares are %v", name, shares)
	}
}
