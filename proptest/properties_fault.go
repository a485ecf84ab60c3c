package proptest

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
	"github.com/zeroactor/zmq/proptest/sim"
)

// heap returns the bytes of live objects.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools held
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// checkKeepsQueued loses the connection between a sender and a reader that has
// stopped. Only what was on the wire, or had been read from it, may be lost; that is, if the reader
// does not leave in order: then it drops what comes until its peer knows.
func checkKeepsQueued(t *testing.T, m Medium) {
	if m.Local {
		return // there is no connection to lose
	}
	onStage(t, m, firstBinds, func(s *stage) { // who binds does not keep it
		const messages, size, recv = 400, 16 << 10, 2
		little := 64 << 10 // bytes of the system's buffers
		pull := need(patterns.NewPull(s.in, patterns.RecvHWM(recv), patterns.RecvBuffer(little)))(s)
		push := need(patterns.NewPush(s.in, patterns.SendBuffer(little)))(s)
		where := s.join(pull, push)
		for i := range messages {
			s.send(push, numbered(size)(i)...)
		}
		s.settle()
		network, address := s.ground.Network, addressOf(where)
		if network != nil {
			network.Cut(address)
			network.Reset(address)
		}
		s.ok(pull.CloseNow())
		if network != nil {
			network.Heal(address)
		}
		again := need(patterns.NewPull(s.in))(s)
		s.until("the address is free", func() bool { _, err := again.Bind(where); return err == nil })
		first, last, next := -1, -1, messages
		for m := new(zmq.Message); last < messages; {
			s.until("what comes after what was queued is there", func() bool {
				if again.TryRecv(m) == nil {
					return true
				}
				// One more, as it may be that all has been dropped by who has left.
				if push.TrySend(zmq.NewMessage(numbered(size)(next)...)) == nil {
					next++
				}
				return false
			})
			n := 0
			fmt.Sscan(framesOf(m)[0], &n)
			if first < 0 {
				first = n
			} else if n != last+1 {
				s.Fatalf("message %d comes after %d", n, last)
			}
			last = n
		}
		onWay := 4 * little // each system's buffer, of which Linux makes twice as much
		if s.ground.simulated() != nil {
			onWay = 3 * sim.DefaultWindow
		}
		// And what a reader takes from the connection before it looks.
		if network != nil && first > recv+2+onWay/size {
			s.Errorf("the first %d messages are lost", first)
		}
	})
}

// checkInvisibleProxy puts a proxy between a publisher and a subscriber, and
// between those of a pipeline.
func checkInvisibleProxy(t *testing.T, m Medium) {
	onStages(t, m, func(s *stage) {
		ctx, stop := context.WithCancel(s.ctx)
		ended := make(chan error, 2)
		xsub, xpub := need(patterns.NewXSub(s.in))(s), need(patterns.NewXPub(s.in))(s)
		pull, push := need(patterns.NewPull(s.in))(s), need(patterns.NewPush(s.in))(s)
		go func() { ended <- patterns.Proxy(ctx, xsub, xpub) }()
		go func() { ended <- patterns.Proxy(ctx, pull, push) }()

		pub := need(patterns.NewXPub(s.in))(s)
		sub := need(patterns.NewSub(s.in, patterns.Subscribe("a")))(s)
		s.join(xsub, pub)
		s.join(xpub, sub)
		if note := s.recv(pub); note[0] != "\x01a" {
			s.Fatalf("the publisher is told %q", note)
		}
		first, last := need(patterns.NewPush(s.in))(s), need(patterns.NewPull(s.in))(s)
		s.join(pull, first)
		s.join(push, last)
		const rounds, burst = 40, 10
		for round := range rounds {
			for i := range burst {
				s.send(pub, "a", fmt.Sprint(round*burst+i), "")
				s.send(pub, "b", "not for it")
				s.send(first, fmt.Sprint(round*burst+i), "", "x")
			}
			for i := round * burst; i < (round+1)*burst; i++ {
				if f := s.recv(sub); strings.Join(f, ",") != fmt.Sprintf("a,%d,", i) {
					s.Fatalf("the subscriber gets %q as message %d", f, i)
				}
				if f := s.recv(last); strings.Join(f, ",") != fmt.Sprintf("%d,,x", i) {
					s.Fatalf("the last one gets %q as message %d", f, i)
				}
			}
		}
		s.ok(sub.Unsubscribe("a"))
		if note := s.recv(pub); note[0] != "\x00a" {
			s.Fatalf("the publisher is told %q", note)
		}
		stop()
		<-ended
		<-ended
	})
}

// checkHeartbeat has a peer fall silent without a word, and another one that
// answers at once.
func checkHeartbeat(t *testing.T, m Medium) {
	checkSilent(t, m)
	checkAlive(t, m)
}

// checkAlive has a peer that answers at once, and a timeout that is shorter than
// the time that a receiver, for which the connection was read last, does
// something else.
func checkAlive(t *testing.T, m Medium) {
	if m.Name != sim.Scheme {
		return // its times are too short to be kept, and inproc has no heartbeats
	}
	onStages(t, m, func(s *stage) {
		const interval, timeout = 20 * time.Millisecond, 5 * time.Millisecond
		pull := need(patterns.NewPull(s.in, patterns.HeartbeatInterval(interval), patterns.HeartbeatTimeout(timeout)))(s)
		push := need(patterns.NewPush(s.in))(s)
		s.join(pull, push)
		const messages = 200
		sent := make(chan struct{})
		defer func() { <-sent }()
		go func() {
			defer close(sent)
			for range messages {
				if push.Send(s.ctx, zmq.NewMessage("alive")) != nil {
					return
				}
				time.Sleep(9 * time.Millisecond) // virtual time
			}
		}()
		for range messages {
			s.recv(pull)
			time.Sleep(8 * time.Millisecond) // virtual time as well
		}
		if n := pull.Stats().Pipes; n != 1 {
			s.Errorf("%d peers are left of one that answers", n)
		}
	})
}

// checkSilent is the first half of that. The silent peer is there again in the end.
func checkSilent(t *testing.T, m Medium) {
	onStages(t, m, func(s *stage) {
		network := s.ground.Network
		if network == nil {
			return // nobody falls silent
		}
		interval, timeout := time.Second, 500*time.Millisecond
		if !m.Virtual { // a network that loses packets may keep an answer for long
			interval, timeout = 100*time.Millisecond, time.Second
		}
		pull := need(patterns.NewPull(s.in, patterns.HeartbeatInterval(interval), patterns.HeartbeatTimeout(timeout)))(s)
		push := need(patterns.NewPush(s.in, patterns.HeartbeatInterval(interval), patterns.HeartbeatTimeout(timeout)))(s)
		where := s.join(pull, push)
		s.send(push, "alive")
		s.recv(pull)
		lost := make(chan error, 10)
		events := pull.Monitor(s.ctx)
		go func() {
			for ev := range events {
				if ev.Kind == patterns.Disconnected {
					lost <- ev.Err
				}
			}
		}()
		time.Sleep(5 * interval) // several heartbeats, of a network that may be real
		if len(lost) > 0 {
			s.Fatalf("a peer that answers is given up: %v", <-lost)
		}
		began := time.Now()
		network.Cut(addressOf(where))
		select {
		case <-lost:
		case <-s.ctx.Done():
			s.Fatal("a silent peer is not noticed")
		}
		if took := time.Since(began); took < timeout/2 || m.Virtual && took > interval+timeout+moment { // in real time it is the stage's context that bounds it
			s.Errorf("a silent peer is noticed after %v", took)
		}
		network.Heal(addressOf(where))
		s.until("the peer is there again", func() bool {
			return push.TrySend(zmq.NewMessage("again")) == nil && pull.TryRecv(new(zmq.Message)) == nil
		})
	})
}

// checkHandover has two peers claim the same id.
func checkHandover(t *testing.T, m Medium) {
	for i := range 4 {
		handover, w := i < 2, ways[i%2] // that is, all but early: once is not enough for that
		onStage(t, m, w, func(s *stage) {
			once := patterns.ReconnectInterval(-1) // who is cut off does not come again
			router := need(patterns.NewRouter(s.in, once, patterns.RouterHandover(handover), patterns.RouterMandatory(true)))(s)
			id := patterns.RoutingID([]byte("id"))
			old, young := need(patterns.NewDealer(s.in, id, once))(s), need(patterns.NewDealer(s.in, id, once))(s)
			s.join(router, old)
			s.send(old, "old")
			s.recv(router)
			s.join(router, young)
			winner := old
			if handover {
				winner = young
				s.send(young, "young")
				s.recv(router)
			}
			s.settle()
			s.send(router, "id", "for the winner")
			if f := s.recv(winner); f[0] != "for the winner" {
				s.Errorf("the winner gets %q", f)
			}
		})
	}
}

// checkByteStream sends bytes both ways between two STREAMs.
func checkByteStream(t *testing.T, m Medium) {
	if m.Local {
		return // it has messages, and no bytes
	}
	onStages(t, m, func(s *stage) {
		server, client := need(patterns.NewStream(s.in))(s), need(patterns.NewStream(s.in))(s)
		s.join(server, client)
		there, here := s.recv(server)[0], s.recv(client)[0] // the notifications
		var sent strings.Builder
		for i := range 500 {
			text := fmt.Sprint(i, ";")
			sent.WriteString(text)
			s.send(client, here, text)
			s.send(server, there, text)
		}
		for _, from := range []ctxReceiver{server, client} {
			got := ""
			for len(got) < sent.Len() {
				got += s.recv(from)[1]
			}
			if got != sent.String() {
				s.Errorf("%d bytes came, not as they were sent", len(got))
			}
		}
	})
}

// checkOnePeer has a second PAIR come to one that has a peer.
func checkOnePeer(t *testing.T, m Medium) {
	onStage(t, m, firstBinds, func(s *stage) {
		pair, first, second := need(patterns.NewPair(s.in))(s), need(patterns.NewPair(s.in))(s), need(patterns.NewPair(s.in))(s)
		where := s.join(pair, first)
		s.send(first, "of the first")
		if f := s.recv(pair); f[0] != "of the first" {
			s.Fatalf("received %q", f)
		}
		second.Connect(where) // over inproc it may be told at once
		s.settle()
		s.send(pair, "for the first")
		if f := s.recv(first); f[0] != "for the first" {
			s.Errorf("the first peer gets %q", f)
		}
		s.ok(first.Close())
		if !s.medium.Local { // there it does not try again
			s.until("the second peer has its turn", func() bool {
				second.TrySend(zmq.NewMessage("of the second"))
				s.settle()
				return pair.TryRecv(new(zmq.Message)) == nil
			})
		}
	})
}

// checkWholeMessages resets a connection again and again in the midst of
// messages, with the reader on the side that keeps its queue, and on the other.
func checkWholeMessages(t *testing.T, m Medium) {
	if m.Name == sim.Scheme {
		m.Open = openInPieces
	}
	onStages(t, m, func(s *stage) {
		if s.ground.Network == nil {
			return // no connection can be reset
		}
		push, pull := need(patterns.NewPush(s.in))(s), need(patterns.NewPull(s.in))(s)
		where := s.join(push, pull)
		last, seen := -1, make(map[int]bool)
		const burst = 10
		rounds, length := 60, 40
		if !m.Virtual {
			rounds, length = 15, 4000 // a connection that is made anew takes its time, and a piece is a packet
		}
		late := func() bool { return !m.Virtual && last < 0 && s.ctx.Err() == nil } // on a busy machine nothing may come in so short a time
		for round := 0; round < rounds || late(); round++ {
			for i := range burst {
				n := fmt.Sprint(round*burst + i)
				s.send(push, n, strings.Repeat(n, length), n)
			}
			pause := time.Duration(5+round%20) * time.Millisecond
			time.Sleep(pause * time.Duration(1+round/rounds)) // of a network, which may be real: some of it is on its way then
			s.ground.Network.Reset(addressOf(where))
			s.settle()
			for m := new(zmq.Message); pull.TryRecv(m) == nil; {
				f := framesOf(m)
				n := 0
				fmt.Sscan(f[0], &n)
				if len(f) != 3 || f[0] != f[2] || f[1] != strings.Repeat(f[0], length) || seen[n] {
					s.Fatalf("%d frames, %s, come after message %d", len(f), brief(strings.Join(f, " ")), last)
				}
				// What two connections have brought to the side that was
				// connected to is read in turn.
				if n < last && s.way != secondBinds {
					s.Fatalf("message %d comes after %d", n, last)
				}
				last, seen[n] = n, true
			}
		}
		if last < 0 {
			s.Error("nothing came")
		}
	})
}

// openInPieces is as Sim's, of a network that brings a message in many pieces.
func openInPieces(seed uint64) (*Ground, error) {
	network := sim.New(sim.Config{Seed: seed, Latency: 5 * time.Millisecond, Jitter: 5 * time.Millisecond, MaxPiece: 50, Window: 600})
	g, err := Sim().Open(seed)
	g.Options, g.Network = []patterns.ContextOption{patterns.Transport(network)}, network
	return g, err
}
