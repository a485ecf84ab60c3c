package engine

import (
	"fmt"
	"slices"

	"github.com/zeroactor/zmq"
)

// The steps of a Handshake up to where both sides know what to speak. Each is
// called when the bytes that the step before has asked for are there.

// firstOctet tells peers without a signature apart.
func (h *Handshake) firstOctet() error {
	// "If this first octet is not %FF, then the other peer is using ZMTP 1.0,
	// and has sent us a short frame length for its identity."
	// https://rfc.zeromq.org/spec/37/#detecting-zmtp-10-and-20-peers
	if h.in[0] != 0xFF {
		h.expect(v1ShortHeader, (*Handshake).unversionedShort)
		return nil
	}
	h.expect(signatureSize, (*Handshake).signature)
	return nil
}

// unversionedShort looks at the header of a short identity frame, or at what
// is none. "The flags octet (idflags) of an identity frame SHALL NOT be
// validated": we do it all the same. ZMTP 1.0 peers send 0, the rest of the
// world when it knocks on the wrong door sends anything else, and would be read
// as an identity and frames behind it.
// https://rfc.zeromq.org/spec/13/#the-connection-layer
func (h *Handshake) unversionedShort() error {
	if h.in[0] == 0 || h.in[1] > FlagMore {
		return noGreeting(slices.Concat(h.in, h.rest))
	}
	return h.unversioned()
}

// signature looks whether the first ten octets are one.
func (h *Handshake) signature() error {
	// "If this first octet is %FF, then we read nine further octets, and
	// inspect the last octet (the 10th in total). If the least significant bit
	// is 0, then the other peer is using ZMTP 1.0 and has sent us a long
	// length for its identity."
	// "A peer SHALL NOT assign any significance to the padding field and MUST
	// NOT validate this nor interpret it in any way whatsoever."
	// https://rfc.zeromq.org/spec/37/#version-negotiation
	if h.in[signatureSize-1]&1 == 0 {
		return h.unversioned()
	}
	h.out = append(h.out, h.revisionOctet())
	h.expect(revisionAt+1, (*Handshake).revision)
	return nil
}

// revisionOctet returns the revision that we announce.
func (h *Handshake) revisionOctet() byte {
	if h.cfg.MaxVersion[0] < 3 {
		return revisionV2
	}
	return revisionV3
}

// unversioned goes on with a peer that has begun its identity frame: what we
// have sent is, to it, the header of ours.
func (h *Handshake) unversioned() error {
	if err := h.settle(1, 0); err != nil {
		return err
	}
	// "We continue by sending the body of the identity frame (zero or more
	// octets). From then, we encode and decode all frames on that connection
	// using the ZMTP 1.0 framing syntax."
	// https://rfc.zeromq.org/spec/37/#detecting-zmtp-10-and-20-peers
	h.out = append(h.out, h.cfg.RoutingID...)
	return h.identity()
}

// revision chooses the version to speak.
func (h *Handshake) revision() error {
	r := h.in[revisionAt]
	h.peer.Revision = int(r)
	if r == revisionV1 || r == revisionV2 || h.cfg.MaxVersion[0] < 3 {
		major := 2
		if r == revisionV1 {
			major = 1
		}
		if err := h.settle(major, 0); err != nil {
			return err
		}
		h.out = append(h.out, socketTypeOctet(h.cfg.SocketType))
		h.expect(v2GreetingSize, (*Handshake).v2Greeting)
		return nil
	}
	// "A peer that reads a full greeting, including mechanism, MUST also send a
	// full greeting including mechanism."
	// https://rfc.zeromq.org/spec/37/#authentication-and-confidentiality
	h.out = appendGreetingEnd(h.out, h.cfg.MaxVersion[1], h.mechanism.Name(), h.asServer())
	h.expect(greetingSize, (*Handshake).greeting)
	return nil
}

// asServer returns what our greeting says of our role.
func (h *Handshake) asServer() bool {
	// "When a peer uses the NULL security mechanism, the as-server field MUST
	// be zero."
	// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
	return h.cfg.Server && h.mechanism.Name() != "NULL"
}

// settle makes major.minor the version to speak, if we agree to it.
func (h *Handshake) settle(major, minor int) error {
	// "If the implementation's security mechanism is anything other than NULL,
	// and it detects a ZMTP 1.0 or 2.0 peer, it MUST immediately close the
	// connection."
	// https://rfc.zeromq.org/spec/37/#detecting-zmtp-10-and-20-peers
	if name := h.mechanism.Name(); major < 3 && name != "NULL" {
		return versionError("the peer speaks ZMTP %d.%d, which has no %s", major, minor, name)
	}
	if major < 3 && h.cfg.Authenticate != nil {
		return versionError("the peer speaks ZMTP %d.%d, where it cannot be refused, and is to be authenticated", major, minor)
	}
	// "If a peer cannot downgrade its protocol to match its peer, it MUST close
	// the connection."
	// https://rfc.zeromq.org/spec/37/#version-negotiation
	if least := h.cfg.MinVersion; slices.Compare([]int{major, minor}, least[:]) < 0 {
		return versionError("the peer speaks ZMTP %d.%d, the least allowed is %d.%d", major, minor, least[0], least[1])
	}
	h.peer.Major, h.peer.Minor = major, minor
	return nil
}

func versionError(format string, args ...any) error {
	return &zmq.ProtocolError{Rule: "37/ZMTP Version Negotiation", Detail: fmt.Sprintf(format, args...)}
}

// v2Greeting goes on behind the last octet of a greeting of ZMTP 2.0, the
// number of a socket type.
func (h *Handshake) v2Greeting() error {
	// "The implementation SHOULD enforce that an incoming connection has a
	// valid socket type". libzmq does not; of a number that is no type of ours
	// we cannot tell.
	// https://rfc.zeromq.org/spec/15/#socket-compatibility
	octet := int(h.in[v2GreetingSize-1])
	if octet < len(socketTypes) && !h.compatible(socketTypes[octet].name) {
		return &zmq.ProtocolError{
			Rule:   "15/ZMTP Socket Compatibility",
			Detail: fmt.Sprintf("%s does not talk to %s", h.cfg.SocketType, socketTypes[octet].name),
		}
	}
	h.sendIdentity()
	h.begin(1, (*Handshake).identity)
	return nil
}

// greeting goes on behind the whole greeting of a ZMTP 3.x peer. The filler is
// not looked at: it is where later versions will put what they add.
func (h *Handshake) greeting() error {
	minor := 1
	if h.in[revisionAt] == revisionV3 && h.in[minorAt] == 0 {
		minor = 0
	}
	if err := h.settle(3, min(minor, h.cfg.MaxVersion[1])); err != nil {
		return err
	}
	if err := checkMechanism(h.in[mechanismAt:asServerAt], h.mechanism.Name()); err != nil {
		return err
	}
	h.peer.AsServer = h.in[asServerAt] != 0
	var err error
	h.out, err = h.mechanism.Begin(h.out)
	h.begin(1, (*Handshake).command)
	return err
}
