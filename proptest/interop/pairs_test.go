//go:build unix

package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/invariant"
	"github.com/zeroactor/zmq/patterns"
)

// A side is a socket in a pair, and the envelope that its program sees.
type side struct {
	typ   string
	id    string // announced, if not empty
	ids   bool   // the peer's id is the first frame, as ROUTER has it
	empty bool   // then comes an empty frame, to or from a REQ or REP
}

// A pairing is two socket types that talk. The left side begins.
type pairing struct {
	left, right side
	oneWay      bool // the right side does not answer
	subscribe   bool // the right side subscribes to everything first
}

var pairings = []pairing{
	{left: side{typ: "PUSH"}, right: side{typ: "PULL"}, oneWay: true},
	{left: side{typ: "PUB"}, right: side{typ: "SUB"}, oneWay: true, subscribe: true},
	{left: side{typ: "XPUB"}, right: side{typ: "SUB"}, oneWay: true, subscribe: true},
	{left: side{typ: "PUB"}, right: side{typ: "XSUB"}, oneWay: true, subscribe: true},
	{left: side{typ: "XPUB"}, right: side{typ: "XSUB"}, oneWay: true, subscribe: true},
	{left: side{typ: "PAIR"}, right: side{typ: "PAIR"}},
	{left: side{typ: "REQ"}, right: side{typ: "REP"}},
	{left: side{typ: "REQ"}, right: side{typ: "ROUTER", ids: true, empty: true}},
	{left: side{typ: "DEALER", empty: true}, right: side{typ: "REP"}},
	{left: side{typ: "DEALER"}, right: side{typ: "DEALER"}},
	{left: side{typ: "DEALER"}, right: side{typ: "ROUTER", ids: true}},
	{left: side{typ: "ROUTER", ids: true, id: "left"}, right: side{typ: "ROUTER", ids: true, id: "right"}},
}

func (p pairing) String() string { return p.left.typ + "-" + p.right.typ }

// transports are those that both know.
var transports = []string{"tcp", "ipc"}

// wildcard returns an endpoint to bind that nobody else uses.
func wildcard(t testing.TB, transport string) string {
	if transport == "tcp" {
		return "tcp://127.0.0.1:*"
	}
	// The path of a UNIX socket is short; a test's own directory may be long.
	dir, err := os.MkdirTemp("", "zmq")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return "ipc://" + filepath.Join(dir, "s")
}

// newEnd makes the socket of a side, ours or theirs.
func (s side) newEnd(t testing.TB, p *peer, isOurs bool) end {
	t.Helper()
	if !isOurs {
		opts := options{}
		if s.id != "" {
			opts["ROUTING_ID"] = []byte(s.id)
			opts["ROUTER_MANDATORY"] = 1
		}
		return newTheirs(t, p, s.typ, opts)
	}
	if s.id != "" {
		return newOurs(t, s.typ, patterns.RoutingID([]byte(s.id)), patterns.RouterMandatory(true))
	}
	return newOurs(t, s.typ)
}

// join connects two ends.
func join(t testing.TB, binds, connects end, transport string) (endpoint string) {
	t.Helper()
	endpoint = binds.bind(wildcard(t, transport))
	connects.connect(endpoint)
	return endpoint
}

// wrap adds the envelope to what is sent to the peer of that id.
func (s side) wrap(m message, id frame) message {
	if s.empty {
		m = m.with(text(""))
	}
	if s.ids {
		m = m.with(id)
	}
	return m
}

// unwrap takes the envelope from what was received.
func (s side) unwrap(t testing.TB, m message) (body message, id frame) {
	t.Helper()
	if s.ids {
		if len(m) == 0 || m[0].size == 0 {
			t.Fatalf("%v has no routing id", m)
		}
		id, m = m[0], m[1:]
	}
	if s.empty {
		if len(m) == 0 || m[0].size != 0 {
			t.Fatalf("%v has no empty frame", m)
		}
		m = m[1:]
	}
	return m, id
}

// A conversation is two connected ends of a pairing.
type conversation struct {
	t           testing.TB
	p           pairing
	left, right end
}

// tell sends a message to the right, and returns the id it is said to come from.
func (c *conversation) tell(m message) (id frame) {
	c.t.Helper()
	c.left.send(c.p.left.wrap(m, text(c.p.right.id)))
	got, id := c.p.right.unwrap(c.t, c.right.recv())
	expect(c.t, got, m)
	if c.p.left.id != "" {
		expect(c.t, message{id}, texts(c.p.left.id))
	}
	return id
}

// say sends a message to the right, and back.
func (c *conversation) say(m message) {
	c.t.Helper()
	id := c.tell(m)
	if c.p.oneWay {
		return
	}
	c.right.send(c.p.right.wrap(m, id))
	got, id := c.p.left.unwrap(c.t, c.left.recv())
	expect(c.t, got, m)
	if c.p.right.id != "" {
		expect(c.t, message{id}, texts(c.p.right.id))
	}
}

// start makes sure that a subscription has reached the other end.
func (c *conversation) start() {
	c.t.Helper()
	if c.p.subscribe {
		c.right.subscribe("")
		settle(c.t, c.left, c.right, "probe")
	}
}

// settle returns when the subscription of to under which the topic falls has
// reached from, and nothing more is on the way.
func settle(t testing.TB, from, to end, topic string) {
	t.Helper()
	// What was lost before the subscription was there comes again until one
	// message arrives; the last one then says that no other will.
	deadline := time.Now().Add(patience)
	for i := 0; ; i++ {
		from.send(texts(topic, fmt.Sprint(i)))
		m, ok := to.recvWithin(20 * time.Millisecond)
		for ok && !m[1].is(text(fmt.Sprint(i))) {
			m, ok = to.recvWithin(patience)
		}
		if ok {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("subscription to %q does not arrive", topic)
		}
	}
}

// eachPairing runs a test with every pair of types, over all transports, with
// either side ours and either one binding; or with each n-th of those
// combinations.
func eachPairing(t *testing.T, n int, test func(t *testing.T, c conversation)) {
	peer := startPeer(t)
	count := 0
	for _, p := range pairings {
		for _, transport := range transports {
			for variant := range 4 {
				if count++; count%n != 0 {
					continue
				}
				oursLeft, leftBinds := variant&1 == 0, variant&2 == 0
				name := fmt.Sprintf("%v/%s/our=%s/bound=%s", p, transport, p.pick(oursLeft), p.pick(leftBinds))
				t.Run(name, func(t *testing.T) {
					c := conversation{t, p, p.left.newEnd(t, peer, oursLeft), p.right.newEnd(t, peer, !oursLeft)}
					if leftBinds {
						join(t, c.left, c.right, transport)
					} else {
						join(t, c.right, c.left, transport)
					}
					c.start()
					test(t, c)
				})
			}
		}
	}
}

// TestPairs lets every pair of types talk.
func TestPairs(t *testing.T) {
	messages := corpus()
	eachPairing(t, 1, func(t *testing.T, c conversation) {
		t.Parallel()
		for _, m := range messages {
			c.say(m)
		}
	})
}

// pick names a side.
func (p pairing) pick(left bool) string {
	switch {
	case p.left.typ == p.right.typ && left:
		return "left"
	case p.left.typ == p.right.typ:
		return "right"
	case left:
		return p.left.typ
	}
	return p.right.typ
}

// TestHugeMessage sends 64 MiB in one frame, to the right; with the sides
// exchanged, each of the two sends it to the other. Every seventh combination of each pair
// does, others with the next pair; under the race detector, which is not what large
// bodies need, one of some pairs.
func TestHugeMessage(t *testing.T) {
	n := 7 // shares no divisor with the combinations of a pair
	if invariant.Enabled {
		n = 23 // nor does this
	}
	eachPairing(t, n, func(_ *testing.T, c conversation) {
		c.tell(message{huge(), text("last")})
	})
}
