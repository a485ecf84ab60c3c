package engine

import (
	"bytes"
	"fmt"

	"github.com/zeroactor/zmq"
)

// MaxRoutingID is the most bytes that a routing id has.
// "identity = 0*255OCTET"
// https://rfc.zeromq.org/spec/37/#the-identity-property
const MaxRoutingID = 255

// sendIdentity sends our routing id as the first frame of versions before 3.0.
func (h *Handshake) sendIdentity() {
	if h.peer.Major < 2 {
		h.out = appendV1Header(h.out, 0, len(h.cfg.RoutingID))
	} else {
		h.out = AppendHeader(h.out, 0, len(h.cfg.RoutingID))
	}
	h.out = append(h.out, h.cfg.RoutingID...)
}

// identity takes the identity frame of versions before 3.0, once it is there.
func (h *Handshake) identity() error {
	rule, consume := "15/ZMTP Identity", ConsumeHeader
	if h.peer.Major < 2 {
		rule, consume = "13/ZMTP Greeting", consumeV1Header
	}
	flags, size, n := consume(h.in)
	switch {
	case n < 0:
		return &zmq.ProtocolError{Rule: rule, Detail: fmt.Sprintf("malformed identity frame, starts with %x", h.in)}
	case n == 0:
		h.expect(len(h.in)+1, (*Handshake).identity)
		return nil
	case size > MaxRoutingID:
		return &zmq.ProtocolError{Rule: rule, Detail: fmt.Sprintf("identity of %d bytes, the limit is %d", size, MaxRoutingID)}
	case h.peer.Major >= 2 && flags&(FlagMore|FlagCommand) != 0:
		// "identity = final-short body"
		// https://rfc.zeromq.org/spec/15/#formal-grammar
		return &zmq.ProtocolError{Rule: rule, Detail: fmt.Sprintf("identity frame with flags %#02x", flags)}
	case len(h.in) < n+int(size):
		h.expect(n+int(size), (*Handshake).identity)
		return nil
	}
	id := h.in[n:]
	if err := h.judgeRoutingID(id); err != nil {
		return err
	}
	if checkRoutingID(id) == nil {
		h.peer.RoutingID = bytes.Clone(id)
	}
	h.done = true
	return nil
}

// identityCounts says whether the identity of a peer of that type means
// anything: "For all other socket types, the Identity property shall be
// ignored." A peer that doesn't tell its type may be one that counts.
// https://rfc.zeromq.org/spec/37/#the-identity-property
func (h *Handshake) identityCounts(peerType string) bool {
	switch peerType {
	case "REQ", "DEALER", "ROUTER", "":
		return true
	}
	return false
}

// judgeRoutingID refuses routing ids that a ROUTER cannot use. A zero octet
// begins those that it gives itself, so that a peer could pass for another.
// Sockets that don't use it do without.
func (h *Handshake) judgeRoutingID(id []byte) error {
	if h.cfg.SocketType != "ROUTER" {
		return nil
	}
	return checkRoutingID(id)
}

// checkRoutingID says what is wrong with a routing id.
func checkRoutingID(id []byte) error {
	detail := ""
	switch {
	case len(id) > MaxRoutingID:
		detail = fmt.Sprintf("identity of %d bytes, the limit is %d", len(id), MaxRoutingID)
	case len(id) > 0 && id[0] == 0:
		// "The first octet of the Identity SHALL NOT be zero: identities
		// starting with a zero octet are reserved for implementations'
		// internal use."
		// https://rfc.zeromq.org/spec/37/#the-identity-property
		detail = "identity begins with a zero octet"
	default:
		return nil
	}
	return &zmq.ProtocolError{Rule: "37/ZMTP Identity Property", Detail: detail}
}
