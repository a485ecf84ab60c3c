package patterns_test

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// TestSendersFarAhead sends more than the system takes, from several goroutines, to a peer that
// pauses: who is far ahead writes itself, and all that was sent before the socket is closed arrives, in
// the order of each sender.
func TestSendersFarAhead(t *testing.T) {
	const senders, each, size = 3, 5000, 1 << 10
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in))(t)
			push := must(patterns.NewPush(in))(t)
			if err := push.Connect(must(pull.Bind(wildcard))(t).String()); err != nil {
				t.Fatal(err)
			}
			var sending sync.WaitGroup
			for s := range senders {
				sending.Go(func() {
					b := make([]byte, size)
					for i := range each {
						binary.BigEndian.PutUint64(b, uint64(s))
						binary.BigEndian.PutUint64(b[8:], uint64(i))
						if err := push.SendBytes(ctx, b); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			go func() {
				sending.Wait()
				push.Close()
			}()
			var m zmq.Message
			var next [senders]uint64
			for i := range senders * each {
				if i%2000 == 0 {
					time.Sleep(5 * time.Millisecond) // longer than a sender waits
				}
				if err := pull.RecvInto(ctx, &m); err != nil {
					t.Fatalf("after %d messages: %v", i, err)
				}
				b := m.Frame(0)
				s := binary.BigEndian.Uint64(b)
				if n := binary.BigEndian.Uint64(b[8:]); len(b) != size || n != next[s] {
					t.Fatalf("message %d of sender %d has %d bytes, want %d of %d", n, s, len(b), next[s], size)
				}
				next[s]++
			}
		})
	}
}

// TestFarAheadOfWhoTakesNothing: a peer that does not receive does not keep a sender longer than its context
// says, and nobody who asks not to wait.
func TestFarAheadOfWhoTakesNothing(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in := patterns.InContext(newContext(t))
			pull := must(patterns.NewPull(in, patterns.RecvHWM(1)))(t)
			push := must(patterns.NewPush(in, patterns.Linger(0)))(t)
			if err := push.Connect(must(pull.Bind(wildcard))(t).String()); err != nil {
				t.Fatal(err)
			}
			body := make([]byte, 1<<10)
			ctx, cancel := context.WithTimeout(testContext(t), 100*time.Millisecond)
			defer cancel()
			var err error
			sent := 0
			for ; err == nil; sent++ {
				err = push.SendBytes(ctx, body)
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("after %d messages: %v", sent, err)
			}
			if err := push.TrySend(zmq.NewMessage("one more")); !errors.Is(err, zmq.ErrAgain) {
				t.Errorf("one more: %v", err)
			}
		})
	}
}
