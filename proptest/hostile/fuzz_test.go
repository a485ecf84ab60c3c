package hostile

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
	"github.com/zeroactor/zmq/proptest/sim"
	"github.com/zeroactor/zmq/transport"
)

// A target is a socket whose peer sends anything at all behind the handshake.
type target struct {
	peer    string // as what that comes
	address bool   // whether what is received begins with a frame that the socket has made
	octet   bool   // or with an octet
	open    func(t *testing.T, in patterns.Option) (socket, good any)
	talk    func(ctx context.Context, socket, good any, heard func(*zmq.Message)) error
}

const (
	word  = "a good word"
	topic = "a" // that the good peer subscribes to
)

// say has one socket send the good word, and another one receive all, up to that.
func say(ctx context.Context, from, to any, heard func(*zmq.Message)) error {
	if err := from.(sender).SendBytes(ctx, []byte(word)); err != nil {
		return err
	}
	return hear(ctx, to, heard)
}

func hear(ctx context.Context, to any, heard func(*zmq.Message)) error {
	for {
		m, err := to.(receiver).Recv(ctx)
		if err != nil {
			return err
		}
		if string(m.Frame(m.Len()-1)) == word {
			return nil
		}
		heard(m)
	}
}

// answer is say, with an answer, of one that was asked by others as well.
func answer(ctx context.Context, from, to any, heard func(*zmq.Message)) error {
	if err := from.(sender).SendBytes(ctx, []byte(word)); err != nil {
		return err
	}
	for {
		m, err := to.(receiver).Recv(ctx)
		if err != nil {
			return err
		}
		good := string(m.Frame(m.Len()-1)) == word
		if !good {
			heard(m)
		}
		if err := to.(interface {
			Send(context.Context, *zmq.Message) error
		}).Send(ctx, m); err != nil {
			return err
		}
		if good {
			return hear(ctx, from, heard)
		}
	}
}

// publish sends the good word until a subscriber has it: its subscription may be on its
// way.
func publish(ctx context.Context, from, to any, heard func(*zmq.Message)) error {
	for {
		if err := from.(sender).SendBytes(ctx, []byte(word)); err != nil {
			return err
		}
		moment, cancel := context.WithTimeout(ctx, time.Second)
		err := hear(moment, to, heard)
		cancel()
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// targets are of all types that receive. The good peer is the second socket.
func targets() []target {
	some := patterns.Subscribe(topic)
	return []target{
		{"PUSH", false, false, func(t *testing.T, in patterns.Option) (any, any) {
			return must(patterns.NewPull(in))(t), must(patterns.NewPush(in))(t)
		}, func(ctx context.Context, s, good any, heard func(*zmq.Message)) error {
			return say(ctx, good, s, heard)
		}},
		{"DEALER", false, false, func(t *testing.T, in patterns.Option) (any, any) {
			return must(patterns.NewDealer(in))(t), must(patterns.NewDealer(in))(t)
		}, func(ctx context.Context, s, good any, heard func(*zmq.Message)) error {
			return say(ctx, good, s, heard)
		}},
		{"DEALER", true, false, func(t *testing.T, in patterns.Option) (any, any) {
			return must(patterns.NewRouter(in))(t), must(patterns.NewDealer(in))(t)
		}, func(ctx context.Context, s, good any, heard func(*zmq.Message)) error {
			return answer(ctx, good, s, heard)
		}},
		{"DEALER", false, false, func(t *testing.T, in patterns.Option) (any, any) {
			return must(patterns.NewRep(in))(t), must(patterns.NewReq(in))(t)
		}, func(ctx context.Context, s, good any, heard func(*zmq.Message)) error {
			return answer(ctx, good, s, heard)
		}},
		{"REP", false, false, func(t *testing.T, in patterns.Option) (any, any) {
			return must(patterns.NewReq(in))(t), must(patterns.NewRep(in))(t)
		}, func(ctx context.Context, s, good any, heard func(*zmq.Message)) error {
			return answer(ctx, s, good, heard)
		}},
		{"SUB", false, true, func(t *testing.T, in patterns.Option) (any, any) {
			return must(patterns.NewXPub(in))(t), must(patterns.NewSub(in, some))(t)
		}, func(ctx context.Context, s, good any, heard func(*zmq.Message)) error {
			for m := new(zmq.Message); s.(*patterns.XPub).TryRecv(m) == nil; {
				heard(m)
			}
			return publish(ctx, s, good, heard)
		}},
		{"SUB", false, false, func(t *testing.T, in patterns.Option) (any, any) {
			return must(patterns.NewPub(in))(t), must(patterns.NewSub(in, some))(t)
		}, publish},
		{"PUB", false, false, func(t *testing.T, in patterns.Option) (any, any) {
			return must(patterns.NewSub(in, patterns.Subscribe("")))(t), must(patterns.NewPub(in))(t)
		}, func(ctx context.Context, s, good any, heard func(*zmq.Message)) error {
			return publish(ctx, good, s, heard)
		}},
	}
}

// FuzzSockets has a peer of every type of socket send anything at all, in any pieces,
// behind its handshake, and go. What the socket receives of it was sent, and a peer that
// means well is served before and after.
func FuzzSockets(f *testing.F) {
	f.Fuzz(func(t *testing.T, in []byte, kind byte, seed uint64) {
		all := targets()
		of := all[int(kind)%len(all)]
		if len(in) > 4000 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			network := sim.New(sim.Config{Seed: seed, Latency: time.Duration(seed%3) * time.Millisecond, MaxPiece: int(seed >> 8 % 60)})
			c := patterns.NewContext(patterns.Transport(network), patterns.Linger(time.Second))
			defer c.Close() // if the test fails
			s, good := of.open(t, patterns.InContext(c))
			const where = sim.Scheme + "://target"
			must(s.(binder).Bind(where))(t)
			if err := good.(connecter).Connect(where); err != nil {
				t.Fatal(err)
			}
			talk := func() {
				t.Helper()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if err := of.talk(ctx, s, good, func(m *zmq.Message) { of.checkHeard(t, m, in) }); err != nil {
					t.Fatal(err)
				}
			}
			talk()
			of.attack(t, network, in)
			talk()
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
	})
}

// checkHeard holds that what is received was sent.
func (of target) checkHeard(t *testing.T, m *zmq.Message, in []byte) {
	t.Helper()
	for i, f := range m.Frames() {
		known := of.address && i == 0 || bytes.Contains(in, f)
		if of.octet && len(f) > 0 { // a notice, perhaps of what the good peer has subscribed to
			known = known || bytes.Contains(slices.Concat(in, []byte(topic)), f[1:])
		}
		if !known {
			t.Errorf("received %q, which nobody has sent", f)
		}
	}
}

// attack shakes hands, sends what there is, and goes when all of it has had its effect.
func (of target) attack(t *testing.T, dialer transport.Transport, in []byte) {
	t.Helper()
	conn := must(dialer.Dial(t.Context(), "target", nil))(t)
	defer conn.Close()
	go io.Copy(io.Discard, conn)
	go io.WriteString(conn, greeting+ready(of.peer)+string(in))
	time.Sleep(10 * time.Second) // virtual time
	conn.Close()
	time.Sleep(time.Second) // until that is known
	synctest.Wait()
}
