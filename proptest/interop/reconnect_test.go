//go:build unix

package interop

import (
	"fmt"
	"testing"
	"time"

	"github.com/zeroactor/zmq/patterns"
)

// restarts are pairings of which each side is to come back.
var restarts = []pairing{
	{left: side{typ: "PUSH"}, right: side{typ: "PULL"}, oneWay: true},
	{left: side{typ: "PUB"}, right: side{typ: "SUB"}, oneWay: true, subscribe: true},
	{left: side{typ: "XPUB"}, right: side{typ: "XSUB"}, oneWay: true, subscribe: true},
	{left: side{typ: "PAIR"}, right: side{typ: "PAIR"}},
	{left: side{typ: "REQ"}, right: side{typ: "REP"}},
	{left: side{typ: "DEALER", id: "dealer"}, right: side{typ: "ROUTER", ids: true}},
}

// newRestartable makes a socket that tries again soon.
func newRestartable(t testing.TB, s side, p *peer) end {
	t.Helper()
	if p != nil {
		opts := options{"RECONNECT_IVL": 10}
		if s.id != "" {
			opts["ROUTING_ID"] = []byte(s.id)
		}
		return newTheirs(t, p, s.typ, opts)
	}
	opts := []any{patterns.ReconnectInterval(10 * time.Millisecond)}
	if s.id != "" {
		opts = append(opts, patterns.RoutingID([]byte(s.id)))
	}
	return newOurs(t, s.typ, opts...)
}

// again is start after a side has come back; a side that has stayed has told the
// new one of its subscription by itself.
func (c *conversation) again(rightIsNew bool) {
	c.t.Helper()
	if !c.p.subscribe {
		return
	}
	if rightIsNew {
		c.right.subscribe("")
	}
	settle(c.t, c.left, c.right, "again")
}

// eachRestart runs a test for each pairing, with either side ours, and either
// side the one that binds.
func eachRestart(t *testing.T, test func(t *testing.T, p pairing, transport string, oursLeft, oursBinds bool)) {
	for i, p := range restarts {
		for variant := range 4 {
			oursLeft, oursBinds := variant&1 == 0, variant&2 == 0
			transport := transports[(i+variant)%len(transports)]
			who := "they bind"
			if oursBinds {
				who = "we bind"
			}
			t.Run(fmt.Sprintf("%v/%s/our=%s/%s", p, transport, p.pick(oursLeft), who), func(t *testing.T) {
				t.Parallel()
				test(t, p, transport, oursLeft, oursBinds)
			})
		}
	}
}

// TestTheyAreKilled kills libzmq's process in the middle of a conversation, and
// goes on with another one in its place.
func TestTheyAreKilled(t *testing.T) {
	eachRestart(t, func(t *testing.T, p pairing, transport string, oursLeft, oursBinds bool) {
		ourSide, theirSide := p.right, p.left
		if oursLeft {
			ourSide, theirSide = p.left, p.right
		}
		us := newRestartable(t, ourSide, nil)
		first := startPeer(t)
		them := newRestartable(t, theirSide, first)
		var endpoint string
		if oursBinds {
			endpoint = join(t, us, them, transport)
		} else {
			endpoint = join(t, them, us, transport)
		}
		c := conversation{t, p, us, them}
		if !oursLeft {
			c.left, c.right = them, us
		}
		c.start()
		c.say(texts("hello"))
		first.kill()
		us.(*ours).event(patterns.Disconnected)
		them = newRestartable(t, theirSide, startPeer(t))
		if oursBinds {
			them.connect(endpoint)
		} else {
			them.bind(endpoint)
		}
		if oursLeft {
			c.right = them
		} else {
			c.left = them
		}
		us.(*ours).event(patterns.HandshakeSucceeded)
		c.again(oursLeft)
		c.say(texts("hello again"))
	})
}

// TestWeComeBack closes our socket in the middle of a conversation, and goes on
// with another one in its place.
func TestWeComeBack(t *testing.T) {
	peer := startPeer(t)
	eachRestart(t, func(t *testing.T, p pairing, transport string, oursLeft, oursBinds bool) {
		ourSide, theirSide := p.right, p.left
		if oursLeft {
			ourSide, theirSide = p.left, p.right
		}
		us, them := newRestartable(t, ourSide, nil), newRestartable(t, theirSide, peer)
		them.(*theirs).monitor()
		var endpoint string
		if oursBinds {
			endpoint = join(t, us, them, transport)
		} else {
			endpoint = join(t, them, us, transport)
		}
		c := conversation{t, p, us, them}
		if !oursLeft {
			c.left, c.right = them, us
		}
		c.start()
		c.say(texts("hello"))
		us.close()
		them.(*theirs).event("DISCONNECTED")
		them.(*theirs).notice()
		us = newRestartable(t, ourSide, nil)
		if oursBinds {
			expectText(t, us.bind(endpoint), endpoint)
		} else {
			us.connect(endpoint)
		}
		if oursLeft {
			c.left = us
		} else {
			c.right = us
		}
		them.(*theirs).event("HANDSHAKE_SUCCEEDED")
		them.(*theirs).notice()
		c.again(!oursLeft)
		c.say(texts("hello again"))
	})
}

func expectText(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
}

// TestQueuedForTheAbsent sends while nobody is there: what fits into the queue
// waits for the peer.
func TestQueuedForTheAbsent(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			first := startPeer(t)
			push := newOurs(t, "PUSH", patterns.ReconnectInterval(10*time.Millisecond))
			endpoint := join(t, newTheirs(t, first, "PULL", nil), push, transport)
			push.event(patterns.HandshakeSucceeded)
			first.kill()
			push.event(patterns.Disconnected)
			const messages = 500
			for i := range messages {
				push.send(message{patterned(100, i)})
			}
			pull := newTheirs(t, startPeer(t), "PULL", nil)
			pull.bind(endpoint)
			pull.call(request{Op: "recv_many", N: messages, Size: 100})
		})
	}
}
