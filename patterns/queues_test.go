package patterns_test

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/patterns"
)

// What RFCs 28 to 31 say of queues, in the same words of one type after the
// other.

// "SHALL create a queue when initiating an outgoing connection to a peer, and
// SHALL maintain the queue whether or not the connection is established":
// outgoing. What is sent before the first connection, and between two, goes to
// the next one. (Publishers: TestPubQueuesForOneThatIsAway.)
func TestSendQueueOutlivesConnections(t *testing.T) {
	fits := func(k kind) bool { return k.sends() && !k.asks && k.name != "XSUB" }
	eachKind(t, marks{1000, 1000}, fits, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in, patterns.ReconnectInterval(1))
		w := newWatch(t, s.Monitor(testContext(t)))
		ln, ep := listenTCP(t)
		if router, ok := s.(*patterns.Router); ok {
			if err := router.ConnectAs(ep, []byte(k.to)); err != nil {
				t.Fatal(err)
			}
		} else if err := s.Connect(ep); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			k.send(t, s, fmt.Sprint(i))
			if n := s.Stats().Pipes; n != 1 {
				t.Fatalf("%d pipes without a connection", n)
			}
			p := acceptPeer(t, ln, k.peer, peerID)
			if got := p.recv(); len(got) != 1 || got[0] != fmt.Sprint(i) {
				t.Fatalf("%q, want %d", got, i)
			}
			p.conn.Close()
			w.until(patterns.Disconnected)
		}
	})
}

// The same of incoming queues: what was received over a connection that is lost
// is read after it, and before what comes over the next.
func TestRecvQueueOutlivesConnections(t *testing.T) {
	eachKind(t, marks{1000, 1000}, kind.receives, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in, patterns.ReconnectInterval(1))
		ln, ep := listenTCP(t)
		if err := s.Connect(ep); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			p := acceptPeer(t, ln, k.peer, peerID)
			p.send(fmt.Sprint(i))
			p.send(fmt.Sprint(i, " too"))
			p.finish()
		}
		for i := range 3 {
			k.expect(t, s, fmt.Sprint(i))
			k.expect(t, s, fmt.Sprint(i, " too"))
		}
	})
}

// "SHALL create a queue when a peer connects to it. If this peer disconnects,
// the socket SHALL destroy its queue and SHALL discard any messages it
// contains": outgoing. The next peer gets none of them.
func TestSendQueueGoesWithItsPeer(t *testing.T) {
	eachKind(t, marks{10, 10}, kind.sends, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in, patterns.SendBuffer(10_000))
		ep := join(t, "tcp://127.0.0.1:*", s)
		if n := s.Stats().Pipes; n != 0 {
			t.Fatalf("%d pipes without a peer", n)
		}
		p := dialPeer(t, ep, k.peer, peerID)
		k.ready(t, s, p)
		fillQueueOf(t, k, s, p)
		before := s.Stats()
		p.conn.Close()
		eventually(t, "the queue is gone", func() bool { return s.Stats().Pipes == 0 })
		eventually(t, "what was discarded is counted", func() bool { return s.Stats().Dropped > before.Dropped })
		if k.asks && k.receives() {
			expect(t, s.(messageReceiver), cancelled)
		}
		next := dialPeer(t, ep, k.peer, peerID)
		k.ready(t, s, next)
		k.send(t, s, "new")
		if got := next.recv(); got[0] != "new" {
			t.Errorf("the next peer gets %d frames, %.10q", len(got), got)
		}
	})
}

// What was received from a peer is not discarded when it disconnects, as those
// sentences have it, but read: neither libzmq nor anybody who has sent it
// expects otherwise.
func TestReceivedOutlivesItsPeer(t *testing.T) {
	eachKind(t, marks{1000, 1000}, kind.receives, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in)
		p := dialPeer(t, join(t, "tcp://127.0.0.1:*", s), k.peer, peerID)
		for i := range 100 {
			p.send(fmt.Sprint(i))
		}
		p.finish()
		for i := range 100 {
			k.expect(t, s, fmt.Sprint(i))
		}
		// That there is no more has to be seen.
		tryReceiving := s.(interface{ TryRecv(*zmq.Message) error }).TryRecv
		if err := tryReceiving(new(zmq.Message)); !errors.Is(err, zmq.ErrAgain) {
			t.Errorf("there is more: %v", err)
		}
		eventually(t, "the queue is gone", func() bool { return s.Stats().Pipes == 0 })
	})
}

// "SHOULD constrain incoming and outgoing queue sizes to a runtime-configurable
// limit": what a sender has queued, without anybody reading it, is the marks of
// both sides over inproc. The rest waits, or is dropped.
func TestQueuesAreBounded(t *testing.T) {
	const sendHWM, recvHWM, more = 4, 3, 5
	peers := kindsOf(marks{sendHWM, recvHWM})
	eachKind(t, marks{sendHWM, recvHWM}, kind.sends, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in)
		var r kindSocket
		var from kind
		for _, p := range peers {
			if p.name == k.peer {
				from, r = p, p.make(t, in, patterns.Linger(0))
			}
		}
		if k.name == "ROUTER" { // it is to know its peer
			from.from, r = "", must(patterns.NewDealer(in, patterns.RoutingID([]byte(peerID)), patterns.RecvHWM(recvHWM)))(t)
		}
		join(t, "inproc://bounded", s, r)
		if xsub, ok := s.(*patterns.XSub); ok {
			xsub.Unsubscribe("") // its notices would be in the way
			expect(t, r.(messageReceiver), subscribed)
			expect(t, r.(messageReceiver), cancelled)
		}
		if k.asks && k.receives() {
			expect(t, s.(messageReceiver), subscribed)
		}
		held := sendHWM + recvHWM
		if k.name == "XSUB" { // its peer takes as many out of the queue, to keep them with what it has to tell
			held += recvHWM
		}
		taken := 0
		for range held + more {
			err := s.(interface{ TrySend(*zmq.Message) error }).TrySend(k.outgoing("x"))
			switch {
			case err == nil:
				taken++
			case !errors.Is(err, zmq.ErrAgain):
				t.Fatal(err)
			}
		}
		want, dropped := held, int64(0)
		if k.drops() {
			want, dropped = want+more, more
		}
		if st := s.Stats(); taken != want || st.Dropped != dropped {
			t.Errorf("%d taken, %d dropped, want %d and %d", taken, st.Dropped, want, dropped)
		}
		for range held {
			from.expect(t, r, "x")
		}
		if err := r.(interface{ TryRecv(*zmq.Message) error }).TryRecv(new(zmq.Message)); !errors.Is(err, zmq.ErrAgain) {
			t.Errorf("there is more: %v", err)
		}
	})
}

// "SHALL maintain a double queue for each connected peer, allowing outgoing and incoming
// messages to be queued independently", or one for what a type sends only: where one peer reads
// nothing and its queue is full, what that peer sends is received, and another one gets what
// is sent to it. (Types that receive only: TestMessagesAreReceivedInTurn.)
func TestEachPeerHasQueuesOfItsOwn(t *testing.T) {
	eachKind(t, marks{10, 10}, kind.sends, func(t *testing.T, k kind, in patterns.Option) {
		s := k.make(t, in, patterns.SendBuffer(10_000))
		ep := join(t, "tcp://127.0.0.1:*", s)
		p := dialPeer(t, ep, k.peer, peerID)
		k.ready(t, s, p)
		fillQueueOf(t, k, s, p)
		if k.receives() {
			for i := range 5 {
				p.send(fmt.Sprint(i))
				k.expect(t, s, fmt.Sprint(i))
			}
		}
		if k.name == "PAIR" { // has no other peer
			return
		}
		other := k
		if k.to != "" {
			other.to = "another"
		}
		next := dialPeer(t, ep, k.peer, other.to)
		if k.asks {
			next.write(engine.AppendCommand(nil, engine.NameSubscribe, "new"))
			eventually(t, "the subscription takes effect", func() bool { return s.(interface{ Topics() int }).Topics() == 2 })
		}
		if k.name == "XSUB" {
			next.recv() // its subscription
		}
		eventually(t, "there is a pipe", func() bool { return s.Stats().Pipes == 2 })
		if router, ok := s.(*patterns.Router); ok {
			eventually(t, "the peer is known", func() bool { return len(router.Peers()) == 2 })
		}
		for i := range 5 {
			other.send(t, s, fmt.Sprint("new ", i))
			if got := next.recv(); got[0] != fmt.Sprint("new ", i) {
				t.Fatalf("the other peer gets %.20q", got)
			}
		}
	})
}

// fillQueueOf fills the queue of a peer, which does not read.
func fillQueueOf(t *testing.T, k kind, s kindSocket, p *wirePeer) {
	t.Helper()
	// Of a peer that does not read, the queue holds more than the system.
	if err := p.conn.(*net.TCPConn).SetReadBuffer(10_000); err != nil {
		t.Fatal(err)
	}
	old := strings.Repeat("old", 100_000)
	eventually(t, "the queue is full", func() bool {
		err := s.(interface{ TrySend(*zmq.Message) error }).TrySend(k.outgoing(old))
		return errors.Is(err, zmq.ErrAgain) || s.Stats().Dropped > 0
	})
}
