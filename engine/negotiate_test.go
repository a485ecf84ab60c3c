package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
)

// fullGreeting returns the greeting of a ZMTP 3.x peer, given what may vary.
func fullGreeting(padding [8]byte, major, minor byte, mechanism string, asServer byte) []byte {
	b := append([]byte{0xFF}, padding[:]...)
	b = append(b, 0x7F, major, minor)
	b = append(b, mechanism...)
	b = append(b, make([]byte, asServerAt-len(b))...)
	b = append(b, asServer)
	return append(b, make([]byte, greetingSize-len(b))...)
}

// readyOf returns the READY command of a socket.
func readyOf(socketType string, more ...string) []byte {
	p := Properties{{Name: PropertySocketType, Value: []byte(socketType)}}
	for i := 0; i < len(more); i += 2 {
		p = append(p, Properties{{Name: more[i], Value: []byte(more[i+1])}}...)
	}
	return AppendReady(nil, p)
}

// "the peer SHALL send to the other a partial greeting sufficient to trigger
// version detection. [...] The peer SHALL then read the first eleven octets":
// what tells the versions apart is sent before anything is read, the version
// when the signature has come, and the rest when the version has.
// https://rfc.zeromq.org/spec/37/#version-negotiation
func TestPartialGreetingComesFirst(t *testing.T) {
	h := NewHandshake(HandshakeConfig{SocketType: "PAIR"})
	theirs := fullGreeting([8]byte{}, 3, 1, "NULL", 0)
	sent := h.Output()
	if want := appendSignature(nil, 0); !bytes.Equal(sent, want) {
		t.Fatalf("first of all %x, want %x", sent, want)
	}
	for i, b := range theirs[:revisionAt+1] {
		if _, _, err := h.Input([]byte{b}); err != nil {
			t.Fatal(err)
		}
		out := h.Output()
		sent = append(sent, out...)
		switch want := map[int]int{signatureSize - 1: 1, revisionAt: greetingSize - revisionAt - 1}[i]; {
		case len(out) != want:
			t.Fatalf("%d octets after octet %d, want %d", len(out), i, want)
		}
	}
	if want := fullGreeting([8]byte{7: 1}, 3, 1, "NULL", 0); !bytes.Equal(sent, want) {
		t.Errorf("the greeting is %x, want %x", sent, want)
	}
}

// "A peer SHALL NOT assign any significance to the padding field and MUST NOT
// validate this nor interpret it in any way whatsoever."
// https://rfc.zeromq.org/spec/37/#version-negotiation
func TestPaddingMeansNothing(t *testing.T) {
	for _, padding := range [][8]byte{{}, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, {7: 0x7F}, {1, 2, 3, 4, 5, 6, 7, 8}} {
		o := shake(HandshakeConfig{SocketType: "PAIR"}, fullGreeting(padding, 3, 1, "NULL", 0), readyOf("PAIR"))
		if o.err != nil || !o.done || o.peer.Major != 3 || o.peer.Minor != 1 {
			t.Errorf("%x: %+v", padding, o)
		}
	}
}

// "A peer MUST accept higher protocol versions as valid." "A peer SHALL always
// use its own protocol (including framing) when talking to an equal or higher
// protocol peer."
// https://rfc.zeromq.org/spec/37/#version-negotiation
func TestHigherVersionsAreSpokenToInOurs(t *testing.T) {
	for _, v := range [][2]byte{{3, 1}, {3, 2}, {3, 255}, {4, 0}, {4, 7}, {255, 0}, {255, 255}} {
		o := shake(HandshakeConfig{SocketType: "PAIR"}, fullGreeting([8]byte{}, v[0], v[1], "NULL", 0), readyOf("PAIR"))
		if o.err != nil || !o.done || o.peer.Major != 3 || o.peer.Minor != 1 {
			t.Errorf("%v: %+v", v, o)
		}
		if got := o.sent[revisionAt : minorAt+1]; !bytes.Equal(got, []byte{3, 1}) {
			t.Errorf("%v: our greeting says %v", v, got)
		}
	}
}

// "If the chosen security mechanism does not specify client and server roles,
// the as-server field SHALL have no significance, and SHOULD be zero for all
// peers."
// https://rfc.zeromq.org/spec/37/#topology
func TestAsServerMeansNothingToNULL(t *testing.T) {
	for _, server := range []bool{false, true} {
		for _, theirs := range []byte{0, 1} {
			o := shake(HandshakeConfig{SocketType: "PAIR", Server: server},
				fullGreeting([8]byte{}, 3, 1, "NULL", theirs), readyOf("PAIR"))
			if o.err != nil || !o.done || o.sent[asServerAt] != 0 {
				t.Errorf("server %v, the peer says %d: %v, we say %d", server, theirs, o.err, o.sent[asServerAt])
			}
		}
	}
}

// "An implementation MUST guard against downgrade attacks, which may take the
// form of crafting a ZMTP 1.0 or 2.0 protocol header, or asking for a less
// secure mechanism than the application has requested."
// https://rfc.zeromq.org/spec/37/#security-considerations
func TestNobodyIsTalkedIntoLessSecurity(t *testing.T) {
	for name, theirs := range map[string][]byte{
		"1.0":  []byte("\x01\x00"),
		"2.0":  append(appendSignature(nil, 0), revisionV2, 0, 0, 0),
		"NULL": fullGreeting([8]byte{}, 3, 1, "NULL", 0),
	} {
		for _, server := range []bool{false, true} {
			o := shake(HandshakeConfig{SocketType: "PAIR", Mechanism: newTestMechanism, Server: server}, theirs)
			if o.err == nil || o.done {
				t.Errorf("%s, server %v: %+v", name, server, o)
			}
			if bytes.Contains(o.sent, []byte("READY")) {
				t.Errorf("%s, server %v: told who we are: %q", name, server, o.sent)
			}
			if name == "NULL" {
				continue
			}
			// Of old peers nobody can ask who they are before they are let in.
			judge := func(Claim) (Admission, error) { return Admission{}, nil }
			if o := shake(HandshakeConfig{SocketType: "PAIR", Authenticate: judge, Server: server}, theirs); o.err == nil || o.done {
				t.Errorf("%s, server %v, and is to be authenticated: %+v", name, server, o)
			}
		}
	}
}

// "The implementation SHALL accept all resource requests, as a resource may
// become available at an arbitrary time after the connection has been
// established." No socket of ours has resources: the property is one like any
// other, and stays to be read.
// https://rfc.zeromq.org/spec/37/#new-the-resource-property
func TestResourcesAreAccepted(t *testing.T) {
	for _, resource := range []string{"system/name-service/test", "", "not a name / at all"} {
		o := shake(HandshakeConfig{SocketType: "REP", Server: true},
			fullGreeting([8]byte{}, 3, 1, "NULL", 0), readyOf("REQ", "Resource", resource))
		if v, ok := o.peer.Properties.Get("resource"); o.err != nil || !o.done || !ok || string(v) != resource {
			t.Errorf("%q: %+v", resource, o)
		}
	}
}

// "For all other socket types [than REQ, DEALER and ROUTER], the Identity
// property shall be ignored."
// https://rfc.zeromq.org/spec/37/#the-identity-property
func TestIdentityOfOtherTypesIsIgnored(t *testing.T) {
	accepts := func(string) bool { return true }
	for i := range socketTypes {
		name := socketTypes[i].name
		want := ""
		if name == "REQ" || name == "DEALER" || name == "ROUTER" {
			want = "joe"
		}
		for _, ours := range []string{"ROUTER", "PULL"} {
			o := shake(HandshakeConfig{SocketType: ours, Compatible: accepts},
				fullGreeting([8]byte{}, 3, 1, "NULL", 0), readyOf(name, "Identity", "joe"))
			if o.err != nil || string(o.peer.RoutingID) != want {
				t.Errorf("%s sees %s as %q: %v", ours, name, o.peer.RoutingID, o.err)
			}
		}
	}
}

// "When a peer validates the socket type, it SHOULD handle errors by returning
// an ERROR command, and then disconnecting the peer."
// https://rfc.zeromq.org/spec/37/#the-socket-type-property
func TestWrongSocketTypeIsAnsweredWithERROR(t *testing.T) {
	for _, server := range []bool{false, true} {
		o := shake(HandshakeConfig{SocketType: "PUSH", Server: server},
			fullGreeting([8]byte{}, 3, 1, "NULL", 0), readyOf("PUB"))
		wantRule(t, o.err, "37/ZMTP Socket-Type Property")
		want := AppendError(nil, `PUSH does not talk to "PUB"`)
		if !bytes.HasSuffix(o.sent, want) {
			t.Errorf("server %v: sent %q", server, o.sent)
		}
	}
}

// Mechanisms are compared as a whole: "If the mechanism that the peer received
// does not exactly match the mechanism it sent, it MUST close the connection."
// https://rfc.zeromq.org/spec/37/#authentication-and-confidentiality
func TestMechanismsMustMatchExactly(t *testing.T) {
	for _, name := range []string{"PLAIN", "CURVE", "NUL", "NULLA", "null", "", "NULL\x00X"} {
		o := shake(HandshakeConfig{SocketType: "PAIR"}, fullGreeting([8]byte{}, 3, 1, name, 0), readyOf("PAIR"))
		wantRule(t, o.err, "37/ZMTP Greeting")
		if o.done {
			t.Errorf("%q is accepted", name)
		}
	}
}

// "The implementation SHOULD enforce that an incoming connection has a valid
// socket type [...] Any other socket combinations SHOULD be handled by silently
// disconnecting the other peer". libzmq 3.2 has numbers of its own for XPUB and
// XSUB; a number that nobody knows is let pass.
// https://rfc.zeromq.org/spec/15/#socket-compatibility
func TestSocketTypesOf2_0AreEnforced(t *testing.T) {
	const unknown = 21
	for i := range socketTypes {
		ours := socketTypes[i].name
		if ours == "STREAM" {
			continue
		}
		for octet := range unknown + 1 {
			theirs := append(appendSignature(nil, 0), revisionV2, byte(octet), 0, 0)
			o := shake(HandshakeConfig{SocketType: ours}, theirs)
			fits := octet == unknown || CompatibleTypes(ours, socketTypes[octet].name)
			if o.done != fits || (o.err == nil) != fits {
				t.Errorf("%s and number %d: done %v, error %v", ours, octet, o.done, o.err)
			}
			if !fits {
				wantRule(t, o.err, "15/ZMTP Socket Compatibility")
			}
		}
	}
}

// "On all ZMTP connections, command names SHALL be visible and command frames
// SHALL be printable", which is said of a mechanism's commands and their names.
// https://rfc.zeromq.org/spec/37/#wire-analysis-of-the-connection
func TestCommandNamesAreVisible(t *testing.T) {
	for _, name := range []string{NameReady, NameError, NameSubscribe, NameCancel, NamePing, NamePong} {
		body := AppendCommandBody(nil, name, "x")
		if want := fmt.Sprintf("%c%sx", len(name), name); string(body) != want {
			t.Errorf("%q, want %q", body, want)
		}
		for _, r := range name {
			if r < 'A' || r > 'Z' {
				t.Errorf("%q has %q", name, r)
			}
		}
	}
}

// "If a peer cannot downgrade its protocol to match its peer, it MUST close the
// connection."
// https://rfc.zeromq.org/spec/37/#version-negotiation
func TestLeastVersionIsDemanded(t *testing.T) {
	greetings := map[[2]int][]byte{
		{1, 0}: []byte("\x01\x00"),
		{2, 0}: append(appendSignature(nil, 0), revisionV2, 0, 0, 0),
		{3, 0}: append(fullGreeting([8]byte{}, 3, 0, "NULL", 0), readyOf("PAIR")...),
		{3, 1}: append(fullGreeting([8]byte{}, 3, 1, "NULL", 0), readyOf("PAIR")...),
	}
	for least := range greetings {
		for theirs, in := range greetings {
			o := shake(HandshakeConfig{SocketType: "PAIR", MinVersion: least}, in)
			if slices.Compare(theirs[:], least[:]) >= 0 {
				if o.err != nil || !o.done {
					t.Errorf("%v is not enough for %v: %v", theirs, least, o.err)
				}
				continue
			}
			wantRule(t, o.err, "37/ZMTP Version Negotiation")
		}
	}
}

// "Send a 10-octet pseudo-signature consisting of "%xFF size %x7F" where 'size'
// is the number of octets in the sender's identity (0 or greater) plus 1. The
// size SHALL be 8 octets in network byte order": to a peer of ZMTP 1.0 it begins
// the identity frame, of which the rest follows when the peer is known for one.
// To one of ZMTP 2.0 the identity is a frame of its own.
// https://rfc.zeromq.org/spec/37/#detecting-zmtp-10-and-20-peers
func TestOldGreetingsCarryTheIdentity(t *testing.T) {
	const joe = "joe"
	for _, id := range []string{"", joe, strings.Repeat("i", MaxRoutingID)} {
		signature := []byte{0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F}
		binary.BigEndian.PutUint64(signature[1:], uint64(len(id))+1)
		cfg := HandshakeConfig{SocketType: "DEALER", RoutingID: []byte(id)}
		for _, c := range []struct{ version, theirs, want, theirID string }{
			{"1.0, anonymous", "\x01\x00", id, ""},
			{"1.0", "\x04\x00joe", id, joe},
			{"2.0, anonymous", string(appendSignature(nil, 0)) + "\x01\x06\x00\x00",
				"\x03\x05\x00" + string([]byte{byte(len(id))}) + id, ""},
			{"2.0", string(appendSignature(nil, 3)) + "\x01\x06\x00\x03joe",
				"\x03\x05\x00" + string([]byte{byte(len(id))}) + id, joe},
		} {
			o := shake(cfg, []byte(c.theirs))
			if o.err != nil || !o.done || string(o.peer.RoutingID) != c.theirID {
				t.Errorf("%s: %+v", c.version, o)
			}
			if want := string(signature) + c.want; string(o.sent) != want {
				t.Errorf("%s: sent %.40q, want %.40q", c.version, o.sent, want)
			}
		}
	}
	// "identity = final-short body" https://rfc.zeromq.org/spec/15/#formal-grammar
	for _, flags := range []string{"\x01", "\x04"} {
		o := shake(HandshakeConfig{SocketType: "DEALER"}, []byte(string(appendSignature(nil, 0))+"\x01\x06"+flags+"\x03joe"))
		if _, ok := errors.AsType[*zmq.ProtocolError](o.err); !ok || o.done {
			t.Errorf("an identity frame of 2.0 with flags %q: %+v", flags, o)
		}
	}
}

// "[the peer] SHALL expect a matching 64 octet greeting": nothing is made of one that is
// shorter, and what follows it is no part of it.
// https://rfc.zeromq.org/spec/37/#version-negotiation
func TestGreetingIsAwaitedWhole(t *testing.T) {
	h := NewHandshake(HandshakeConfig{SocketType: "PAIR"}) // who connects begins with READY
	h.Output()
	theirs := fullGreeting([8]byte{}, 3, 1, "NULL", 0)
	for i, b := range append(theirs, readyOf("PAIR")...) {
		_, done, err := h.Input([]byte{b})
		if err != nil {
			t.Fatal(err)
		}
		if ready := bytes.Contains(h.Output(), []byte(NameReady)); ready != (i == 63) {
			t.Errorf("READY %v after octet %d", ready, i)
		}
		if want := i == len(theirs)+len(readyOf("PAIR"))-1; done != want {
			t.Errorf("done %v after octet %d", done, i)
		}
	}
}

// "The peer SHOULD enforce that the other peer is using a valid socket type."
// https://rfc.zeromq.org/spec/37/#the-socket-type-property
func TestSocketTypesAreEnforced(t *testing.T) {
	for _, server := range []bool{false, true} {
		for i := range socketTypes {
			for j := range socketTypes {
				ours, theirs := socketTypes[i].name, socketTypes[j].name
				o := shake(HandshakeConfig{SocketType: ours, Server: server}, fullGreeting([8]byte{}, 3, 1, "NULL", 0), readyOf(theirs))
				if fits := CompatibleTypes(ours, theirs); o.done != fits || (o.err == nil) != fits {
					t.Errorf("%s and %s, server %v: done %v, error %v", ours, theirs, server, o.done, o.err)
				}
			}
		}
	}
}
