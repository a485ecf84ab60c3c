package engine

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zeroactor/zmq"
)

// The fuzz targets hold what is true of decoders on any bytes: they don't panic,
// they take no more than there is, what they took reads the same without what
// follows, and what they read can be written again.

func FuzzConsumeHeader(f *testing.F) {
	f.Add([]byte("\x00\x05hello"))
	f.Add([]byte("\x03\x00\x00\x00\x00\x00\x00\x01\x00"))
	f.Add([]byte("\x06\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		flags, size, n := ConsumeHeader(b)
		wantFlags, wantSize, wantN := twinHeader(b)
		if flags != wantFlags || size != wantSize || n != wantN {
			t.Fatalf("%#x %d %d, want %#x %d %d", flags, size, n, wantFlags, wantSize, wantN)
		}
		f1, body, n1, err := ConsumeFrame(b, -1)
		if n1 == 0 {
			return
		}
		if err != nil || n1 != n+len(body) || f1 != flags&^FlagLong {
			t.Fatalf("frame: %#x, %d of %d bytes, %v", f1, n1, len(b), err)
		}
		again := AppendFrame(nil, f1, body)
		if f2, body2, n2, _ := ConsumeFrame(again, int64(len(body))); f2 != f1 || !bytes.Equal(body2, body) || n2 != len(again) {
			t.Fatalf("%x became %x", b[:n1], again)
		}
	})
}

func FuzzConsumeCommand(f *testing.F) {
	f.Add([]byte("\x05READY\x0bSocket-Type\x00\x00\x00\x03REQ"))
	f.Add([]byte("\x04PING\x00\x01context"))
	f.Add([]byte("\x05ERROR\x03400"))
	f.Add([]byte("\x04JOINgroup"))
	f.Fuzz(func(t *testing.T, body []byte) {
		c, n := ConsumeCommand(body)
		_ = Frame{FlagCommand, body}.String()
		if n < 0 {
			return
		}
		if n != len(body) || 1+len(c.Name)+len(c.Data) != n {
			t.Fatalf("%+v from %q", c, body)
		}
		if again := AppendCommandBody(nil, string(c.Name), c.Data); !bytes.Equal(again, body) {
			t.Fatalf("%q became %q", body, again)
		}
		if ttl, context, n := ConsumePing(c.Data); n > 0 {
			_, frame, _, _ := ConsumeFrame(AppendPing(nil, ttl, context), -1)
			if !bytes.Equal(frame[1+len(NamePing):], c.Data) {
				t.Fatalf("PING %q became %q", c.Data, frame)
			}
		}
		if reason, n := ConsumeError(c.Data); n > 0 && n != 1+len(reason) {
			t.Fatalf("ERROR %q from %q", reason, c.Data)
		}
		ConsumeGroup(c.Data)
	})
}

func FuzzParseProperties(f *testing.F) {
	f.Add([]byte("\x0bSocket-Type\x00\x00\x00\x03REQ\x08Identity\x00\x00\x00\x00"))
	f.Add([]byte("\x01a\x7f\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseProperties(b)
		if err != nil {
			if _, ok := errors.AsType[*zmq.ProtocolError](err); !ok {
				t.Fatalf("%v is no ProtocolError", err)
			}
			return
		}
		if again := p.Append(nil); !bytes.Equal(again, b) || p.size() != len(b) || len(p) > MaxProperties {
			t.Fatalf("%q became %q", b, again)
		}
		for _, q := range p {
			if _, ok := p.Get(q.Name); !ok {
				t.Fatalf("no %q", q.Name)
			}
		}
	})
}

func FuzzV1Frame(f *testing.F) {
	f.Add([]byte("\x06\x01hello"))
	f.Add([]byte("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		framing := v1Framing{max: 1 << 20}
		flags, body, n, err := framing.Decode(b)
		if n == 0 {
			return
		}
		if err != nil || n > len(b) || n < len(body)+v1ShortHeader || flags > FlagMore {
			t.Fatalf("%#x, %d bytes of %d, %v", flags, n, len(b), err)
		}
		if _, _, m, err := framing.Decode(b[:n-1]); m != 0 || err != nil {
			t.Fatalf("without its last byte: %d %v", m, err)
		}
		again, _ := framing.Encode(nil, flags, body)
		if f2, body2, m, _ := framing.Decode(again); f2 != flags || !bytes.Equal(body2, body) || m != len(again) {
			t.Fatalf("%x became %x", b[:n], again)
		}
	})
}

// FuzzTransforms sends a log of frames through each transform, and compares
// what comes out at the other end with the frames.
func FuzzTransforms(f *testing.F) {
	f.Add(AppendFrame(AppendSubscribe(nil, "topic"), FlagMore, []byte("a")))
	f.Add(AppendCancel(AppendSubscribe(nil, make([]byte, 255)), make([]byte, 254)))
	f.Add(AppendPing(AppendFrame(nil, 0, make([]byte, 300)), 0, nil))
	f.Fuzz(func(t *testing.T, log []byte) {
		for _, peer := range []PeerInfo{{Major: 1}, {Major: 2}, {Major: 3}} {
			tr := TransformFor(peer, true, -1)
			var wire, want []byte
			for b := log; ; {
				flags, body, n, _ := ConsumeFrame(b, -1)
				if n == 0 {
					break
				}
				b = b[n:]
				var err error
				if wire, err = tr.Encode(wire, flags, body); err != nil {
					t.Fatal(err)
				}
				want = append(want, twinLegacy(flags, body, peer.Major == 3)...)
			}
			var got []byte
			for len(wire) > 0 {
				flags, body, n, err := tr.Decode(wire)
				if n == 0 {
					t.Fatalf("peer %d.0: %q left over, %v", peer.Major, wire, err)
				}
				got, wire = AppendFrame(got, flags, body), wire[n:]
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("peer %d.0:\n%swant\n%s", peer.Major, FramesString(got), FramesString(want))
			}
		}
	})
}

// twinLegacy returns what a peer before 3.1 makes of a frame.
func twinLegacy(flags byte, body []byte, commands bool) []byte {
	if flags&FlagCommand != 0 {
		if topic, ok := bytes.CutPrefix(body, []byte("\x09SUBSCRIBE")); ok {
			return AppendFrame(nil, 0, append([]byte{1}, topic...))
		}
		if topic, ok := bytes.CutPrefix(body, []byte("\x06CANCEL")); ok {
			return AppendFrame(nil, 0, append([]byte{0}, topic...))
		}
		if !commands {
			return nil
		}
	}
	return AppendFrame(nil, flags, body)
}

// FuzzHandshake feeds a handshake whole and in pieces, and wants the same to
// come of it.
func FuzzHandshake(f *testing.F) {
	configs := []HandshakeConfig{
		{SocketType: "DEALER", RoutingID: []byte("fuzz"), SendIdentity: true},
		{SocketType: "ROUTER", Server: true},
		{SocketType: "PUB", MaxVersion: [2]int{3, 0}},
		{SocketType: "REP", MaxVersion: [2]int{2, 0}},
		{SocketType: "REP", MaxVersion: [2]int{1, 0}, RoutingID: make([]byte, 255)},
		{SocketType: "PAIR", Mechanism: newTestMechanism, Server: true},
		{SocketType: "PULL", MinVersion: [2]int{2, 0}},
	}
	all := transcripts(f)
	for i, name := range slices.Sorted(maps.Keys(all)) {
		for config := range configs {
			f.Add(append(all[name].input(), all[name].rest...), byte(config), uint64(i))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, config byte, seed uint64) {
		cfg := configs[int(config)%len(configs)]
		whole := shake(cfg, in)
		rng := rand.New(rand.NewPCG(seed, 0))
		pieces := shake(cfg, randomSplit(rng, in)...)
		if whole.done != pieces.done || whole.used != pieces.used || !bytes.Equal(whole.sent, pieces.sent) {
			t.Fatalf("whole %+v\nin pieces %+v", whole, pieces)
		}
		if (whole.err == nil) != (pieces.err == nil) || whole.used > MaxHandshake {
			t.Fatalf("whole %v, in pieces %v, %d bytes", whole.err, pieces.err, whole.used)
		}
		if whole.err != nil {
			checkHandshakeError(t, whole.err, pieces.err)
			return
		}
		checkPeer(t, cfg, whole)
	})
}

func checkHandshakeError(t *testing.T, a, b error) {
	t.Helper()
	if p, ok := errors.AsType[*zmq.PeerError](a); ok {
		if q, ok := errors.AsType[*zmq.PeerError](b); !ok || *q != *p {
			t.Fatalf("%v, in pieces %v", a, b)
		}
		return
	}
	p, ok := errors.AsType[*zmq.ProtocolError](a)
	q, ok2 := errors.AsType[*zmq.ProtocolError](b)
	if !ok || !ok2 || p.Rule != q.Rule {
		t.Fatalf("%v, in pieces %v", a, b)
	}
}

// checkPeer checks what must be true of all peers that were accepted.
func checkPeer(t *testing.T, cfg HandshakeConfig, o outcome) {
	t.Helper()
	if !o.done {
		return
	}
	p := o.peer
	if !slices.Contains([][2]int{{1, 0}, {2, 0}, {3, 0}, {3, 1}}, [2]int{p.Major, p.Minor}) {
		t.Fatalf("peer speaks %d.%d", p.Major, p.Minor)
	}
	if len(p.RoutingID) > MaxRoutingID || len(p.RoutingID) > 0 && p.RoutingID[0] == 0 {
		t.Fatalf("routing id %q", p.RoutingID)
	}
	if p.SocketType != "" && !CompatibleTypes(cfg.SocketType, p.SocketType) {
		t.Fatalf("socket type %q", p.SocketType)
	}
}
