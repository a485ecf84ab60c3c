//go:build !race && !zmqdebug

package patterns

import (
	"context"
	"testing"

	"github.com/zeroactor/zmq"
)

// TestRoundTripAllocatesNothing, though each receive has to wait, with a context
// that may end.
func TestRoundTripAllocatesNothing(t *testing.T) {
	for _, endpoint := range []string{"tcp://127.0.0.1:*", "ipc://*", "inproc://alloc"} {
		t.Run(endpoint, func(t *testing.T) {
			a, b := pairOver(t, endpoint)
			go func() {
				var m zmq.Message
				for b.RecvInto(context.Background(), &m) == nil {
					b.SendBytes(context.Background(), m.Frame(0))
				}
			}()
			var m zmq.Message
			body := []byte("body")
			n := testing.AllocsPerRun(1000, func() {
				if err := a.SendBytes(t.Context(), body); err != nil {
					t.Fatal(err)
				}
				if err := a.RecvInto(t.Context(), &m); err != nil {
					t.Fatal(err)
				}
			})
			if n > 0 {
				t.Errorf("%v allocations a round trip", n)
			}
		})
	}
}
