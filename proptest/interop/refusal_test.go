//go:build unix

package interop

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// TestWrongType connects sockets whose types have nothing to say to each other.
// Each side refuses the other; the first one to do so closes the connection, and
// the other may then not learn whom it would have refused.
func TestWrongType(t *testing.T) {
	peer := startPeer(t)
	var saidWhy atomic.Int64
	t.Run("pairs", func(t *testing.T) {
		for _, types := range [][2]string{
			{"PUSH", "PUSH"}, {"PUSH", "PUB"}, {"PULL", "SUB"}, {"SUB", "XSUB"}, {"XPUB", "ROUTER"},
			{"PAIR", "DEALER"}, {"REQ", "PULL"}, {"REQ", "REQ"}, {"REP", "REP"}, {"ROUTER", "PUSH"}, {"DEALER", "SUB"},
		} {
			for name, oursBinds := range map[string]bool{"we bind": true, "they bind": false} {
				t.Run(fmt.Sprintf("our %s, their %s, %s", types[0], types[1], name), func(t *testing.T) {
					t.Parallel()
					us, them := newOurs(t, types[0]), newTheirs(t, peer, types[1], nil)
					them.monitor()
					if oursBinds {
						join(t, us, them, "tcp")
					} else {
						join(t, them, us, "tcp")
					}
					if us.refuses(types[1]) {
						saidWhy.Add(1)
					}
					them.refused()
				})
			}
		}
	})
	if saidWhy.Load() == 0 {
		t.Error("we have never refused anybody because of his type")
	}
}

// refuses waits until we have refused the peer. It reports whether that was
// because of his type, and not because he was quicker to refuse us.
func (o *ours) refuses(typ string) bool {
	o.t.Helper()
	ev := o.event(patterns.HandshakeSucceeded | patterns.HandshakeFailedProtocol |
		patterns.HandshakeFailedNoDetail | patterns.HandshakeFailedAuth)
	var protocol *zmq.ProtocolError
	switch {
	case ev.Kind == patterns.HandshakeFailedNoDetail && ev.Err != nil:
		return false
	case ev.Kind != patterns.HandshakeFailedProtocol || !errors.As(ev.Err, &protocol) ||
		!strings.Contains(protocol.Detail, typ):
		o.t.Errorf("the monitor of our %s tells of %v: %v", o.typ, ev.Kind, ev.Err)
	}
	return true
}

// refused waits until libzmq has given up a connection without a handshake.
func (s *theirs) refused() {
	s.t.Helper()
	a := s.event("DISCONNECTED", "HANDSHAKE_FAILED_NO_DETAIL", "HANDSHAKE_FAILED_PROTOCOL")
	if slices.Contains(a.OK.Seen, "HANDSHAKE_SUCCEEDED") {
		s.t.Errorf("their %s has accepted us: %v", s.typ, a.OK.Seen)
	}
}

// TestTooLarge sends us more than we take: the largest message arrives, and the
// next one ends the connection.
func TestTooLarge(t *testing.T) {
	peer := startPeer(t)
	for _, limit := range []int{0, 10, 255, 1000, 100_000} {
		for _, transport := range transports {
			t.Run(fmt.Sprintf("%s/%d", transport, limit), func(t *testing.T) {
				t.Parallel()
				pull := newOurs(t, "PULL", patterns.MaxMessageSize(int64(limit)))
				push := newTheirs(t, peer, "PUSH", options{"RECONNECT_IVL": -1})
				push.monitor()
				join(t, pull, push, transport)
				push.send(message{patterned(limit, 1)})
				expect(t, pull.recv(), message{patterned(limit, 1)})
				push.send(message{patterned(limit+1, 2)})
				if ev := pull.event(patterns.Disconnected); !errors.Is(ev.Err, zmq.ErrTooLarge) {
					t.Errorf("disconnected because of %v", ev.Err)
				}
				push.event("DISCONNECTED")
				next := newTheirs(t, peer, "PUSH", nil)
				next.connect(push.last)
				next.send(message{patterned(limit, 3)})
				expect(t, pull.recv(), message{patterned(limit, 3)})
			})
		}
	}
}

// TestTooLargeForThem sends libzmq more than it takes. That is the end of the
// connection, and not of our socket.
func TestTooLargeForThem(t *testing.T) {
	peer := startPeer(t)
	push, pull := newOurs(t, "PUSH"), newTheirs(t, peer, "PULL", options{"MAXMSGSIZE": 1000})
	join(t, pull, push, "tcp")
	push.send(message{patterned(1000, 1)})
	expect(t, pull.recv(), message{patterned(1000, 1)})
	push.send(message{patterned(1001, 2)})
	push.event(patterns.Disconnected)
	push.event(patterns.HandshakeSucceeded)
	push.send(texts("fits"))
	expect(t, pull.recv(), texts("fits"))
}
