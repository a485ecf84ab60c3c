package patterns

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
)

// A blocked is a call that waits for something that does not come.
type blocked struct {
	name string
	sock *socket
	call func(context.Context) error
}

// blockedCalls makes sockets on which all calls of the family that may wait do.
func blockedCalls(t *testing.T, in Option) (calls []blocked) {
	add := func(name string, s *socket, call func(context.Context) error) {
		calls = append(calls, blocked{s.typ + " " + name, s, call})
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	body := []byte("x")

	pair, err := NewPair(in)
	check(err)
	add("Send", &pair.socket, func(ctx context.Context) error { return pair.SendBytes(ctx, body) })
	add("Recv", &pair.socket, func(ctx context.Context) error { _, err := pair.Recv(ctx); return err })

	dealer, err := NewDealer(in)
	check(err)
	add("Send", &dealer.socket, func(ctx context.Context) error { return dealer.SendBytes(ctx, body) })
	add("Recv", &dealer.socket, func(ctx context.Context) error { _, err := dealer.Recv(ctx); return err })

	router, err := NewRouter(in, RouterMandatory(true), SendHWM(1), Linger(0))
	check(err)
	check(router.ConnectAs("tcp://127.0.0.1:1", []byte("nobody")))
	check(router.SendBytes(t.Context(), []byte("nobody"), body))
	add("Send", &router.socket, func(ctx context.Context) error { return router.SendBytes(ctx, []byte("nobody"), body) })
	add("SendTo", &router.socket, func(ctx context.Context) error {
		return router.SendTo(ctx, []byte("nobody"), zmq.NewMessage("x"))
	})
	add("Recv", &router.socket, func(ctx context.Context) error { _, err := router.Recv(ctx); return err })

	stream, err := NewStream(in, SendHWM(1), Linger(0))
	check(err)
	check(stream.ConnectAs("tcp://127.0.0.1:1", []byte("nobody")))
	check(stream.SendBytes(t.Context(), []byte("nobody"), body))
	add("Send", &stream.socket, func(ctx context.Context) error { return stream.SendBytes(ctx, []byte("nobody"), body) })
	add("Recv", &stream.socket, func(ctx context.Context) error { _, err := stream.Recv(ctx); return err })

	rep, err := NewRep(in)
	check(err)
	add("Recv", &rep.socket, func(ctx context.Context) error { _, err := rep.Recv(ctx); return err })
	add("Requests", &rep.socket, func(ctx context.Context) (err error) {
		for _, err = range rep.Requests(ctx) {
		}
		return err
	})

	alone, err := NewReq(in)
	check(err)
	add("Send", &alone.socket, func(ctx context.Context) error { return alone.SendBytes(ctx, body) })
	add("Do", &alone.socket, func(ctx context.Context) error { _, err := alone.Do(ctx, zmq.NewMessage("x")); return err })

	for _, correlate := range []bool{false, true} {
		asked, err := NewReq(in, ReqCorrelate(correlate), Linger(0))
		check(err)
		check(asked.Connect("tcp://127.0.0.1:1"))
		add("Do", &asked.socket, func(ctx context.Context) error { _, err := asked.Do(ctx, zmq.NewMessage("x")); return err })

		waits, err := NewReq(in, ReqCorrelate(correlate), Linger(0))
		check(err)
		check(waits.Connect("inproc://nobody"))
		check(waits.SendBytes(t.Context(), body))
		add("Recv", &waits.socket, func(ctx context.Context) error { _, err := waits.Recv(ctx); return err })
	}
	return calls
}

// waits waits until a goroutine waits in the socket.
func (b *blocked) waits(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		b.sock.turn.Lock()
		waits := !b.sock.sendq.Empty() || !b.sock.recvq.Empty()
		b.sock.turn.Unlock()
		if waits {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not wait", b.name)
		}
		// Real time: nothing tells that a goroutine has begun to wait.
		time.Sleep(time.Millisecond)
	}
}

func TestBlockedReqRepCallsEndWithTheirContext(t *testing.T) {
	c := NewContext()
	defer c.Close()
	enough := errors.New("enough")
	for _, b := range blockedCalls(t, InContext(c)) {
		for range 2 { // it can be done again
			ctx, cancel := context.WithCancelCause(t.Context())
			failed := make(chan error)
			go func() { failed <- b.call(ctx) }()
			b.waits(t)
			cancel(enough)
			err := <-failed
			if _, ok := errors.AsType[*zmq.OpError](err); !ok || !errors.Is(err, enough) {
				t.Errorf("%s: %v", b.name, err)
			}
		}
	}
}

func TestBlockedReqRepCallsEndWithTheirSocket(t *testing.T) {
	c := NewContext()
	defer c.Close()
	for i := range blockedCalls(t, InContext(c)) {
		b := blockedCalls(t, InContext(c))[i] // each on a socket of its own
		failed := make(chan error)
		go func() { failed <- b.call(t.Context()) }()
		b.waits(t)
		b.sock.CloseNow()
		if err := <-failed; !errors.Is(err, zmq.ErrClosed) {
			t.Errorf("%s: %v", b.name, err)
		}
	}
}

// TestDoWaitsForItsTurn cancels a Do that waits for another one, and closes the
// socket under such.
func TestDoWaitsForItsTurn(t *testing.T) {
	c := NewContext()
	defer c.Close()
	req, err := NewReq(InContext(c))
	if err != nil {
		t.Fatal(err)
	}
	first := blocked{"first Do", &req.socket, func(ctx context.Context) error {
		_, err := req.Do(ctx, zmq.NewMessage("x"))
		return err
	}}
	failed := make(chan error)
	go func() { failed <- first.call(t.Context()) }()
	first.waits(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := first.call(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("second Do: %v", err)
	}
	for range 5 {
		go func() { failed <- first.call(t.Context()) }()
	}
	req.Close()
	for range 6 {
		if err := <-failed; !errors.Is(err, zmq.ErrClosed) {
			t.Error(err)
		}
	}
}
