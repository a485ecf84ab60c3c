//go:build !race && !zmqdebug

package patterns_test

import (
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

func TestSendAllocatesNothing(t *testing.T) {
	in, ctx := patterns.InContext(newContext(t)), testContext(t)
	pull := must(patterns.NewPull(in))(t)
	push := must(patterns.NewPush(in))(t)
	if err := push.Connect(must(pull.Bind("inproc://alloc"))(t).String()); err != nil {
		t.Fatal(err)
	}
	var m zmq.Message
	body := []byte("0123456789")
	n := testing.AllocsPerRun(1000, func() {
		if err := push.SendBytes(ctx, body, body); err != nil {
			t.Fatal(err)
		}
		if err := pull.RecvInto(ctx, &m); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations a message", n)
	}
}

// TestSendByReferenceAllocatesNothing hands over frames of memory that is
// collected, and of memory that is given back, over inproc and to a connection.
func TestSendByReferenceAllocatesNothing(t *testing.T) {
	released := 0
	for name, release := range map[string]func([]byte){"collected": nil, "released": func([]byte) { released++ }} {
		for _, endpoint := range []string{"inproc://by-reference", "tcp://127.0.0.1:*"} {
			t.Run(name+" "+endpoint, func(t *testing.T) {
				in, ctx := patterns.InContext(newContext(t)), testContext(t)
				pull := must(patterns.NewPull(in))(t)
				push := must(patterns.NewPush(in))(t)
				if err := push.Connect(must(pull.Bind(endpoint))(t).String()); err != nil {
					t.Fatal(err)
				}
				var out, m zmq.Message
				body := make([]byte, 100_000)
				n := testing.AllocsPerRun(1000, func() {
					out.AppendOwned(body, release)
					if err := push.Send(ctx, &out); err != nil {
						t.Fatal(err)
					}
					if err := pull.RecvInto(ctx, &m); err != nil {
						t.Fatal(err)
					}
				})
				if n != 0 {
					t.Errorf("%v allocations a message", n)
				}
			})
		}
	}
	if released < 2000 {
		t.Errorf("%d bodies released", released)
	}
}

// TestBatchAllocatesNothing sends a hundred messages at once.
func TestBatchAllocatesNothing(t *testing.T) {
	for transport, wildcard := range wildcards(t) {
		t.Run(transport, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in))(t)
			push := must(patterns.NewPush(in))(t)
			join(t, wildcard, pull, push)
			var out, got zmq.Batch
			body := []byte("0123456789")
			n := testing.AllocsPerRun(1000, func() {
				for range 100 {
					out.Append(body)
				}
				if err := push.SendAll(ctx, &out); err != nil {
					t.Fatal(err)
				}
				for received := 0; received < 100; received += got.Len() {
					if err := pull.RecvAll(ctx, &got); err != nil {
						t.Fatal(err)
					}
				}
			})
			if n != 0 {
				t.Errorf("%v allocations in 100 messages", n)
			}
		})
	}
}
