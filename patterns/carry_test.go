package patterns_test

import (
	"bytes"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// TestLargeMessagesDoNotWaitForAReader sends large messages, among small ones, to
// a peer that does not receive: each send returns. They arrive whole and in order
// once it does.
func TestLargeMessagesDoNotWaitForAReader(t *testing.T) {
	for name, wildcard := range wildcards(t) {
		t.Run(name, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in, patterns.RecvHWM(1)))(t)
			push := must(patterns.NewPush(in))(t)
			if err := push.Connect(must(pull.Bind(wildcard))(t).String()); err != nil {
				t.Fatal(err)
			}
			body := func(i int) []byte {
				size := []int{1 << 20, 10, 200_000, 40_000}[i%4]
				return bytes.Repeat([]byte{byte(i)}, size+i)
			}
			const messages = 60
			for i := range messages {
				b := body(i)
				if err := push.SendBytes(ctx, b); err != nil {
					t.Fatal(err)
				}
				clear(b) // it is ours again
			}
			var m zmq.Message
			for i := range messages {
				if err := pull.RecvInto(ctx, &m); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(m.Frame(0), body(i)) {
					t.Fatalf("message %d is not what was sent: %d bytes", i, m.Size())
				}
			}
		})
	}
}
