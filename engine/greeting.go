package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/zeroactor/zmq"
)

// The greeting of ZMTP 3.x. Its first ten octets are also the header of a ZMTP
// 1.0 frame that carries an identity, so that peers of that time read on. The
// eleventh is where those of ZMTP 2.0 differ: revision 1, and only the number
// of the socket type behind it.
//
//	 0    1         8   9    10    11    12        31   32    33     63
//	+----+-----------+----+-----+-----+--------------+-----+-----------+
//	| FF |  padding  | 7F |  3  |  1  |  mechanism   | srv |  filler   |
//	+----+-----------+----+-----+-----+--------------+-----+-----------+
//	      our identity     major minor  padded with 0        zeros
//	      + 1, for 1.0
//
// https://rfc.zeromq.org/spec/37/#formal-grammar
const (
	signatureSize  = 10
	revisionAt     = 10
	minorAt        = 11
	mechanismAt    = 12
	asServerAt     = mechanismAt + maxMechanismName
	v2GreetingSize = 12
	greetingSize   = 64
)

// Revisions: what the octet behind the signature says.
const (
	revisionV1 = 0 // ZMTP 1.0 framing, but a versioned greeting
	revisionV2 = 1 // ZMTP 2.0
	revisionV3 = 3 // ZMTP 3.x; so are 2, which nobody has, and all that come
)

// appendSignature appends the start of a greeting of any version. idSize is the
// size of our routing id.
func appendSignature(b []byte, idSize int) []byte {
	// "Send a 10-octet pseudo-signature consisting of "%xFF size %x7F" where
	// 'size' is the number of octets in the sender's identity (0 or greater)
	// plus 1. The size SHALL be 8 octets in network byte order and occupies
	// the padding field."
	// https://rfc.zeromq.org/spec/37/#detecting-zmtp-10-and-20-peers
	b = append(b, 0xFF)
	b = binary.BigEndian.AppendUint64(b, uint64(idSize)+1)
	return append(b, 0x7F)
}

// appendGreetingEnd appends what follows the revision in a greeting of 3.x.
func appendGreetingEnd(b []byte, minor int, mechanism string, asServer bool) []byte {
	b = append(b, byte(minor))
	b = append(b, mechanism...)
	b = append(b, make([]byte, maxMechanismName-len(mechanism))...)
	var server byte
	if asServer {
		server = 1
	}
	b = append(b, server)
	return append(b, make([]byte, greetingSize-asServerAt-1)...)
}

// checkMechanism compares the mechanism's field of a greeting with our name.
func checkMechanism(field []byte, ours string) error {
	// "If the mechanism that the peer received does not exactly match the
	// mechanism it sent, it MUST close the connection."
	// https://rfc.zeromq.org/spec/37/#authentication-and-confidentiality
	name := bytes.TrimRight(field, "\x00")
	if string(name) == ours {
		return nil
	}
	return &zmq.ProtocolError{
		Rule:   "37/ZMTP Greeting",
		Detail: fmt.Sprintf("the peer's mechanism is %q, ours is %q", name, ours),
	}
}

// maxSeen is how many of the bytes that are no greeting an error shows.
const maxSeen = 24

// noGreeting is the error for a peer whose first bytes no version begins with.
func noGreeting(seen []byte) error {
	seen = seen[:min(len(seen), maxSeen)]
	detail := fmt.Sprintf("does not start with 0xFF, nor with an identity of ZMTP 1.0, but with %q", seen)
	if like := looksLike(seen); like != "" {
		detail += "; looks like " + like
	}
	return &zmq.ProtocolError{Rule: "37/ZMTP Greeting", Detail: detail}
}

// looksLike names a protocol that begins with seen, or returns "". seen may be
// cut off after the second byte.
func looksLike(seen []byte) string {
	starts := [...]struct{ start, name string }{
		{"GET ", "HTTP"},
		{"POST ", "HTTP"},
		{"PUT ", "HTTP"},
		{"HEAD ", "HTTP"},
		{"OPTIONS ", "HTTP"},
		{"DELETE ", "HTTP"},
		{"PATCH ", "HTTP"},
		{"CONNECT ", "HTTP"},
		{"TRACE ", "HTTP"},
		{"PRI * HTTP/2", "HTTP"},
		{"HTTP/", "HTTP"},
		{"SSH-", "SSH"},
		{"\x16\x03", "TLS"},
	}
	for _, s := range starts {
		n := min(len(s.start), len(seen))
		if string(seen[:n]) == s.start[:n] {
			return s.name
		}
	}
	return ""
}
