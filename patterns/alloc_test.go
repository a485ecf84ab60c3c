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
