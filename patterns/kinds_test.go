package patterns_test

import (
	"context"
	"io"
	"iter"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/patterns"
)

// A kind is a socket type, for tests of what several have in common.
type kind struct {
	name string
	peer string // type of the peers that it is tested with
	make func(t *testing.T, opts ...patterns.Option) kindSocket
	to   string // routing id that what is sent begins with, if it must
	from string // and what is received
	asks bool   // the peer subscribes before it is sent anything
}

// peerID is the routing id that peers of kinds announce.
const peerID = "peer"

// A kindSocket is any of the sockets. What it cannot do is not in kinds that
// are asked for it.
type kindSocket interface {
	binder
	connecter
	io.Closer
	Stats() patterns.Stats
	Monitor(context.Context) iter.Seq[patterns.Event]
}

// marks are the high-water marks of the sockets of kinds. They are large enough
// not to matter, but for tests of the marks.
type marks struct{ send, recv int }

// kindsOf returns all types, with these marks.
func kindsOf(hwm marks) []kind {
	send, recv := patterns.SendHWM(hwm.send), patterns.RecvHWM(hwm.recv)
	return []kind{
		{name: "PUSH", peer: "PULL", make: func(t *testing.T, o ...patterns.Option) kindSocket {
			return must(patterns.NewPush(append(as[patterns.PushOption](o), send)...))(t)
		}},
		{name: "PULL", peer: "PUSH", make: func(t *testing.T, o ...patterns.Option) kindSocket {
			return must(patterns.NewPull(append(as[patterns.PullOption](o), recv)...))(t)
		}},
		{name: "PAIR", peer: "PAIR", make: func(t *testing.T, o ...patterns.Option) kindSocket {
			return must(patterns.NewPair(append(as[patterns.PairOption](o), send, recv)...))(t)
		}},
		{name: "DEALER", peer: "DEALER", make: func(t *testing.T, o ...patterns.Option) kindSocket {
			return must(patterns.NewDealer(append(as[patterns.DealerOption](o), send, recv)...))(t)
		}},
		{name: "ROUTER", peer: "DEALER", to: peerID, from: peerID, make: func(t *testing.T, o ...patterns.Option) kindSocket {
			return must(patterns.NewRouter(append(as[patterns.RouterOption](o), send, recv)...))(t)
		}},
		{name: "PUB", peer: "SUB", asks: true, make: func(t *testing.T, o ...patterns.Option) kindSocket {
			return must(patterns.NewPub(append(as[patterns.PubOption](o), send)...))(t)
		}},
		{name: "XPUB", peer: "XSUB", asks: true, make: func(t *testing.T, o ...patterns.Option) kindSocket {
			return must(patterns.NewXPub(append(as[patterns.XPubOption](o), send, recv)...))(t)
		}},
		{name: "SUB", peer: "PUB", make: func(t *testing.T, o ...patterns.Option) kindSocket {
			return must(patterns.NewSub(append(as[patterns.SubOption](o), recv, patterns.Subscribe(""))...))(t)
		}},
		{name: "XSUB", peer: "XPUB", make: func(t *testing.T, o ...patterns.Option) kindSocket {
			s := must(patterns.NewXSub(append(as[patterns.XSubOption](o), send, recv)...))(t)
			s.Subscribe("")
			return s
		}},
	}
}

// as turns options that all sockets take into those of one type.
func as[T any](opts []patterns.Option) (typed []T) {
	for _, o := range opts {
		typed = append(typed, any(o).(T))
	}
	return typed
}

// eachKind runs a test for every type of which fits is true.
func eachKind(t *testing.T, hwm marks, fits func(kind) bool, test func(t *testing.T, k kind, in patterns.Option)) {
	for _, k := range kindsOf(hwm) {
		if fits(k) {
			t.Run(k.name, func(t *testing.T) { test(t, k, patterns.InContext(newContext(t))) })
		}
	}
}

func (k kind) sends() bool {
	return k.name != "PULL" && k.name != "SUB"
}

func (k kind) receives() bool {
	return k.name != "PUSH" && k.name != "PUB"
}

// drops reports whether what finds no room is dropped.
func (k kind) drops() bool {
	switch k.name {
	case "PUB", "XPUB", "XSUB", "ROUTER":
		return true
	}
	return false
}

// outgoing is what is sent so that the peer gets a message of one frame.
func (k kind) outgoing(body string) *zmq.Message {
	if k.to != "" {
		return zmq.NewMessage(k.to, body)
	}
	return zmq.NewMessage(body)
}

// send sends a message of one frame.
func (k kind) send(t *testing.T, s kindSocket, body string) {
	t.Helper()
	if err := s.(patterns.Sender).Send(testContext(t), k.outgoing(body)); err != nil {
		t.Fatal(err)
	}
}

// expect receives a message that the peer has sent as one frame.
func (k kind) expect(t *testing.T, s kindSocket, body string) {
	t.Helper()
	frames := recv(t, s.(messageReceiver))
	if k.from != "" {
		frames = frames[1:]
	}
	if len(frames) != 1 || frames[0] != body {
		t.Fatalf("received %.40q, want %.40q", frames, body)
	}
}

// ready makes a peer one that can be sent to, and waits until s has it.
func (k kind) ready(t *testing.T, s kindSocket, p *wirePeer) {
	t.Helper()
	if k.asks {
		p.write(engine.AppendCommand(nil, engine.NameSubscribe, ""))
		eventually(t, "the subscription takes effect", func() bool {
			return s.(interface{ Topics() int }).Topics() == 1
		})
		if k.receives() {
			expect(t, s.(messageReceiver), subscribed)
		}
	}
	if k.name == "XSUB" {
		p.recv() // its subscription
	}
	if k.name == "ROUTER" {
		eventually(t, "the peer is known", func() bool { return len(s.(*patterns.Router).Peers()) == 1 })
	}
	eventually(t, "there is a pipe", func() bool { return s.Stats().Pipes == 1 })
}
