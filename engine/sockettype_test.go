package engine

import (
	"strings"
	"testing"
)

// "The peer SHOULD enforce that the other peer is using a valid socket type. For
// each socket type, its legal peer types are as follows".
// https://rfc.zeromq.org/spec/37/#the-socket-type-property
const legalPeers = `
REQ: REP ROUTER
REP: REQ DEALER
DEALER: REP DEALER ROUTER
ROUTER: REQ DEALER ROUTER
PUB: SUB XSUB
XPUB: SUB XSUB
SUB: PUB XPUB
XSUB: PUB XPUB
PUSH: PULL
PULL: PUSH
PAIR: PAIR
CLIENT: SERVER
SERVER: CLIENT
RADIO: DISH
DISH: RADIO
SCATTER: GATHER
GATHER: SCATTER
PEER: PEER
CHANNEL: CHANNEL
DGRAM: DGRAM
STREAM:
`

func TestCompatibleTypes(t *testing.T) {
	legal := make(map[string]string)
	for line := range strings.Lines(strings.TrimSpace(legalPeers)) {
		name, peers, _ := strings.Cut(strings.TrimSpace(line), ":")
		legal[name] = peers + " "
	}
	if len(legal) != len(socketTypes) {
		t.Fatalf("%d types, want %d", len(socketTypes), len(legal))
	}
	for a, peers := range legal {
		for b := range legal {
			want := strings.Contains(peers, " "+b+" ")
			if got := CompatibleTypes(a, b); got != want || got != CompatibleTypes(b, a) {
				t.Errorf("%s with %s: %v, and the other way round %v", a, b, got, CompatibleTypes(b, a))
			}
		}
		for _, b := range []string{"", "req", "XREQ", "REQ\x00"} {
			if CompatibleTypes(a, b) || CompatibleTypes(b, a) {
				t.Errorf("%s with %q", a, b)
			}
		}
	}
}

// "PAIR = %X00" to "PUSH = %X08"
// https://rfc.zeromq.org/spec/15/#formal-grammar
func TestSocketTypeOctet(t *testing.T) {
	for i, name := range []string{"PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH"} {
		if got := socketTypeOctet(name); int(got) != i {
			t.Errorf("%s is %d, want %d", name, got, i)
		}
	}
	// "XPUB and XSUB sockets are implemented at the protocol level as PUB and
	// SUB sockets."
	// https://rfc.zeromq.org/spec/15/#publish-subscribe
	if p, s := socketTypeOctet("XPUB"), socketTypeOctet("XSUB"); p != 1 || s != 2 {
		t.Errorf("XPUB is %d, XSUB %d", p, s)
	}
	if got := socketTypeOctet("MINE"); got != 0xFF {
		t.Errorf("unknown type is %d", got)
	}
}
