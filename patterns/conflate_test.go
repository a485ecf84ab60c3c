package patterns_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// numberOf returns the number that is in each frame of a message, which must be
// whole.
func numberOf(t *testing.T, m *zmq.Message) int {
	t.Helper()
	if m.Len() != 3 || !bytes.Equal(m.Frame(0), m.Frame(2)) || len(m.Frame(1)) < 4 ||
		!bytes.Equal(m.Frame(0), m.Frame(1)[:4]) {
		t.Fatalf("message of %d frames is not one that was sent", m.Len())
	}
	return int(binary.BigEndian.Uint32(m.Frame(0)))
}

// sendNumber sends such a message, with pad more bytes.
func sendNumber(t *testing.T, s interface {
	SendBytes(context.Context, ...[]byte) error
}, ctx context.Context, i, pad int) {
	t.Helper()
	n := binary.BigEndian.AppendUint32(nil, uint32(i))
	if err := s.SendBytes(ctx, n, append(n, make([]byte, pad)...), n); err != nil {
		t.Error(err)
	}
}

// TestConflateFlow sends faster than is received, with either side conflating
// and either side bound: what arrives is newer and newer, and the last is the
// last.
func TestConflateFlow(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		for who := 1; who < 4; who++ {
			for _, senderBinds := range []bool{false, true} {
				sends, receives := who&1 != 0, who&2 != 0
				t.Run(fmt.Sprintf("%s/send %v/receive %v/sender binds %v", name, sends, receives, senderBinds), func(t *testing.T) {
					in, ctx := patterns.InContext(newContext(t)), testContext(t)
					hwm := patterns.SendHWM(3)
					push := must(patterns.NewPush(in, hwm, patterns.Conflate(sends)))(t)
					pull := must(patterns.NewPull(in, patterns.RecvHWM(3), patterns.Conflate(receives)))(t)
					if senderBinds {
						ep := must(push.Bind(wildcard))(t)
						if err := pull.Connect(ep.String()); err != nil {
							t.Fatal(err)
						}
					} else if err := push.Connect(must(pull.Bind(wildcard))(t).String()); err != nil {
						t.Fatal(err)
					}
					flow(t, ctx, push, pull)
				})
			}
		}
	}
}

func flow(t *testing.T, ctx context.Context, push *patterns.Push, pull *patterns.Pull) {
	const messages = 500
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() {
		for i := range messages {
			sendNumber(t, push, ctx, i, i*i%30000)
		}
	})
	var m zmq.Message
	for last := -1; last < messages-1; {
		if err := pull.RecvInto(ctx, &m); err != nil {
			t.Error(err)
			return
		}
		i := numberOf(t, &m)
		if i <= last {
			t.Errorf("%d after %d", i, last)
			return
		}
		last = i
	}
	if err := pull.TryRecv(&m); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("after the last: %v", err)
	}
}

// TestConflateUnsent sends to a peer that is not there yet: it gets the last
// message alone.
func TestConflateUnsent(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			c := newContext(t)
			in, ctx := patterns.InContext(c), testContext(t)
			if name == "ipc" {
				wildcard = "ipc://" + t.TempDir() + "/socket" // a directory that stays
			}
			place := must(patterns.NewPull(in))(t)
			ep := must(place.Bind(wildcard))(t).String()
			if err := place.Close(); err != nil {
				t.Fatal(err)
			}
			push := must(patterns.NewPush(in, patterns.Conflate(true), patterns.SendHWM(2),
				patterns.ReconnectInterval(time.Millisecond)))(t)
			if err := push.Connect(ep); err != nil {
				t.Fatal(err)
			}
			for i := range 1000 {
				sendNumber(t, push, ctx, i, 10*i)
			}
			pull := must(patterns.NewPull(in))(t)
			must(pull.Bind(ep))(t)
			if i := numberOf(t, must(pull.Recv(ctx))(t)); i != 999 {
				t.Errorf("received %d", i)
			}
			sendNumber(t, push, ctx, 1000, 0)
			if i := numberOf(t, must(pull.Recv(ctx))(t)); i != 1000 {
				t.Errorf("received %d", i)
			}
		})
	}
}

// TestConflateUnread sends to a peer that does not look: all of it is read from
// the connection, and the last message is there. A batch is conflated too.
func TestConflateUnread(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in, patterns.Conflate(true), patterns.RecvHWM(2)))(t)
			push := must(patterns.NewPush(in, patterns.SendHWM(2)))(t)
			if err := push.Connect(must(pull.Bind(wildcard))(t).String()); err != nil {
				t.Fatal(err)
			}
			for i := range 500 { // more than the system buffers
				sendNumber(t, push, ctx, i, 40000)
			}
			if err := push.Close(); err != nil { // handed over, and so read
				t.Fatal(err)
			}
			var m zmq.Message
			if err := pull.RecvInto(ctx, &m); err != nil {
				t.Fatal(err)
			}
			if i := numberOf(t, &m); i != 499 {
				t.Errorf("received %d", i)
			}
			if err := pull.TryRecv(&m); !errors.Is(err, zmq.ErrAgain) {
				t.Errorf("after the last: %v", err)
			}
		})
	}
}

// TestConflateBatch sends a batch to nobody.
func TestConflateBatch(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	push := must(patterns.NewPush(in, patterns.Conflate(true), patterns.SendHWM(1)))(t)
	if err := push.Connect("inproc://batch"); err != nil {
		t.Fatal(err)
	}
	batch := make([]*zmq.Message, 10)
	for i := range batch {
		batch[i] = new(zmq.Message)
		batch[i].AppendString(fmt.Sprint(i))
	}
	if n, err := push.SendBatch(ctx, batch); n != len(batch) || err != nil {
		t.Fatal(n, err)
	}
	pull := must(patterns.NewPull(in))(t)
	must(pull.Bind("inproc://batch"))(t)
	if m := must(pull.Recv(ctx))(t); string(m.Frame(0)) != "9" {
		t.Errorf("received %q", m.Frame(0))
	}
}

// TestConflateDealers has two sockets that conflate both ways.
func TestConflateDealers(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			a := must(patterns.NewDealer(in, patterns.Conflate(true)))(t)
			b := must(patterns.NewDealer(in, patterns.Conflate(true)))(t)
			if err := b.Connect(must(a.Bind(wildcard))(t).String()); err != nil {
				t.Fatal(err)
			}
			const messages = 500
			var all sync.WaitGroup
			for _, s := range []*patterns.Dealer{a, b} {
				all.Go(func() {
					for i := range messages {
						sendNumber(t, s, ctx, i, 100)
					}
				})
				all.Go(func() {
					for last := -1; last < messages-1; {
						m, err := s.Recv(ctx)
						if err != nil {
							t.Error(err)
							return
						}
						last = numberOf(t, m)
					}
				})
			}
			all.Wait()
		})
	}
}

// TestConflatePublished has a subscriber with several subscriptions, none of
// which is conflated away, and a publisher that conflates.
func TestConflatePublished(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pub := must(patterns.NewPub(in, patterns.Conflate(true), patterns.SendHWM(1)))(t)
			sub := must(patterns.NewSub(in, patterns.Conflate(true)))(t)
			xpub := must(patterns.NewXPub(in))(t)
			for _, topic := range []string{"a", "b", "c", "last"} {
				if err := sub.Subscribe(topic); err != nil {
					t.Fatal(err)
				}
			}
			if err := sub.Connect(must(xpub.Bind(wildcard))(t).String()); err != nil {
				t.Fatal(err)
			}
			for range 4 {
				must(xpub.Recv(ctx))(t)
			}
			if err := sub.Connect(must(pub.Bind(wildcard + suffix(name, "pub")))(t).String()); err != nil {
				t.Fatal(err)
			}
			over := make(chan struct{})
			go func() {
				defer close(over)
				for {
					m, err := sub.Recv(ctx)
					if err != nil || string(m.Frame(0)) == "last" {
						return
					}
				}
			}()
			for received := false; !received; {
				select {
				case <-over:
					received = true
				default: // the subscriptions are on their way
					for _, topic := range []string{"a", "no", "last"} {
						if err := pub.SendBytes(ctx, []byte(topic), []byte("body")); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
			if n := pub.Stats().Dropped; n != 0 {
				t.Errorf("%d dropped", n)
			}
		})
	}
}

// TestConflateClose counts what is left of a thousand messages.
func TestConflateClose(t *testing.T) {
	push := must(patterns.NewPush(patterns.InContext(newContext(t)), patterns.Conflate(true), patterns.Linger(0)))(t)
	if err := push.Connect("tcp://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		sendNumber(t, push, t.Context(), i, 0)
	}
	dropped, ok := errors.AsType[*zmq.DroppedError](push.Close())
	if !ok || dropped.Messages != 1 {
		t.Errorf("dropped: %v", dropped)
	}
}
