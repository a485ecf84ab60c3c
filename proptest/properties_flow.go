package proptest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/invariant"
	"github.com/zeroactor/zmq/patterns"
)

// checkExactHWM fills the pipe of each type that waits, and then reads all.
func checkExactHWM(t *testing.T, m Medium) {
	const send, recv = 5, 3
	const little = 64 << 10 // bytes of the system's buffers
	size := little
	if m.Virtual {
		size = 4000
	}
	onStages(t, m, func(s *stage) {
		out, in := patterns.SendBuffer(little), patterns.RecvBuffer(little)
		router := need(patterns.NewRouter(s.in, patterns.SendHWM(send), out, patterns.RouterMandatory(true)))(s)
		known := need(patterns.NewDealer(s.in, patterns.RecvHWM(recv), in, patterns.RoutingID([]byte("d"))))(s)
		push, pull := need(patterns.NewPush(s.in, patterns.SendHWM(send), out))(s), need(patterns.NewPull(s.in, patterns.RecvHWM(recv), in))(s)
		pair, mate := need(patterns.NewPair(s.in, patterns.SendHWM(send), out))(s), need(patterns.NewPair(s.in, patterns.RecvHWM(recv), in))(s)
		dealer, other := need(patterns.NewDealer(s.in, patterns.SendHWM(send), out))(s), need(patterns.NewDealer(s.in, patterns.RecvHWM(recv), in))(s)
		addressed := func(i int) []string { return append([]string{"d"}, numbered(size)(i)...) }
		for _, c := range []struct {
			name   string
			from   end
			to     end
			frames func(i int) []string
		}{
			{"PUSH", push, pull, numbered(size)},
			{"PAIR", pair, mate, numbered(size)},
			{"DEALER", dealer, other, numbered(size)},
			{"ROUTER", router, known, addressed},
		} {
			s.join(c.from, c.to)
			s.until(c.name+" is connected", func() bool { return c.from.Stats().Pipes > 0 })
			if c.from == end(router) { // it is, when the other end's id is known
				s.send(known, "here")
				s.recv(router)
			}
			s.full(c.name, c.from.(trySender), c.to.(ctxReceiver), send, recv, c.frames)
		}
	})
}

// full fills a pipe, and reads it.
func (s *stage) full(name string, from trySender, to ctxReceiver, send, recv int, frames func(i int) []string) {
	s.Helper()
	const most = 10_000
	n := 0
	for again := true; again; s.settle() {
		more := s.fill(from, most-n, func(i int) []string { return frames(n + i) })
		n += more
		again = more > 0 && n < most
	}
	if n == most || n < send {
		s.Errorf("%s takes %d messages, its mark is %d", name, n, send)
	}
	if s.medium.Local && n != send+recv {
		s.Errorf("%s takes %d messages, not %d and %d", name, n, send, recv)
	}
	for i := range n {
		if f := s.recv(to); f[0] != fmt.Sprint(i) {
			s.Fatalf("%s: message %s comes in place of %d", name, f[0], i)
		}
	}
	s.until(name+" takes a message again", func() bool { return from.TrySend(zmq.NewMessage(frames(n)...)) == nil })
}

// checkCancellation has calls wait that nothing but their context can end.
func checkCancellation(t *testing.T, m Medium) {
	onStage(t, m, firstBinds, func(s *stage) {
		cause := errors.New("a cause")
		push, pull := need(patterns.NewPush(s.in))(s), need(patterns.NewPull(s.in))(s)
		req := need(patterns.NewReq(s.in))(s)
		s.bind(push)
		s.bind(req)
		message := zmq.NewMessage("stays")
		for name, call := range map[string]func(context.Context) error{
			"Send": func(ctx context.Context) error { return push.Send(ctx, message) },
			"Recv": func(ctx context.Context) error { _, err := pull.Recv(ctx); return err },
			"Do":   func(ctx context.Context) error { _, err := req.Do(ctx, message); return err },
		} {
			ctx, cancel := context.WithCancelCause(s.ctx)
			result := make(chan error, 1)
			go func() { result <- call(ctx) }()
			s.settle()
			select {
			case err := <-result:
				s.Fatalf("%s does not wait: %v", name, err)
			default:
			}
			cancel(cause)
			if err := <-result; !errors.Is(err, cause) {
				s.Errorf("%s: %v, want the context's cause", name, err)
			}
		}
		if message.Len() != 1 {
			s.Error("a send that failed took the message")
		}
	})
}

// checkSlowReader closes a socket whose peer reads one message now and then.
func checkSlowReader(t *testing.T, m Medium) {
	onStages(t, m, func(s *stage) {
		const messages = 300
		pull := need(patterns.NewPull(s.in, patterns.RecvHWM(1)))(s)
		push := need(patterns.NewPush(s.in))(s)
		s.join(pull, push)
		for i := range messages {
			s.send(push, numbered(500)(i)...)
		}
		closed := make(chan error, 1)
		go func() { closed <- push.Close() }()
		for i := range messages {
			if f := s.recv(pull); f[0] != fmt.Sprint(i) {
				s.Fatalf("message %s comes in place of %d", f[0], i)
			}
			if i%50 == 0 {
				s.settle()
			}
		}
		s.ok(<-closed)
	})
}

// checkLastValue sends to a socket that keeps only the newest.
func checkLastValue(t *testing.T, m Medium) {
	onStages(t, m, func(s *stage) {
		const messages = 100
		pull := need(patterns.NewPull(s.in, patterns.Conflate(true)))(s)
		push := need(patterns.NewPush(s.in))(s)
		s.join(pull, push)
		for i := range messages {
			s.send(push, fmt.Sprint(i), "whole")
		}
		s.settle()
		last, got := -1, 0
		for last != messages-1 {
			f := s.recv(pull)
			n := 0
			fmt.Sscan(f[0], &n)
			if len(f) != 2 || n <= last {
				s.Fatalf("%q comes after %d", f, last)
			}
			last, got = n, got+1
		}
		if m.Virtual && got != 1 {
			s.Errorf("%d messages were kept", got)
		}
	})
}

// checkBaseline plays histories of each pattern, and wants their memory back.
func checkBaseline(t *testing.T, m Medium) {
	play := func(runs int) uint64 {
		for seed := range int64(runs) {
			for _, p := range m.Patterns() {
				h := Generate(p, seed)
				if err := Play(t, m, h); err != nil {
					t.Fatal(err)
				}
			}
		}
		return heap()
	}
	few := 2
	if invariant.Enabled { // as under the race detector, where all takes ten times as long
		few = 1
	}
	play(few)
	before := play(few)
	after := play(3 * few)
	const slack = 4 << 20 // of the runtime's own, and what the pool of a context keeps until it is collected
	if after > before+slack {
		t.Errorf("%d bytes after some histories, %d after three times as many", before, after)
	}
}

// moment is as long as something in virtual time may be late for.
const moment = 50 * time.Millisecond
