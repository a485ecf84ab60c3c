package patterns_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/patterns"
)

// What 37/ZMTP says of sockets, seen from the other end of the wire.

// command reads a frame, which must be a command, and returns it.
func (p *wirePeer) command() (name, data string) {
	p.t.Helper()
	for {
		flags, body, n, err := engine.ConsumeFrame(p.in, -1)
		switch {
		case err != nil:
			p.t.Fatal(err)
		case n == 0:
			p.fill()
			continue
		}
		c, ok := engine.ConsumeCommand(body)
		if flags != engine.FlagCommand || ok < 0 {
			p.t.Fatalf("frame %#02x %q, want a command", flags, body)
		}
		name, data = string(c.Name), string(c.Data)
		p.in = p.in[n:]
		return name, data
	}
}

func (p *wirePeer) wantCommand(name, data string) {
	p.t.Helper()
	if n, d := p.command(); n != name || d != data {
		p.t.Fatalf("%s %q, want %s %q", n, d, name, data)
	}
}

// "To create a subscription, the SUB or XSUB peer SHALL send a SUBSCRIBE
// command"; "To cancel a subscription, [it] SHALL send a CANCEL command".
// "Subscriptions SHALL be additive and SHALL NOT be idempotent", of which the
// subscriber keeps count: it cancels when the last one is.
// https://rfc.zeromq.org/spec/37/#the-publish-subscribe-pattern
func TestSubscriptionsAreCommands(t *testing.T) {
	in := patterns.InContext(newContext(t))
	for _, k := range kindsOf(marks{1000, 1000}) {
		if k.name != "SUB" && k.name != "XSUB" {
			continue
		}
		s := k.make(t, in).(interface {
			kindSocket
			Subscribe(string) error
			Unsubscribe(string) error
		})
		p := dialPeer(t, join(t, "tcp://127.0.0.1:*", s), "PUB", "")
		p.wantCommand("SUBSCRIBE", "")
		for range 2 {
			if err := s.Subscribe("A\x00"); err != nil {
				t.Fatal(err)
			}
			p.wantCommand("SUBSCRIBE", "A\x00")
		}
		s.Unsubscribe("A\x00") // one of two
		s.Unsubscribe("")
		p.wantCommand("CANCEL", "")
		s.Unsubscribe("A\x00")
		p.wantCommand("CANCEL", "A\x00")
	}
}

// "When using ZMTP, message filtering SHALL happen at the publisher side". "A
// subscription of "A" SHALL match all messages starting with "A". An empty
// subscription SHALL match all messages."
// https://rfc.zeromq.org/spec/37/#the-publish-subscribe-pattern
func TestPublishersFilter(t *testing.T) {
	in := patterns.InContext(newContext(t))
	for _, k := range kindsOf(marks{1000, 1000}) {
		if !k.asks {
			continue
		}
		s := k.make(t, in).(interface {
			kindSocket
			Topics() int
		})
		p := dialPeer(t, join(t, "tcp://127.0.0.1:*", s), "SUB", "")
		topics := func(n int) {
			t.Helper()
			eventually(t, "the subscriptions take effect", func() bool { return s.Topics() == n })
		}
		p.write(engine.AppendCommand(nil, engine.NameSubscribe, "A"))
		topics(1)
		for _, topic := range []string{"B", "A", "", "AA", "BA"} {
			k.send(t, s, topic)
		}
		p.write(engine.AppendCommand(nil, engine.NameSubscribe, ""))
		topics(2)
		k.send(t, s, "B")
		p.write(engine.AppendCommand(nil, engine.NameCancel, ""))
		topics(1)
		k.send(t, s, "B")
		k.send(t, s, "Aend")
		for _, want := range []string{"A", "AA", "B", "Aend"} {
			if got := p.recv(); got[0] != want {
				t.Errorf("%s: received %q, want %q", k.name, got, want)
			}
		}
	}
}

// A peer that subscribes twice and cancels once gets nothing more: "Subscribing
// to "A" and "A" [...] would require two CANCEL commands to undo" is for its
// socket to count, as all subscribers do, libzmq's too, which send one CANCEL
// for any number of SUBSCRIBEs.
// https://rfc.zeromq.org/spec/37/#the-publish-subscribe-pattern
func TestPublishersDoNotCountSubscriptions(t *testing.T) {
	pub := must(patterns.NewXPub(patterns.InContext(newContext(t))))(t)
	p := dialPeer(t, join(t, "tcp://127.0.0.1:*", pub), "SUB", "")
	for range 2 {
		p.write(engine.AppendCommand(nil, engine.NameSubscribe, "A"))
	}
	p.write(engine.AppendCommand(nil, engine.NameCancel, "A"))
	expect(t, pub, subscribed+"A")
	expect(t, pub, cancelled+"A")
	if n := pub.Topics(); n != 0 {
		t.Errorf("%d topics", n)
	}
}

// "The peer SHALL treat an incoming ERROR command as fatal, and act by closing
// the connection, and not re-connecting using the same security credentials."
// https://rfc.zeromq.org/spec/37/#error-handling
func TestRefusedIsNotRetried(t *testing.T) {
	ln, ep := listenTCP(t)
	push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.ReconnectInterval(1)))(t)
	w := newWatch(t, push.Monitor(testContext(t)))
	if err := push.Connect(ep); err != nil {
		t.Fatal(err)
	}
	nc, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	nc.Write(engine.AppendError(nullGreeting, "go away"))
	ev := w.want(patterns.ConnectDelayed, patterns.Connected, patterns.HandshakeFailedAuth)
	if refused, ok := errors.AsType[*zmq.PeerError](ev.Err); !ok || refused.Reason != "go_away" {
		t.Errorf("failed because of %v", ev.Err)
	}
	w.want(patterns.Disconnected)
	wantForgotten(t, push, w, ep)
}

// "The peer SHALL treat an unexpected connection close as a temporary error, and
// SHOULD reconnect", at whatever moment it comes.
// https://rfc.zeromq.org/spec/37/#error-handling
func TestUnexpectedCloseIsRetried(t *testing.T) {
	ln, ep := listenTCP(t)
	push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.ReconnectInterval(1)))(t)
	if err := push.Connect(ep); err != nil {
		t.Fatal(err)
	}
	hello := append(append([]byte{}, nullGreeting...), pullReady...)
	for _, n := range []int{0, 1, 10, 11, len(nullGreeting), len(hello) - 1, len(hello)} {
		nc, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		nc.Write(hello[:n])
		nc.Close()
	}
	p := acceptPeer(t, ln, "PULL", "")
	send(t, push, "still here")
	if got := p.recv(); got[0] != "still here" {
		t.Errorf("received %q", got)
	}
}

// "After a failed heartbeat, the peer SHOULD reconnect as normal".
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
func TestFailedHeartbeatIsRetried(t *testing.T) {
	ln, ep := listenTCP(t)
	push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.ReconnectInterval(1),
		patterns.HeartbeatInterval(20*time.Millisecond)))(t)
	if err := push.Connect(ep); err != nil {
		t.Fatal(err)
	}
	acceptPull(t, ln) // says nothing any more
	acceptPull(t, ln)
}

// "The peer that binds SHALL be the server, and connecting peer SHALL be the
// client": the client "SHALL send a READY command and then wait for a READY
// command in reply", and the server answers what it has looked at.
// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
func TestWhoBindsIsTheServer(t *testing.T) {
	in := patterns.InContext(newContext(t))
	greet := func(conn net.Conn) *wirePeer {
		t.Cleanup(func() { conn.Close() })
		conn.SetDeadline(time.Now().Add(30 * time.Second)) // of a test that hangs
		p := &wirePeer{t: t, conn: conn}
		p.write(nullGreeting)
		for len(p.in) < len(nullGreeting) {
			p.fill()
		}
		p.in = p.in[len(nullGreeting):]
		return p
	}
	pull := must(patterns.NewPull(in))(t)
	ep := must(pull.Bind("tcp://127.0.0.1:*"))(t)
	p := greet(must(net.Dial("tcp", ep.Address))(t))
	p.write([]byte("\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04PULL"))
	if name, _ := p.command(); name != "ERROR" {
		t.Errorf("who binds answers a READY that does not fit by %s", name)
	}

	ln, ep2 := listenTCP(t)
	push := must(patterns.NewPush(in))(t)
	if err := push.Connect(ep2); err != nil {
		t.Fatal(err)
	}
	p = greet(must(ln.Accept())(t))
	if name, _ := p.command(); name != "READY" {
		t.Errorf("who connects begins with %s", name)
	}
}

// What a pattern does not allow is no method of its type: PUB and PUSH "SHALL
// only send messages", SUB and PULL "SHALL only receive messages" (29/PUBSUB,
// 30/PIPELINE), and so on.
func TestTypesHaveTheirMethodsOnly(t *testing.T) {
	type (
		sends      = interface{ TrySend(*zmq.Message) error }
		receives   = interface{ TryRecv(*zmq.Message) error }
		batches    = interface{ sendsBatches }
		subscribes = interface{ Subscribe(string) error }
		addresses  = interface{ Peers() [][]byte }
	)
	for _, c := range []struct {
		s                                               any
		sends, receives, batches, subscribes, addresses bool
	}{
		{new(patterns.Push), true, false, true, false, false},
		{new(patterns.Pull), false, true, false, false, false},
		{new(patterns.Pair), true, true, true, false, false},
		{new(patterns.Pub), true, false, true, false, false},
		{new(patterns.Sub), false, true, false, true, false},
		{new(patterns.XPub), true, true, true, true, false}, // by hand
		{new(patterns.XSub), true, true, true, true, false},
		{new(patterns.Req), true, true, false, false, false}, // one at a time
		{new(patterns.Rep), true, true, false, false, false},
		{new(patterns.Dealer), true, true, true, false, false},
		{new(patterns.Router), true, true, true, false, true},
		{new(patterns.Stream), true, true, true, false, true},
	} {
		if is[sends](c.s) != c.sends || is[receives](c.s) != c.receives || is[batches](c.s) != c.batches ||
			is[subscribes](c.s) != c.subscribes || is[addresses](c.s) != c.addresses {
			t.Errorf("%T: sends %v, receives %v, batches %v, subscribes %v, addresses %v", c.s,
				is[sends](c.s), is[receives](c.s), is[batches](c.s), is[subscribes](c.s), is[addresses](c.s))
		}
	}
}

type sendsBatches interface {
	SendBatch(context.Context, []*zmq.Message) (int, error)
}

// A message tells which peer it came from, over all transports.
func TestMessagesTellTheirPeer(t *testing.T) {
	overAll(t, func(t *testing.T, in patterns.Option, wildcard string) {
		router := must(patterns.NewRouter(in))(t)
		dealer := must(patterns.NewDealer(in, patterns.RoutingID([]byte("me")), patterns.Metadata("X-a", "b")))(t)
		join(t, wildcard, router, dealer)
		send(t, dealer, "x")
		m := must(router.Recv(testContext(t)))(t)
		p := m.Peer()
		if p == nil || p.SocketType != "DEALER" || string(p.RoutingID) != "me" || p.Version != [2]int{3, 1} {
			t.Fatalf("%+v", p)
		}
		inproc := strings.HasPrefix(wildcard, "inproc:")
		if _, told := p.Property("x-A"); told == inproc {
			t.Errorf("property told: %v", told)
		}
		// A UNIX socket that connects has no name, as a rule.
		if named := p.Address != ""; inproc && named || strings.HasPrefix(wildcard, "tcp:") && !named {
			t.Errorf("address %q", p.Address)
		}
	})
}
