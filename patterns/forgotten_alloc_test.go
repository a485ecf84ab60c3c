//go:build !race && !zmqdebug

package patterns_test

import (
	"runtime"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// Messages that come one at a time, and are left to the garbage collector, leave it little more than their own size, and
// not the chunk of 64 KiB that each was read to.
func TestForgottenMessagesAreSmall(t *testing.T) {
	const rounds, most = 300, 8 << 10
	taken := func(t *testing.T, round func()) {
		t.Helper()
		var before, after runtime.MemStats
		round()
		runtime.ReadMemStats(&before)
		for range rounds {
			round()
		}
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / rounds; each > most {
			t.Errorf("%d bytes for each message, want %d at most", each, most)
		}
	}
	for _, endpoint := range []string{"tcp://127.0.0.1:*", "ipc://*"} {
		t.Run("PULL "+endpoint, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			pull := must(patterns.NewPull(in))(t)
			push := must(patterns.NewPush(in))(t)
			if err := push.Connect(must(pull.Bind(endpoint))(t).String()); err != nil {
				t.Fatal(err)
			}
			taken(t, func() {
				if err := push.SendBytes(ctx, []byte("envelope"), []byte("body")); err != nil {
					t.Fatal(err)
				}
				if m := must(pull.Recv(ctx))(t); m.Len() != 2 {
					t.Fatalf("%d frames", m.Len())
				}
			})
		})
		t.Run("REQ "+endpoint, func(t *testing.T) {
			in, ctx := patterns.InContext(newContext(t)), testContext(t)
			rep := must(patterns.NewRep(in))(t)
			req := must(patterns.NewReq(in))(t)
			if err := req.Connect(must(rep.Bind(endpoint))(t).String()); err != nil {
				t.Fatal(err)
			}
			go func() {
				for q, err := range rep.Requests(ctx) {
					if err != nil {
						return
					}
					q.ReplyBytes([]byte("answer to "), q.Frame(0))
				}
			}()
			taken(t, func() {
				if m := must(req.Do(ctx, zmq.NewMessage("question")))(t); string(m.Frame(1)) != "question" {
					t.Fatalf("%q", m.Frame(1))
				}
			})
		})
	}
}
