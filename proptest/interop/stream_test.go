//go:build unix

package interop

import (
	"bytes"
	"testing"
	"time"
)

// joinStreams connects two STREAM sockets, and returns the ids by which each
// knows the other.
func joinStreams(t testing.TB, binds, connects end) (ofConnecting, ofBound frame) {
	t.Helper()
	connects.connect(binds.bind(wildcard(t, "tcp")))
	for _, x := range []struct {
		end end
		id  *frame
	}{{binds, &ofConnecting}, {connects, &ofBound}} {
		m := x.end.recv()
		if len(m) != 2 || m[0].size != 5 || m[1].size != 0 {
			t.Fatalf("told %v of a connection", m)
		}
		*x.id = m[0]
	}
	return ofConnecting, ofBound
}

// stream sends bytes and returns when the other end has received them, in
// whatever pieces.
func stream(t testing.TB, from end, id frame, to end, of frame, body []byte) {
	t.Helper()
	from.send(message{id, received(body)})
	var got []byte
	for len(got) < len(body) {
		m := to.recv()
		if len(m) != 2 || !m[0].is(of) || m[1].size == 0 {
			t.Fatalf("got %v instead of bytes", m)
		}
		if m[1].body == nil {
			// libzmq's side has told a digest only: what it is of follows
			// from the place.
			m[1].body = body[len(got):min(len(body), len(got)+m[1].size)]
			expect(t, message{received(m[1].body)}, m[1:])
		}
		got = append(got, m[1].body...)
	}
	if !bytes.Equal(got, body) {
		t.Fatalf("%d bytes differ from the %d that were sent", len(got), len(body))
	}
}

// TestStream exchanges bytes between STREAM sockets.
func TestStream(t *testing.T) {
	peer := startPeer(t)
	for name, oursBinds := range map[string]bool{"we bind": true, "they bind": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			binds := side{typ: "STREAM"}.newEnd(t, peer, oursBinds)
			connects := side{typ: "STREAM"}.newEnd(t, peer, !oursBinds)
			ofConnecting, ofBound := joinStreams(t, binds, connects)
			for _, size := range []int{1, 255, 256, 8192, 8193, 1 << 20} {
				stream(t, binds, ofConnecting, connects, ofBound, fill(size, 1))
				stream(t, connects, ofBound, binds, ofConnecting, fill(size, 2))
			}
			binds.send(message{ofConnecting, text("")}) // the end
			if !oursBinds {
				// libzmq ends the connection when its socket is used again.
				if m, ok := binds.recvWithin(100 * time.Millisecond); ok {
					t.Fatalf("got %v", m)
				}
			}
			expect(t, connects.recv(), message{ofBound, text("")})
		})
	}
}

// TestStreamSeesGreeting lets libzmq greet a STREAM of ours.
func TestStreamSeesGreeting(t *testing.T) {
	peer := startPeer(t)
	s, dealer := newOurs(t, "STREAM"), newTheirs(t, peer, "DEALER", nil)
	dealer.connect(s.bind("tcp://127.0.0.1:*"))
	id := s.recv()[0]
	var got []byte
	for len(got) < 10 {
		m := s.recv()
		expect(t, m[:1], message{id})
		got = append(got, m[1].body...)
	}
	if want := "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f"; string(got[:10]) != want {
		t.Errorf("signature %x, want %x", got[:10], want)
	}
}
