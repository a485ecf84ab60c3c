package patterns_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// wildcards are endpoints to bind that no other test uses, one a transport.
func wildcards(t *testing.T) map[string]string {
	return map[string]string{
		"inproc": "inproc://" + t.Name(),
		"ipc":    "ipc://*",
		"tcp":    "tcp://127.0.0.1:*",
	}
}

func newContext(t *testing.T) *patterns.Context {
	c := patterns.NewContext()
	t.Cleanup(func() {
		// Sockets close in any order here, so that some may have a peer no more
		// to hand the rest to. Who tests that nothing is lost closes them itself.
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		err := c.Shutdown(ctx)
		if _, dropped := errors.AsType[*zmq.DroppedError](err); err != nil && !dropped && !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
	return c
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// TestPipeline sends messages of all kinds from several goroutines of two PUSH
// sockets to one PULL.
func TestPipeline(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in))(t)
			ep := must(pull.Bind(wildcard))(t)
			const pushers, goroutines, messages = 2, 3, 500
			var all sync.WaitGroup
			for range pushers {
				push := must(patterns.NewPush(in))(t)
				if err := push.Connect(ep.String()); err != nil {
					t.Fatal(err)
				}
				for range goroutines {
					all.Go(func() {
						for i := range messages {
							body := bytes.Repeat([]byte{byte(i)}, i*i%20000)
							if err := push.SendBytes(ctx, []byte{byte(i)}, nil, body); err != nil {
								t.Error(err)
								return
							}
						}
					})
				}
			}
			var m zmq.Message
			for range pushers * goroutines * messages {
				if err := pull.RecvInto(ctx, &m); err != nil {
					t.Fatal(err)
				}
				if m.Len() != 3 || len(m.Frame(1)) != 0 {
					t.Fatalf("%d frames", m.Len())
				}
				for _, b := range m.Frame(2) {
					if b != m.Frame(0)[0] {
						t.Fatal("frames of different messages")
					}
				}
			}
			all.Wait()
		})
	}
}

// TestBatchGoesRound deals a batch out to three peers, as single messages are.
func TestBatchGoesRound(t *testing.T) {
	in := patterns.InContext(newContext(t))
	push := must(patterns.NewPush(in))(t)
	pulls := make([]*patterns.Pull, 3)
	for i := range pulls {
		pulls[i] = must(patterns.NewPull(in))(t)
		name := fmt.Sprint("inproc://", i)
		if _, err := pulls[i].Bind(name); err != nil {
			t.Fatal(err)
		}
		if err := push.Connect(name); err != nil {
			t.Fatal(err)
		}
	}
	batch := make([]*zmq.Message, 8)
	for i := range batch {
		batch[i] = zmq.NewMessage(fmt.Sprint(i))
	}
	if n, err := push.SendBatch(t.Context(), batch); n != 8 || err != nil {
		t.Fatal(n, err)
	}
	for i, want := range []string{"0 3 6", "1 4 7", "2 5"} {
		n := (len(want) + 1) / 2
		for j := range batch[:n] {
			batch[j].Release()
		}
		if got, err := pulls[i].RecvBatch(testContext(t), batch); got != n || err != nil {
			t.Fatal(got, err)
		}
		got := ""
		for _, m := range batch[:n] {
			got += " " + string(m.Frame(0))
		}
		if got[1:] != want {
			t.Errorf("peer %d has%s, want %s", i, got, want)
		}
		if got := pulls[i].Stats().Received; got != int64(n) {
			t.Errorf("received %d, Stats says %d", n, got)
		}
	}
}

// TestCloseLosesNothing closes the sender before the receiver has read
// anything.
func TestCloseLosesNothing(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in, patterns.RecvHWM(10)))(t)
			push := must(patterns.NewPush(in))(t)
			if err := push.Connect(must(pull.Bind(wildcard))(t).String()); err != nil {
				t.Fatal(err)
			}
			const messages = 1000
			for i := range messages {
				if err := push.SendBytes(ctx, fmt.Append(nil, i)); err != nil {
					t.Fatal(err)
				}
			}
			closed := make(chan error, 1)
			go func() { closed <- push.Close() }()
			for i := range messages {
				m, err := pull.Recv(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if got := string(m.Frame(0)); got != fmt.Sprint(i) {
					t.Fatalf("message %d is %q", i, got)
				}
			}
			if err := <-closed; err != nil {
				t.Error(err)
			}
		})
	}
}

// TestCloseSaysWhatWasDropped sends to nobody.
func TestCloseSaysWhatWasDropped(t *testing.T) {
	push := must(patterns.NewPush(patterns.Linger(10 * time.Millisecond)))(t)
	if err := push.Connect("tcp://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	for range 7 {
		if err := push.SendBytes(t.Context(), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	dropped, ok := errors.AsType[*zmq.DroppedError](push.Close())
	if !ok || dropped.Messages != 7 {
		t.Fatal(dropped)
	}
	if err := push.Close(); !errors.Is(err, zmq.ErrClosed) {
		t.Fatal(err)
	}
}
