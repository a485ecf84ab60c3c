//go:build unix

package interop

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/zeroactor/zmq/patterns"
)

// late is how long a receiver does not read: a multiple of what a close takes
// that does not wait for it.
const late = 300 * time.Millisecond

// lingerings are what is on the way when a socket is closed: messages that all
// fit into the buffers of the kernel, and some that do not.
var lingerings = []struct{ messages, size int }{{10_000, 10}, {1000, 10_000}}

// eachLingering runs a test over both transports, with either side binding.
func eachLingering(t *testing.T, test func(t *testing.T, p *peer, messages, size int, join func(us, them end))) {
	peer := startPeer(t)
	for _, transport := range transports {
		for name, oursBinds := range map[string]bool{"we bind": true, "they bind": false} {
			for _, l := range lingerings {
				t.Run(fmt.Sprintf("%s/%s/%d of %d B", transport, name, l.messages, l.size), func(t *testing.T) {
					t.Parallel()
					test(t, peer, l.messages, l.size, func(us, them end) {
						if oursBinds {
							join(t, us, them, transport)
						} else {
							join(t, them, us, transport)
						}
					})
				})
			}
		}
	}
}

// TestOurCloseDelivers closes our socket while libzmq has not read anything.
func TestOurCloseDelivers(t *testing.T) {
	eachLingering(t, func(t *testing.T, p *peer, messages, size int, join func(us, them end)) {
		push := newOurs(t, "PUSH", patterns.SendHWM(0), patterns.Linger(patience))
		pull := newTheirs(t, p, "PULL", options{"RCVHWM": 10})
		join(push, pull)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		for i := range messages {
			if err := push.sock.(*patterns.Push).SendBytes(ctx, fill(size, i)); err != nil {
				t.Fatal(err)
			}
		}
		closed := make(chan error, 1)
		go func() { closed <- push.sock.Close() }()
		pull.call(request{Op: "recv_many", N: messages, Size: size, Delay: late.Milliseconds()})
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
}

// TestTheirCloseDelivers closes libzmq's socket while we have not read anything.
func TestTheirCloseDelivers(t *testing.T) {
	eachLingering(t, func(t *testing.T, p *peer, messages, size int, join func(us, them end)) {
		pull := newOurs(t, "PULL", patterns.RecvHWM(10))
		push := newTheirs(t, p, "PUSH", options{"SNDHWM": 0})
		join(pull, push)
		push.call(request{Op: "send_many", N: messages, Size: size})
		push.close()
		time.Sleep(late) // the case is that we come late
		for i := range messages {
			m, ok := pull.recvWithin(patience)
			if !ok {
				t.Fatalf("no message after %d of %d", i, messages)
			}
			if !m.is(message{patterned(size, i)}) {
				t.Fatalf("message %d is %v", i, m)
			}
		}
	})
}

// TestCloseAtOnce sends and closes, before there is a connection.
func TestCloseAtOnce(t *testing.T) {
	peer := startPeer(t)
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			pull := newTheirs(t, peer, "PULL", nil)
			endpoint := pull.bind(wildcard(t, transport))
			push := newOurs(t, "PUSH")
			push.connect(endpoint)
			push.send(texts("ours"))
			push.close()
			expect(t, pull.recv(), texts("ours"))
			theirPush, ourPull := newTheirs(t, peer, "PUSH", nil), newOurs(t, "PULL")
			theirPush.connect(ourPull.bind(wildcard(t, transport)))
			theirPush.send(texts("theirs"))
			theirPush.close()
			expect(t, ourPull.recv(), texts("theirs"))
		})
	}
}
