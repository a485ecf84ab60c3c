package engine

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
)

// Each transcript of testdata is followed step by step: what we send comes when
// the peer has sent what precedes it, and not before.
func TestTranscriptStepByStep(t *testing.T) {
	for name, tr := range transcripts(t) {
		t.Run(name, func(t *testing.T) {
			h := NewHandshake(tr.cfg)
			var o outcome
			for i, s := range tr.steps {
				in := s.in
				if i == len(tr.steps)-1 {
					in = append(in[:len(in):len(in)], tr.rest...)
				}
				var n int
				if n, o.done, o.err = h.Input(in); i > 0 && n < len(in) && !o.done && o.err == nil {
					t.Fatalf("step %d: took %d of %d bytes", i, n, len(in))
				}
				o.used += n
				out := h.Output()
				if !bytes.Equal(out, s.out) {
					t.Fatalf("step %d: sent\n%x, want\n%x\n%s", i, out, s.out, FramesString(out))
				}
				o.sent = append(o.sent, out...)
				if i < len(tr.steps)-1 && (o.done || o.err != nil) {
					t.Fatalf("step %d: done %v, error %v", i, o.done, o.err)
				}
			}
			o.peer = h.Peer()
			if err := tr.check(o); err != nil {
				t.Fatal(err)
			}
			// Whatever it came to is final.
			n, done, err := h.Input([]byte("more"))
			if n != 0 || done != o.done || err != o.err || h.Output() != nil {
				t.Errorf("afterwards: took %d bytes, done %v, error %v", n, done, err)
			}
		})
	}
}

// The transcripts hold however the peer's bytes are split.
func TestTranscriptInAnySplit(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for name, tr := range transcripts(t) {
		t.Run(name, func(t *testing.T) {
			in := append(tr.input(), tr.rest...)
			for i := range len(in) + 1 {
				if err := tr.check(shake(tr.cfg, in[:i], in[i:])); err != nil {
					t.Fatalf("split at %d: %v", i, err)
				}
			}
			var pieces [][]byte
			for i := range in {
				pieces = append(pieces, in[i:i+1])
			}
			if err := tr.check(shake(tr.cfg, pieces...)); err != nil {
				t.Fatalf("byte by byte: %v", err)
			}
			for range 100 {
				pieces := randomSplit(rng, in)
				if err := tr.check(shake(tr.cfg, pieces...)); err != nil {
					t.Fatalf("split %d: %v", pieces, err)
				}
			}
		})
	}
}

func randomSplit(rng *rand.Rand, b []byte) (pieces [][]byte) {
	for len(b) > 0 {
		n := rng.IntN(min(len(b), 40) + 1) // empty pieces, too
		pieces, b = append(pieces, b[:n]), b[n:]
	}
	return append(pieces, b)
}

// No transcript is done before its last byte, and none that is done takes more.
func TestTranscriptCutShort(t *testing.T) {
	for name, tr := range transcripts(t) {
		if tr.err != nil {
			continue
		}
		in := tr.input()
		for i := range in {
			if o := shake(tr.cfg, in[:i]); o.done || o.err != nil || o.used != i {
				t.Fatalf("%s: %d of %d bytes: %+v", name, i, len(in), o)
			}
		}
	}
}

// Two of our own handshakes come to terms in the lower of their versions, who
// ever is which side, and whatever the bytes are split into.
func TestVersionsMeet(t *testing.T) {
	versions := [][2]int{{1, 0}, {2, 0}, {3, 0}, {3, 1}}
	for _, a := range versions {
		for _, b := range versions {
			for _, piece := range []int{1, 7, 1000} {
				t.Run(fmt.Sprintf("%v-%v-by-%d", a, b, piece), func(t *testing.T) { testMeeting(t, a, b, piece) })
			}
		}
	}
}

func testMeeting(t *testing.T, a, b [2]int, piece int) {
	low := a
	if b[0] < a[0] || b[0] == a[0] && b[1] < a[1] {
		low = b
	}
	client := NewHandshake(HandshakeConfig{
		SocketType: "DEALER", RoutingID: []byte("joe"), SendIdentity: true, MaxVersion: a,
	})
	server := NewHandshake(HandshakeConfig{SocketType: "ROUTER", Server: true, MaxVersion: b})
	meet(t, client, server, piece)
	for i, p := range []PeerInfo{client.Peer(), server.Peer()} {
		if got := [2]int{p.Major, p.Minor}; got != low {
			t.Errorf("side %d speaks %v, want %v", i, got, low)
		}
	}
	if id := server.Peer().RoutingID; string(id) != "joe" {
		t.Errorf("client's routing id is %q", id)
	}
	if id := client.Peer().RoutingID; len(id) != 0 {
		t.Errorf("server's routing id is %q", id)
	}
	if got := client.Peer().SocketType; low[0] == 3 && got != "ROUTER" {
		t.Errorf("server's type is %q", got)
	}
}

// meet lets two handshakes talk until both are done, in pieces of size bytes.
func meet(t *testing.T, a, b *Handshake, size int) {
	t.Helper()
	var toA, toB []byte
	var doneA, doneB bool
	for range 1000 {
		toA, toB = append(toA, b.Output()...), append(toB, a.Output()...)
		if doneA && doneB {
			if len(toA)+len(toB) > 0 {
				t.Fatalf("done, and %q and %q left over", toA, toB)
			}
			return
		}
		for _, s := range []struct {
			h    *Handshake
			in   *[]byte
			done *bool
		}{{a, &toA, &doneA}, {b, &toB, &doneB}} {
			n, done, err := s.h.Input((*s.in)[:min(size, len(*s.in))])
			if err != nil {
				t.Fatal(err)
			}
			*s.in, *s.done = (*s.in)[n:], done
		}
	}
	t.Fatalf("not done: %v, %v", doneA, doneB)
}

// The two sides of a mechanism of several rounds meet, and what it does to
// frames is found afterwards.
func TestMechanismSeam(t *testing.T) {
	cfg := HandshakeConfig{SocketType: "PAIR", Mechanism: newTestMechanism}
	client := NewHandshake(cfg)
	cfg.Server = true
	server := NewHandshake(cfg)
	meet(t, client, server, 3)
	if client.Peer().SocketType != "PAIR" || !client.Peer().AsServer || server.Peer().AsServer {
		t.Errorf("client sees %+v, server %+v", client.Peer(), server.Peer())
	}
	tr := client.Transform(false, 100)
	wire, err := tr.Encode(nil, FlagMore, []byte("secret"))
	if err != nil || bytes.Contains(wire, []byte("secret")) {
		t.Fatalf("Encode: %q, %v", wire, err)
	}
	flags, body, n, err := server.Transform(false, 100).Decode(wire)
	if flags != FlagMore || string(body) != "secret" || n != len(wire) || err != nil {
		t.Errorf("Decode: %#x %q %d %v", flags, body, n, err)
	}
}

// A handshake takes no more than MaxHandshake bytes, in one command or many,
// and a command that is just within the limit in whatever pieces.
func TestHandshakeIsBounded(t *testing.T) {
	greeting := appendGreetingEnd(append(appendSignature(nil, 0), 3), 1, "TEST", false)
	cfg := HandshakeConfig{SocketType: "PAIR", Mechanism: newTestMechanism, Server: true}

	fits := AppendCommand(bytes.Clone(greeting), "HELLO", make([]byte, MaxHandshake-greetingSize-longHeader-6))
	if len(fits) != MaxHandshake {
		t.Fatalf("test is wrong: %d bytes", len(fits))
	}
	for _, size := range []int{1, 1000, len(fits)} {
		if o := shake(cfg, split(fits, size)...); o.err != nil || o.used != len(fits) {
			t.Errorf("in pieces of %d: took %d of %d bytes, error %v", size, o.used, len(fits), o.err)
		}
	}
	over := AppendCommand(bytes.Clone(greeting), "HELLO", make([]byte, MaxHandshake-greetingSize-longHeader-5))
	wantRule(t, shake(cfg, over).err, "37/ZMTP Handshake")

	many := bytes.Clone(greeting)
	for len(many) <= MaxHandshake {
		many = AppendCommand(many, "HELLO", make([]byte, 200))
	}
	o := shake(cfg, many)
	wantRule(t, o.err, "37/ZMTP Handshake")
	if o.used > MaxHandshake {
		t.Errorf("took %d bytes", o.used)
	}
}

func split(b []byte, size int) (pieces [][]byte) {
	for len(b) > size {
		pieces, b = append(pieces, b[:size]), b[size:]
	}
	return append(pieces, b)
}

// "Nothing that a peer sends decides how much memory is taken": a length that is
// only claimed takes none.
func TestHandshakeTakesNoMemoryForClaims(t *testing.T) {
	in := appendGreetingEnd(append(appendSignature(nil, 0), 3), 1, "NULL", false)
	in = AppendHeader(in, FlagCommand, MaxHandshake/2)
	h := NewHandshake(HandshakeConfig{SocketType: "PAIR"})
	if _, _, err := h.Input(in); err != nil {
		t.Fatal(err)
	}
	if cap(h.in) > 1024 {
		t.Errorf("%d bytes taken for %d that came", cap(h.in), len(in))
	}
}

// What fails is told from what is refused, whoever does it.
func TestHandshakeErrors(t *testing.T) {
	ours := errors.New("not on the list")
	h := NewHandshake(HandshakeConfig{
		SocketType: "PAIR",
		Server:     true,
		Mechanism: func(cfg MechanismConfig) Mechanism {
			cfg.Accept = func(Properties) error { return ours }
			return NewNull(cfg)
		},
	})
	h.Input(appendGreetingEnd(append(appendSignature(nil, 0), 3), 1, "NULL", false))
	h.Output()
	_, _, err := h.Input(AppendReady(nil, nil))
	if err != ours {
		t.Errorf("error %v, want %v", err, ours)
	}
	if got := FramesString(h.Output()); got != "ERROR \"not_on_the_list\"\n" {
		t.Errorf("sent %q", got)
	}
}

// Compatible, if set, decides alone; a second READY is one too many.
func TestCompatibleIsAsked(t *testing.T) {
	var asked []string
	cfg := HandshakeConfig{SocketType: "PUSH", Compatible: func(peer string) bool {
		asked = append(asked, peer)
		return peer == "MINE"
	}}
	greeting := appendGreetingEnd(append(appendSignature(nil, 0), 3), 1, "NULL", false)
	ready := func(name string) []byte {
		return AppendReady(nil, Properties{{Name: "Socket-Type", Value: []byte(name)}})
	}
	if o := shake(cfg, greeting, ready("MINE")); o.err != nil || o.peer.SocketType != "MINE" {
		t.Errorf("%+v", o)
	}
	wantRule(t, shake(cfg, greeting, ready("PULL")).err, "37/ZMTP Socket-Type Property")
	if o := shake(cfg, greeting, AppendReady(nil, nil)); o.err != nil {
		t.Errorf("%+v", o)
	}
	if got := strings.Join(asked, " "); got != "MINE PULL" {
		t.Errorf("asked for %s", got)
	}
}

func wantRule(t *testing.T, err error, rule string) {
	t.Helper()
	if p, ok := errors.AsType[*zmq.ProtocolError](err); !ok || p.Rule != rule {
		t.Errorf("error %v, want ProtocolError of %s", err, rule)
	}
}

// "identity = 0*255OCTET": a ROUTER refuses a longer one, others do without.
// https://rfc.zeromq.org/spec/37/#the-identity-property
func TestIdentityTooLong(t *testing.T) {
	greeting := appendGreetingEnd(append(appendSignature(nil, 0), 3), 1, "NULL", false)
	ready := func(size int) []byte {
		return AppendReady(nil, Properties{
			{Name: PropertySocketType, Value: []byte("DEALER")},
			{Name: PropertyIdentity, Value: bytes.Repeat([]byte("i"), size)},
		})
	}
	for _, socket := range []string{"ROUTER", "DEALER"} {
		cfg := HandshakeConfig{SocketType: socket}
		if o := shake(cfg, greeting, ready(255)); o.err != nil || len(o.peer.RoutingID) != 255 {
			t.Errorf("%s: 255 bytes: %v, id %q", socket, o.err, o.peer.RoutingID)
		}
		o := shake(cfg, greeting, ready(256))
		if socket == "ROUTER" {
			wantRule(t, o.err, "37/ZMTP Identity Property")
		} else if o.err != nil || o.peer.RoutingID != nil {
			t.Errorf("%s: 256 bytes: %v, id %q", socket, o.err, o.peer.RoutingID)
		}
	}
}

// Whatever the mechanism, a peer of before 3.0 gets what its version needs.
func TestTransformOfOldPeers(t *testing.T) {
	for name, tr := range transcripts(t) {
		if tr.err != nil || !strings.HasPrefix(tr.peer, "1.0") {
			continue
		}
		h := NewHandshake(tr.cfg)
		h.Input(tr.input())
		if got := h.Transform(false, 9); got != (v1Framing{max: 9}) {
			t.Errorf("%s: %#v", name, got)
		}
	}
}

// testMechanism has a round more than NULL, and swaps the bits of bodies.
//
//	C: HELLO    S: WELCOME    C: READY    S: READY
type testMechanism struct {
	cfg      MechanismConfig
	done     bool
	metadata Properties
}

func newTestMechanism(cfg MechanismConfig) Mechanism { return &testMechanism{cfg: cfg} }

func (m *testMechanism) Name() string         { return "TEST" }
func (m *testMechanism) Done() bool           { return m.done }
func (m *testMechanism) Metadata() Properties { return m.metadata }

func (m *testMechanism) Begin(dst []byte) ([]byte, error) {
	if m.cfg.Server {
		return dst, nil
	}
	return AppendCommand(dst, "HELLO", ""), nil
}

func (m *testMechanism) Receive(dst []byte, c Command) (_ []byte, err error) {
	switch {
	case m.cfg.Server && string(c.Name) == "HELLO":
		return AppendCommand(dst, "WELCOME", ""), nil
	case !m.cfg.Server && string(c.Name) == "WELCOME":
		return AppendReady(dst, m.cfg.Metadata), nil
	case c.Kind == CommandReady:
		m.done = true
		if m.metadata, err = ParseProperties(c.Data); err != nil {
			return dst, err
		}
		if m.cfg.Server {
			dst = AppendReady(dst, m.cfg.Metadata)
		}
		return dst, m.cfg.Accept(m.metadata)
	}
	return dst, nullError("unexpected %q", c.Name)
}

func (m *testMechanism) Transform(_ PeerInfo, _ bool, maxFrame int64) Transform {
	return testTransform{maxFrame}
}

type testTransform struct{ max int64 }

func (t testTransform) Encode(dst []byte, flags byte, body []byte) ([]byte, error) {
	return AppendFrame(dst, 0, flip(append([]byte{flags}, body...))), nil
}

func (t testTransform) Decode(src []byte) (flags byte, body []byte, n int, err error) {
	_, body, n, err = ConsumeFrame(src, t.max)
	if n > 0 {
		body = flip(bytes.Clone(body))
		flags, body = body[0], body[1:]
	}
	return flags, body, n, err
}

func flip(b []byte) []byte {
	for i := range b {
		b[i] ^= 0xFF
	}
	return b
}
