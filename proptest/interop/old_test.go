//go:build unix

package interop

import (
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/patterns"
)

// A dialect is a version of the protocol that libzmq 4 does not speak among its
// equals any more. Bytes are written as the peers of that time have sent them.
type dialect struct {
	name  string
	major int

	// silent says that subscribers ask for nothing, and get everything.
	silent bool

	// hello is what a peer of that type and identity sends first.
	hello func(typ byte, id string) string
	// reply is what it gets to see from a socket of ours.
	reply func(typ byte, id string) string
	// frame is one of a message.
	frame func(more bool, body string) string
}

const (
	signature20 = "\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f"
	revision20  = "\x01"
	revision3   = "\x03" // ours, in the same place
)

// zmtp20 is libzmq 3.2: a signature, a revision, a type, an identity.
// https://rfc.zeromq.org/spec/15/
var zmtp20 = dialect{
	name:  "ZMTP 2.0",
	major: 2,
	hello: func(typ byte, id string) string {
		return signature20 + revision20 + string([]byte{typ, 0, byte(len(id))}) + id
	},
	reply: func(typ byte, id string) string {
		// "where 'length' is the length of the sender's identity (0 or more
		// octets) plus 1"
		return signatureWith(id) + revision3 + string([]byte{typ, 0, byte(len(id))}) + id
	},
	frame: func(more bool, body string) string {
		flags := byte(0)
		if more {
			flags = 1
		}
		if len(body) > 255 {
			return string([]byte{flags | 2, 0, 0, 0, 0, 0, 0, byte(len(body) >> 8), byte(len(body))}) + body
		}
		return string([]byte{flags, byte(len(body))}) + body
	},
}

// zmtp10 is libzmq 2: nothing but an identity. Our signature is, to it, the
// header of ours.
// https://rfc.zeromq.org/spec/13/
var zmtp10 = dialect{
	name:   "ZMTP 1.0",
	major:  1,
	silent: true,
	hello:  func(_ byte, id string) string { return string([]byte{byte(1 + len(id)), 0}) + id },
	reply:  func(_ byte, id string) string { return signatureWith(id) + id },
	frame: func(more bool, body string) string {
		flags := byte(0)
		if more {
			flags = 1
		}
		if n := 1 + len(body); n >= 255 {
			return string([]byte{255, 0, 0, 0, 0, 0, 0, byte(n >> 8), byte(n), flags}) + body
		}
		return string([]byte{byte(1 + len(body)), flags}) + body
	},
}

// zmtp10r0 has the same frames, but a signature and revision 0 before them, and
// its subscribers subscribe. The bytes are those that libzmq 4.3.4 takes, and
// answers with.
// https://rfc.zeromq.org/spec/23/#version-negotiation
var zmtp10r0 = dialect{
	name:  "ZMTP 1.0 with revision 0",
	major: 1,
	hello: func(typ byte, id string) string {
		return signature20 + "\x00" + string([]byte{typ, byte(1 + len(id)), 0}) + id
	},
	reply: func(typ byte, id string) string {
		return signatureWith(id) + revision3 + string([]byte{typ, byte(1 + len(id)), 0}) + id
	},
	frame: zmtp10.frame,
}

func signatureWith(id string) string {
	n := 1 + len(id)
	return string([]byte{0xff, 0, 0, 0, 0, 0, 0, byte(n >> 8), byte(n), 0x7f})
}

// message returns the frames of a message.
func (d dialect) message(frames ...string) (b string) {
	for i, f := range frames {
		b += d.frame(i < len(frames)-1, f)
	}
	return b
}

// Numbers of socket types. https://rfc.zeromq.org/spec/15/#formal-grammar
const (
	numPub    = 1
	numSub    = 2
	numReq    = 3
	numRep    = 4
	numDealer = 5
	numRouter = 6
	numPull   = 7
	numPush   = 8
)

// An oldPeer is played over a connection to a socket of ours.
type oldPeer struct {
	t    testing.TB
	d    dialect
	conn net.Conn
	us   *ours
}

// play sends a message as the peer.
func (o *oldPeer) play(frames ...string) {
	o.t.Helper()
	if _, err := io.WriteString(o.conn, o.d.message(frames...)); err != nil {
		o.t.Fatal(err)
	}
}

// want reads what the peer must get.
func (o *oldPeer) want(frames ...string) { o.t.Helper(); o.wantBytes(o.d.message(frames...)) }

func (o *oldPeer) wantBytes(want string) {
	o.t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(o.conn, got)
	if string(got[:n]) != want {
		o.t.Fatalf("the peer gets %x, %v; want %x", got[:n], err, want)
	}
}

// conversations with old peers: what both sides do after the greetings.
var conversations = []struct {
	ours          string
	our, their    byte
	ourID, peerID string
	subscribe     string
	talk          func(o *oldPeer)
}{
	{ours: "PUSH", our: numPush, their: numPull, talk: func(o *oldPeer) {
		for _, m := range oldMessages {
			o.us.send(texts(m...))
			o.want(m...)
		}
	}},
	{ours: "PULL", our: numPull, their: numPush, talk: func(o *oldPeer) {
		for _, m := range oldMessages {
			o.play(m...)
			expect(o.t, o.us.recv(), texts(m...))
		}
	}},
	{ours: "PUB", our: numPub, their: numSub, talk: func(o *oldPeer) {
		if o.d.silent {
			// Subscribers "MAY filter messages": they get everything.
			o.us.subscribed(1)
			o.us.send(texts("xyz"))
			o.want("xyz")
			return
		}
		long := strings.Repeat("l", 255)
		o.play("\x01abc")
		o.play("\x01" + long)
		o.us.subscribed(2)
		for _, m := range []string{"xyz", "ab", "abcd", "abc", "more", long + "er"} {
			o.us.send(texts(m))
		}
		o.want("abcd")
		o.want("abc")
		o.want(long + "er")
		o.play("\x00abc")
		o.us.subscribed(1)
		o.us.send(texts("abc"))
		o.us.send(texts(long))
		o.want(long)
	}},
	{ours: "XPUB", our: numPub, their: numSub, talk: func(o *oldPeer) {
		if o.d.silent {
			// As in libzmq the program sees the subscription to everything that
			// the peer did not send, and what a later one of that kind does send.
			expect(o.t, o.us.recv(), texts("\x01"))
		}
		o.play("\x01abc")
		expect(o.t, o.us.recv(), texts("\x01abc"))
		o.us.send(texts("abcd"))
		o.us.send(texts("xyz"))
		o.want("abcd")
		if o.d.silent {
			o.want("xyz")
			return
		}
		o.play("\x00abc")
		expect(o.t, o.us.recv(), texts("\x00abc"))
	}},
	{ours: "XSUB", our: numSub, their: numPub, talk: func(o *oldPeer) {
		// "A subscriber SHALL NOT send any content", but publishers that look
		// the same need it (libzmq 3.0 and 3.1), and others take no notice.
		o.us.send(texts("\x01abc"))
		o.want("\x01abc")
		o.play("xyz")
		expect(o.t, o.us.recv(), texts("xyz"))
		o.us.send(texts("\x00abc"))
		o.want("\x00abc")
	}},
	{ours: "SUB", our: numSub, their: numPub, subscribe: "abc", talk: func(o *oldPeer) {
		long := strings.Repeat("l", 255)
		o.want("\x01abc")
		o.us.subscribe(long)
		o.want("\x01" + long) // 256 bytes: the long form
		for _, m := range []string{"xyz", "abcd", "abc", long + "er"} {
			o.play(m, "body")
		}
		expect(o.t, o.us.recv(), texts("abcd", "body"))
		expect(o.t, o.us.recv(), texts("abc", "body"))
		expect(o.t, o.us.recv(), texts(long+"er", "body"))
		o.us.unsubscribe("abc")
		o.want("\x00abc")
	}},
	{ours: "REQ", our: numReq, their: numRep, talk: func(o *oldPeer) {
		for _, m := range oldMessages {
			o.us.send(texts(m...))
			o.want(append([]string{""}, m...)...)
			o.play("", "reply", m[0])
			expect(o.t, o.us.recv(), texts("reply", m[0]))
		}
	}},
	{ours: "REP", our: numRep, their: numReq, talk: func(o *oldPeer) {
		for _, m := range oldMessages {
			o.play(append([]string{""}, m...)...)
			expect(o.t, o.us.recv(), texts(m...))
			o.us.send(texts("reply", m[0]))
			o.want("", "reply", m[0])
		}
	}},
	{ours: "DEALER", our: numDealer, their: numRouter, ourID: "me", talk: func(o *oldPeer) {
		o.us.send(texts("to a ROUTER"))
		o.want("to a ROUTER")
		o.play("back")
		expect(o.t, o.us.recv(), texts("back"))
	}},
	{ours: "ROUTER", our: numRouter, their: numDealer, peerID: "old", talk: func(o *oldPeer) {
		o.us.send(texts("old", "you first"))
		o.want("you first")
		o.play("after you")
		expect(o.t, o.us.recv(), texts("old", "after you"))
	}},
}

// oldMessages have frames whose lengths are at the limits of each framing.
var oldMessages = [][]string{
	{"hello"}, {""}, {"a", "", "b"},
	{strings.Repeat("x", 253)}, {strings.Repeat("x", 254)}, {strings.Repeat("x", 255)}, {strings.Repeat("x", 256)},
	{strings.Repeat("y", 10_000), "end"},
}

// subscribed waits until a publisher of ours has that many subscriptions.
func (o *ours) subscribed(topics int) {
	o.t.Helper()
	pub := o.sock.(*patterns.Pub)
	for deadline := time.Now().Add(patience); pub.Topics() != topics; {
		if time.Now().After(deadline) {
			o.t.Fatalf("%d topics, want %d", pub.Topics(), topics)
		}
		time.Sleep(time.Millisecond) // a PUB tells nobody of its subscribers
	}
}

// TestOldPeers has conversations with peers older than libzmq 4.
func TestOldPeers(t *testing.T) {
	for _, d := range []dialect{zmtp20, zmtp10r0, zmtp10} {
		for _, c := range conversations {
			for name, weBind := range map[string]bool{"we bind": true, "they bind": false} {
				t.Run(d.name+"/our="+c.ours+"/"+name, func(t *testing.T) {
					t.Parallel()
					var opts []any
					if c.ourID != "" {
						opts = append(opts, patterns.RoutingID([]byte(c.ourID)))
					}
					if c.ours == "ROUTER" {
						opts = append(opts, patterns.RouterMandatory(true))
					}
					us := newOurs(t, c.ours, opts...)
					if c.subscribe != "" {
						us.subscribe(c.subscribe)
					}
					o := &oldPeer{t: t, d: d, us: us, conn: us.raw(weBind)}
					if _, err := io.WriteString(o.conn, d.hello(c.their, c.peerID)); err != nil {
						t.Fatal(err)
					}
					o.wantBytes(d.reply(c.our, c.ourID))
					if ev := us.event(patterns.HandshakeSucceeded); ev.Peer.Version != [2]int{d.major, 0} ||
						string(ev.Peer.RoutingID) != c.peerID {
						t.Errorf("the handshake tells of %+v", ev.Peer)
					}
					c.talk(o)
				})
			}
		}
	}
}

// raw makes a bare connection to a socket of ours.
func (o *ours) raw(weBind bool) net.Conn {
	o.t.Helper()
	var conn net.Conn
	var err error
	if weBind {
		conn, err = net.DialTimeout("tcp", strings.TrimPrefix(o.bind("tcp://127.0.0.1:*"), "tcp://"), patience)
	} else {
		var ln net.Listener
		ln, err = net.Listen("tcp", "127.0.0.1:0")
		if err == nil {
			defer ln.Close()
			o.connect("tcp://127.0.0.1:" + strconv.Itoa(ln.Addr().(*net.TCPAddr).Port))
			err = ln.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
		}
		if err == nil {
			conn, err = ln.Accept()
		}
	}
	if err == nil {
		err = conn.SetDeadline(time.Now().Add(patience))
	}
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() {
		if err := conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			o.t.Error(err)
		}
	})
	return conn
}
