//go:build unix

package interop

import (
	"errors"
	"fmt"
	"testing"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// TestZAPOfOurs has a handler of ours judge libzmq.
func TestZAPOfOurs(t *testing.T) {
	peer := startPeer(t)
	for _, status := range []string{"200", "400", "500"} {
		t.Run(status, func(t *testing.T) {
			c := patterns.NewContext()
			t.Cleanup(func() { c.Close() })
			in := patterns.InContext(c)
			handler := newOurs(t, "REP", in)
			handler.bind(patterns.ZAPEndpoint)
			us := newOurs(t, "ROUTER", in, patterns.ZAPDomain("test"))
			them := newTheirs(t, peer, "DEALER", options{"ROUTING_ID": map[string]any{"hex": "6a6f65"}})
			them.monitor()
			join(t, us, them, "tcp")
			expect(t, handler.recv(), texts("1.0", "1", "test", "127.0.0.1", "joe", "NULL"))
			handler.send(texts("1.0", "1", status, "", "", ""))
			if status == "200" {
				them.send(texts("hello"))
				expect(t, us.recv(), texts("joe", "hello"))
				return
			}
			a := them.event("HANDSHAKE_FAILED_AUTH")
			if got := fmt.Sprint(a.OK.Value); got != status {
				t.Errorf("libzmq is told %s, want %s", got, status)
			}
			if ev := us.event(patterns.HandshakeFailedAuth); !errors.As(ev.Err, new(*zmq.AuthError)) {
				t.Errorf("failed because of %v", ev.Err)
			}
		})
	}
}

// TestZAPOfTheirs has a handler of libzmq's judge us.
func TestZAPOfTheirs(t *testing.T) {
	peer := startPeer(t)
	handler := newTheirs(t, peer, "REP", nil)
	handler.bind(patterns.ZAPEndpoint)
	for _, status := range []string{"200", "400", "500"} {
		t.Run(status, func(t *testing.T) {
			them := newTheirs(t, peer, "PULL", options{"ZAP_DOMAIN": map[string]any{"hex": "74657374"}})
			us := newOurs(t, "PUSH")
			join(t, them, us, "tcp")
			if m := handler.recv(); len(m) != 6 || string(m[2].body) != "test" {
				t.Errorf("the request is %v", m)
			}
			handler.send(texts("1.0", "1", status, "", "", ""))
			if status == "200" {
				us.send(texts("hello"))
				expect(t, them.recv(), texts("hello"))
				return
			}
			ev := us.event(patterns.HandshakeFailedAuth)
			if told, ok := errors.AsType[*zmq.PeerError](ev.Err); !ok || told.Reason != status {
				t.Errorf("we are told %v", ev.Err)
			}
		})
	}
}
