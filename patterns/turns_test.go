package patterns_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// "SHALL receive incoming messages from its peers using a fair-queuing
// strategy": of each round that all have something for, everybody gets one
// message through. (REQ has one peer at a time, REP: TestRepReceivesInTurn. What
// an XPUB tells is in order of its arrival: TestFloodStopsItsSenderOnly.)
func TestMessagesAreReceivedInTurn(t *testing.T) {
	const peers, messages = 3, 20
	fits := func(k kind) bool { return k.receives() && k.name != "PAIR" && k.name != "XPUB" }
	eachKind(t, marks{1000, 1000}, fits, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in)
		ep := join(t, "tcp://127.0.0.1:*", s)
		for i := range peers {
			p := dialPeer(t, ep, k.peer, fmt.Sprint(peerID, i))
			for range messages {
				p.send(fmt.Sprint(i))
			}
			p.finish() // when all are in the queue
		}
		var count [peers]int
		for n := range peers * messages {
			frames := recv(t, s.(messageReceiver))
			count[frames[len(frames)-1][0]-'0']++
			if most := n/peers + 1; slices.Max(count[:]) > most || slices.Min(count[:]) < most-1 {
				t.Fatalf("%v after %d messages", count, n+1)
			}
		}
	})
}

// pushes are the two types that send in turn to whoever has room.
func pushes(k kind) bool { return k.name == "PUSH" || k.name == "DEALER" }

// "SHALL route outgoing messages to available peers using a round-robin
// strategy" (28/REQREP, DEALER; 30/PIPELINE, PUSH).
func TestMessagesAreSentInTurn(t *testing.T) {
	const peers, rounds = 3, 10
	eachKind(t, marks{1000, 1000}, pushes, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in)
		var all []*wirePeer
		for range peers {
			all = append(all, dialPeer(t, join(t, "tcp://127.0.0.1:*", s), k.peer, ""))
		}
		eventually(t, "all are there", func() bool { return s.Stats().Pipes == peers })
		for i := range peers * rounds {
			k.send(t, s, fmt.Sprint(i))
		}
		first := make([]int, peers)
		for i, p := range all {
			fmt.Sscan(p.recv()[0], &first[i])
			for round := 1; round < rounds; round++ {
				if got := p.recv()[0]; got != fmt.Sprint(first[i]+peers*round) {
					t.Fatalf("peer %d gets %s after %d, in round %d", i, got, first[i], round)
				}
			}
		}
		if slices.Sort(first); !slices.Equal(first, []int{0, 1, 2}) {
			t.Errorf("the first round is %v", first)
		}
	})
}

// "SHALL consider a peer as available only when it has a outgoing queue that is
// not full": the others get all the messages (28/REQREP, DEALER; 30/PIPELINE,
// PUSH).
func TestFullPeersArePassedOver(t *testing.T) {
	const hwm = 3
	eachKind(t, marks{hwm, hwm}, pushes, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in)
		var full, reads kindSocket
		var from kind
		for _, p := range kindsOf(marks{hwm, hwm}) {
			if p.name == k.peer {
				from, full, reads = p, p.make(t, in), p.make(t, in)
			}
		}
		join(t, "inproc://full", s, full, reads)
		var last string
		for i := range 4 * hwm { // both queues
			last = fmt.Sprint(i)
			k.send(t, s, last)
		}
		for i := 1; i < 4*hwm; i += 2 {
			from.expect(t, reads, fmt.Sprint(i))
		}
		for i := range 100 {
			k.send(t, s, fmt.Sprint("more ", i))
			from.expect(t, reads, fmt.Sprint("more ", i))
		}
		for i := 0; i < 4*hwm; i += 2 {
			from.expect(t, full, fmt.Sprint(i))
		}
		k.send(t, s, "a")
		k.send(t, s, "b")
		got := []string{recv(t, full.(messageReceiver))[0], recv(t, reads.(messageReceiver))[0]}
		if slices.Sort(got); !slices.Equal(got, []string{"a", "b"}) { // it is available again
			t.Errorf("received %q", got)
		}
	})
}

// "SHALL block on sending, or return a suitable error, when it has no available
// peers. SHALL not accept further messages when it has no available peers"
// (28/REQREP, REQ and DEALER; 30/PIPELINE, PUSH; 31/EXPAIR).
func TestNothingIsTakenForNobody(t *testing.T) {
	in := patterns.InContext(newContext(t))
	req := must(patterns.NewReq(in))(t)
	check := func(s any) {
		t.Helper()
		m := zmq.NewMessage("x")
		if err := s.(interface{ TrySend(*zmq.Message) error }).TrySend(m); !errors.Is(err, zmq.ErrAgain) || m.Len() != 1 {
			t.Errorf("%T: %v, %d frames", s, err, m.Len())
		}
	}
	check(req)
	for _, k := range kindsOf(marks{1000, 1000}) {
		if k.sends() && !k.drops() {
			check(k.make(t, in))
		}
	}
}

// pairsOf are types that talk, and can pass any message as it is.
func pairsOf(t *testing.T, in patterns.Option) map[string][2]any {
	pairs := make(map[string][2]any)
	byName := make(map[string]kind)
	for _, k := range kindsOf(marks{1000, 1000}) {
		byName[k.name] = k
	}
	for _, names := range [][2]string{
		{"PUSH", "PULL"}, {"PAIR", "PAIR"}, {"DEALER", "DEALER"}, {"PUB", "SUB"}, {"XPUB", "XSUB"}, {"PUB", "XSUB"}, {"XPUB", "SUB"},
	} {
		pairs[names[0]+"-"+names[1]] = [2]any{byName[names[0]].make(t, in), byName[names[1]].make(t, in)}
	}
	pairs["XSUB-XPUB"] = [2]any{must(patterns.NewXSub(in))(t), must(patterns.NewXPub(in))(t)}
	return pairs
}

// "SHALL not filter or modify outgoing or incoming messages in any way"
// (28/REQREP, REP and DEALER; 29/PUBSUB; 30/PIPELINE; 31/EXPAIR). REQ, REP and
// ROUTER, which add and take envelopes: TestReqAndRepExchange,
// TestDealerAndRouterExchange.
func TestMessagesPassUnchanged(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		n := 0
		for name, pair := range pairsOf(t, in) {
			n++
			join(t, another(wildcard, n), pair[1].(binder), pair[0].(connecter))
			from, to := pair[0].(bytesSender), pair[1].(messageReceiver)
			publisher, publishes := from.(interface{ Topics() int })
			switch {
			case name == "XSUB-XPUB":
				eventually(t, "there is a publisher", func() bool { return pair[0].(kindSocket).Stats().Pipes == 1 })
			case publishes:
				eventually(t, "the subscription takes effect", func() bool { return publisher.Topics() == 1 })
			}
			for range 100 {
				frames := randomFrames(rng)
				send(t, from, frames...)
				if got := recv(t, to); !slices.Equal(got, frames) {
					t.Fatalf("%s: sent %.50q, received %.50q", name, frames, got)
				}
			}
		}
	})
}

// randomFrames returns up to six frames of any bytes and all sizes, of which the
// first bytes are no subscription's.
func randomFrames(rng *rand.Rand) []string {
	frames := make([]string, 1+rng.IntN(6))
	for i := range frames {
		size := []int{0, 1, 2, 254, 255, 256, 8191, 8192, 8193, 20000}[rng.IntN(10)]
		b := make([]byte, size)
		for j := range b {
			b[j] = byte(rng.Uint32())
		}
		if size > 0 {
			b[0] |= 2
		}
		frames[i] = string(b)
	}
	return frames
}
