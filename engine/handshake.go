package engine

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/invariant"
)

const (
	// MaxHandshake is the most bytes that a peer may send before its handshake
	// is over. Kerberos tickets are the largest thing that belongs there, with
	// some ten KiB; what is over is an attempt on our memory.
	MaxHandshake = 128 << 10

	// MaxRoutingID is the most bytes that a routing id has.
	// "identity = 0*255OCTET"
	// https://rfc.zeromq.org/spec/37/#the-identity-property
	MaxRoutingID = 255
)

// A HandshakeConfig is what a handshake needs to know of our side. It may be
// shared by any number of handshakes and is not changed.
type HandshakeConfig struct {
	// SocketType is ours, named as in the Socket-Type property.
	SocketType string

	// RoutingID is what we call ourselves: up to [MaxRoutingID] bytes, of
	// which the first is not zero; empty is no name.
	RoutingID []byte

	// SendIdentity says that a peer of ZMTP 3.x is told the RoutingID, even if
	// it is empty: REQ, DEALER and ROUTER do. Older peers are always told.
	SendIdentity bool

	// Metadata is what else we tell the peer. Applications' names begin
	// with "X-".
	Metadata Properties

	// Compatible says whether we talk to sockets of a type. nil is
	// [CompatibleTypes]. It isn't asked if the peer doesn't tell its type.
	Compatible func(peerType string) bool

	// Server says that we are the security mechanism's server. With NULL that
	// is whoever has bound, and it matters little: a server waits for the
	// client's READY, and can so refuse it in words. At most one of the two
	// sides may be server.
	Server bool

	// Mechanism makes the security mechanism of a handshake. nil is [NewNull].
	Mechanism func(MechanismConfig) Mechanism

	// MinVersion is the lowest version of ZMTP, major and minor, that the peer
	// may speak. Zero is 1.0, or 3.0 if the mechanism isn't NULL.
	MinVersion [2]int

	// MaxVersion is the highest version that we speak ourselves: 1.0, 2.0, 3.0
	// or 3.1. Zero is 3.1. It makes old peers for tests.
	MaxVersion [2]int
}

// A Handshake finds out what a peer speaks, and comes to terms with it: the
// greeting and, from ZMTP 3.0 on, the security mechanism; before, the exchange
// of routing ids. It is a state machine without I/O, used by one goroutine:
//
//	for each piece of bytes that is read:
//		n, done, err := h.Input(piece)
//		send h.Output(), once at the beginning and then after every Input
type Handshake struct {
	cfg       HandshakeConfig
	mechanism Mechanism

	// in is the part of the peer's greeting, identity or command that has
	// arrived. When it is need bytes long, next deals with it.
	in    []byte
	need  int
	next  func(*Handshake) error
	rest  []byte // what came behind in, for error texts; valid during Input
	total int    // bytes taken so far

	out  []byte
	peer PeerInfo
	done bool
	err  error // why the handshake has failed
}

// NewHandshake returns a handshake at its start. Output has something to send.
func NewHandshake(cfg HandshakeConfig) *Handshake {
	if cfg.MaxVersion == ([2]int{}) {
		cfg.MaxVersion = [2]int{3, 1}
	}
	if cfg.Mechanism == nil {
		cfg.Mechanism = NewNull
	}
	h := &Handshake{cfg: cfg}
	h.peer.Revision = Unversioned
	h.mechanism = cfg.Mechanism(MechanismConfig{
		Server:   cfg.Server,
		Metadata: h.metadata(),
		Accept:   h.accept,
	})
	if invariant.Enabled {
		name := len(h.mechanism.Name())
		invariant.Assert(len(cfg.RoutingID) <= MaxRoutingID, "routing id of %d bytes", len(cfg.RoutingID))
		invariant.Assert(name >= 1 && name <= maxMechanismName, "mechanism's name has %d bytes", name)
	}
	if cfg.MaxVersion[0] < 2 {
		h.peer.Major = 1
		h.sendIdentity()
		h.expect(1, (*Handshake).identity)
		return h
	}
	h.out = appendSignature(h.out, len(cfg.RoutingID))
	h.expect(1, (*Handshake).firstOctet)
	return h
}

// metadata returns our own properties.
func (h *Handshake) metadata() Properties {
	p := make(Properties, 0, 2+len(h.cfg.Metadata))
	p = append(p, zmq.Property{Name: PropertySocketType, Value: []byte(h.cfg.SocketType)})
	if h.cfg.SendIdentity {
		p = append(p, zmq.Property{Name: PropertyIdentity, Value: h.cfg.RoutingID})
	}
	return append(p, h.cfg.Metadata...)
}

// Output returns what is to be sent now, which may be nothing. It belongs to
// the caller. After an error of Input that may still be an ERROR command for
// the peer, with nothing to follow.
func (h *Handshake) Output() []byte {
	out := h.out
	h.out = nil
	return out
}

// Input takes the next bytes that the peer has sent, in pieces of any size. It
// keeps what it needs, and takes them all: n is len(b) unless the handshake is
// done or has failed. Once it is done, b[n:] and all that comes belongs to
// traffic, and Input takes nothing more.
//
// The error is a [*zmq.PeerError] if the peer has refused us, else a
// [*zmq.ProtocolError]. It stays: Input returns it ever after.
func (h *Handshake) Input(b []byte) (n int, done bool, err error) {
	for !h.done && h.err == nil {
		take := min(h.need-len(h.in), len(b)-n)
		h.in = append(h.in, b[n:n+take]...)
		h.total += take
		n += take
		if len(h.in) < h.need {
			return n, false, nil
		}
		h.rest = b[n:]
		h.err = h.next(h)
		h.rest = nil
	}
	return n, h.done, h.err
}

// Peer returns what is known of the peer. It is complete once Input says done.
func (h *Handshake) Peer() PeerInfo { return h.peer }

// Transform returns what frames go through after the handshake, or nil if the
// log's bytes can go and come as they are. The arguments are as in
// [TransformFor]. It is called once the handshake is done.
func (h *Handshake) Transform(subscribes bool, maxFrame int64) Transform {
	if h.peer.Major < 3 {
		return TransformFor(h.peer, subscribes, maxFrame)
	}
	return h.mechanism.Transform(h.peer, subscribes, maxFrame)
}

// expect says what to do when in is need bytes long.
func (h *Handshake) expect(need int, next func(*Handshake) error) {
	h.need, h.next = need, next
}

// begin is expect, for something new.
func (h *Handshake) begin(need int, next func(*Handshake) error) {
	h.in = h.in[:0]
	h.expect(need, next)
}

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
		return revision2
	}
	return revision3
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
	if r == revision1 || r == revision2 || h.cfg.MaxVersion[0] < 3 {
		major := 2
		if r == revision1 {
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
// number of a socket type. As in libzmq it is not looked at.
func (h *Handshake) v2Greeting() error {
	h.sendIdentity()
	h.begin(1, (*Handshake).identity)
	return nil
}

// sendIdentity sends our routing id as the first frame of versions before 3.0.
func (h *Handshake) sendIdentity() {
	if h.peer.Major < 2 {
		h.out = appendV1Header(h.out, 0, len(h.cfg.RoutingID))
	} else {
		h.out = AppendHeader(h.out, 0, len(h.cfg.RoutingID))
	}
	h.out = append(h.out, h.cfg.RoutingID...)
}

// greeting goes on behind the whole greeting of a ZMTP 3.x peer. The filler is
// not looked at: it is where later versions will put what they add.
func (h *Handshake) greeting() error {
	minor := 1
	if h.in[revisionAt] == revision3 && h.in[minorAt] == 0 {
		minor = 0
	}
	if err := h.settle(3, min(minor, h.cfg.MaxVersion[1])); err != nil {
		return err
	}
	if err := checkMechanism(h.in[mechanismAt:asServerAt], h.mechanism.Name()); err != nil {
		return err
	}
	h.peer.AsServer = h.in[asServerAt] != 0
	h.out = h.mechanism.Begin(h.out)
	h.begin(1, (*Handshake).command)
	return nil
}

// command feeds the mechanism with a command, once it is there.
func (h *Handshake) command() error {
	flags, size, n := ConsumeHeader(h.in)
	switch {
	case n < 0:
		return malformedHeader(flags)
	case n == 0:
		h.expect(len(h.in)+1, (*Handshake).command)
		return nil
	case flags&FlagCommand == 0:
		// "handshake = 1*command"
		// https://rfc.zeromq.org/spec/37/#formal-grammar
		return handshakeRule("message during the handshake")
	case size > uint64(MaxHandshake-h.total):
		return handshakeRule(fmt.Sprintf("command of %d bytes, the limit for all is %d", size, MaxHandshake))
	case len(h.in) < n+int(size):
		h.expect(n+int(size), (*Handshake).command)
		return nil
	}
	c, ok := ConsumeCommand(h.in[n:])
	if ok < 0 {
		return handshakeRule("malformed command")
	}
	var err error
	if h.out, err = h.mechanism.Receive(h.out, c); err != nil {
		return err
	}
	h.begin(1, (*Handshake).command)
	if h.mechanism.Done() {
		h.complete()
	}
	return nil
}

func handshakeRule(detail string) error {
	return &zmq.ProtocolError{Rule: "37/ZMTP Handshake", Detail: detail}
}

// complete takes over what the mechanism has found out.
func (h *Handshake) complete() {
	p := h.mechanism.Metadata()
	h.peer.Properties = p
	socketType, _ := p.Get(PropertySocketType)
	h.peer.SocketType = string(socketType)
	if id, _ := p.Get(PropertyIdentity); h.identityCounts(h.peer.SocketType) && checkRoutingID(id) == nil {
		h.peer.RoutingID = id
	}
	h.done = true
}

// accept judges the peer's properties.
func (h *Handshake) accept(p Properties) error {
	// "The peer SHOULD enforce that the other peer is using a valid socket
	// type." "The sender SHOULD specify the Socket-Type": it need not.
	// https://rfc.zeromq.org/spec/37/#the-socket-type-property
	compatible := h.cfg.Compatible
	if compatible == nil {
		compatible = func(peer string) bool { return CompatibleTypes(h.cfg.SocketType, peer) }
	}
	socketType, ok := p.Get(PropertySocketType)
	if ok && !compatible(string(socketType)) {
		return &zmq.ProtocolError{
			Rule:   "37/ZMTP Socket-Type Property",
			Detail: fmt.Sprintf("%s does not talk to %.32q", h.cfg.SocketType, socketType),
		}
	}
	if id, _ := p.Get(PropertyIdentity); h.identityCounts(string(socketType)) {
		return h.judgeRoutingID(id)
	}
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

// identity takes the identity frame of versions before 3.0, once it is there.
func (h *Handshake) identity() error {
	rule, consume := "15/ZMTP Identity", ConsumeHeader
	if h.peer.Major < 2 {
		rule, consume = "13/ZMTP Greeting", consumeV1Header
	}
	flags, size, n := consume(h.in)
	detail := ""
	switch {
	case n == 0:
		h.expect(len(h.in)+1, (*Handshake).identity)
		return nil
	case n < 0:
		detail = fmt.Sprintf("malformed identity frame %x", h.in)
	case size > MaxRoutingID:
		detail = fmt.Sprintf("identity of %d bytes, the limit is %d", size, MaxRoutingID)
	case h.peer.Major >= 2 && flags&(FlagMore|FlagCommand) != 0:
		// "identity = final-short body"
		// https://rfc.zeromq.org/spec/15/#formal-grammar
		detail = fmt.Sprintf("identity frame with flags %#02x", flags)
	case len(h.in) < n+int(size):
		h.expect(n+int(size), (*Handshake).identity)
		return nil
	}
	id := h.in[min(max(n, 0), len(h.in)):]
	if detail != "" {
		return &zmq.ProtocolError{Rule: rule, Detail: detail}
	}
	if err := h.judgeRoutingID(id); err != nil {
		return err
	}
	if checkRoutingID(id) == nil {
		h.peer.RoutingID = bytes.Clone(id)
	}
	h.done = true
	return nil
}
