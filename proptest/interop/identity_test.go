//go:build unix

package interop

import (
	"strings"
	"testing"

	"github.com/zeroactor/zmq/patterns"
)

var identities = map[string]string{
	"one byte":  "a",
	"name":      "alice",
	"binary":    "\xff\x00\x01\x02",
	"255 bytes": strings.Repeat("i", 255),
}

// TestIdentities announces ids to a ROUTER, which knows its peers by them and
// can speak first.
func TestIdentities(t *testing.T) {
	peer := startPeer(t)
	for name, id := range identities {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, typ := range []string{"DEALER", "REQ"} {
				dealer := newOurs(t, typ, patterns.RoutingID([]byte(id)))
				router := newTheirs(t, peer, "ROUTER", options{"ROUTER_MANDATORY": 1})
				talkByIdentity(t, dealer, router, typ, id)
				theirDealer := newTheirs(t, peer, typ, options{"ROUTING_ID": []byte(id)})
				ourRouter := newOurs(t, "ROUTER", patterns.RouterMandatory(true))
				talkByIdentity(t, theirDealer, ourRouter, typ, id)
				ev := ourRouter.event(patterns.HandshakeSucceeded)
				if string(ev.Peer.RoutingID) != id || ev.Peer.SocketType != typ || ev.Peer.Version[0] != 3 {
					t.Errorf("the handshake tells of %+v", ev.Peer)
				}
			}
		})
	}
}

func talkByIdentity(t testing.TB, dealer, router end, typ, id string) {
	t.Helper()
	join(t, router, dealer, "tcp")
	if typ == "REQ" {
		dealer.send(texts("request"))
		expect(t, router.recv(), texts(id, "", "request"))
		router.send(texts(id, "", "reply"))
		expect(t, dealer.recv(), texts("reply"))
		return
	}
	router.send(texts(id, "you first"))
	expect(t, dealer.recv(), texts("you first"))
	dealer.send(texts("after you"))
	expect(t, router.recv(), texts(id, "after you"))
}

// TestMadeUpIdentities lets a ROUTER tell peers apart that announce no id.
func TestMadeUpIdentities(t *testing.T) {
	peer := startPeer(t)
	for name, oursRoutes := range map[string]bool{"our ROUTER": true, "their ROUTER": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			router := side{typ: "ROUTER"}.newEnd(t, peer, oursRoutes)
			endpoint := router.bind(wildcard(t, "tcp"))
			ids := map[string]bool{}
			for range 3 {
				dealer := side{typ: "DEALER"}.newEnd(t, peer, !oursRoutes)
				dealer.connect(endpoint)
				dealer.send(texts("hello"))
				m := router.recv()
				if len(m) != 2 || m[0].size != 5 || m[0].body[0] != 0 {
					t.Fatalf("got %v", m)
				}
				ids[string(m[0].body)] = true
				router.send(m)
				expect(t, dealer.recv(), texts("hello"))
			}
			if len(ids) != 3 {
				t.Errorf("three peers have the ids %v", ids)
			}
		})
	}
}

// TestProbe makes a DEALER tell a ROUTER of itself.
func TestProbe(t *testing.T) {
	peer := startPeer(t)
	router, dealer := newOurs(t, "ROUTER"), newTheirs(t, peer, "DEALER", options{"PROBE_ROUTER": 1, "ROUTING_ID": []byte("theirs")})
	join(t, router, dealer, "tcp")
	expect(t, router.recv(), texts("theirs", ""))
	theirRouter := newTheirs(t, peer, "ROUTER", nil)
	ourDealer := newOurs(t, "DEALER", patterns.ProbeRouter(true), patterns.RoutingID([]byte("ours")))
	join(t, theirRouter, ourDealer, "tcp")
	expect(t, theirRouter.recv(), texts("ours", ""))
}

// TestHandover gives the id of a connected peer to the next who wants it.
func TestHandover(t *testing.T) {
	peer := startPeer(t)
	for name, oursRoutes := range map[string]bool{"our ROUTER": true, "their ROUTER": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var router end
			var dealers [2]end
			for i := range dealers {
				if oursRoutes {
					dealers[i] = newTheirs(t, peer, "DEALER", options{"ROUTING_ID": []byte("same"), "RECONNECT_IVL": -1})
				} else {
					dealers[i] = newOurs(t, "DEALER", patterns.RoutingID([]byte("same")), patterns.ReconnectInterval(0))
				}
			}
			if oursRoutes {
				router = newOurs(t, "ROUTER", patterns.RouterHandover(true))
			} else {
				router = newTheirs(t, peer, "ROUTER", options{"ROUTER_HANDOVER": 1})
			}
			endpoint := router.bind(wildcard(t, "tcp"))
			for _, dealer := range dealers {
				dealer.connect(endpoint)
				dealer.send(texts("it's me"))
				expect(t, router.recv(), texts("same", "it's me"))
				router.send(texts("same", "welcome"))
				expect(t, dealer.recv(), texts("welcome"))
			}
		})
	}
}
