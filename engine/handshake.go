package engine

import (
	"fmt"
	"slices"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/invariant"
)

// MaxHandshake is the most bytes that a peer may send before its handshake is
// over. Kerberos tickets are the largest thing that belongs there, with some
// ten KiB; what is over is an attempt on our memory.
const MaxHandshake = 128 << 10

// What a handshake begins with for its input and output: enough for a greeting, and for
// one with a READY that names a socket's type and routing id. Both grow if need be. Most
// sockets have two properties of their own.
const (
	inputRoom    = greetingSize
	outputRoom   = 2 * greetingSize
	propertyRoom = 2
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

	// Authenticate judges who the peer is: see [Authenticator]. nil lets everyone
	// in. Peers of ZMTP 1.0 and 2.0 are refused if there is one.
	Authenticate func(Claim) (Admission, error)

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

	admission Admission // what the authenticator said
	err       error     // why the handshake has failed

	room struct { // memory that most handshakes do with, in one piece
		in   [inputRoom]byte
		out  [outputRoom]byte
		own  [propertyRoom]zmq.Property
		null null
	}
}

// NewHandshake returns a handshake at its start. Output has something to send.
func NewHandshake(cfg HandshakeConfig) *Handshake {
	h := new(Handshake)
	h.start(cfg)
	return h
}

// start begins a handshake on what is zero.
func (h *Handshake) start(cfg HandshakeConfig) {
	if cfg.MaxVersion == ([2]int{}) {
		cfg.MaxVersion = [2]int{3, 1}
	}
	h.cfg = cfg
	h.in, h.out = h.room.in[:0], h.room.out[:0]
	h.peer.Revision = Unversioned
	mc := MechanismConfig{Server: cfg.Server, Metadata: h.metadata(), Accept: h.accept}
	if cfg.Authenticate != nil {
		mc.Authenticate = h.authenticate
	}
	if cfg.Mechanism == nil {
		h.room.null.cfg = mc
		h.mechanism = &h.room.null
	} else {
		h.mechanism = cfg.Mechanism(mc)
	}
	if invariant.Enabled {
		name := len(h.mechanism.Name())
		invariant.Assert(len(cfg.RoutingID) <= MaxRoutingID, "routing id of %d bytes", len(cfg.RoutingID))
		invariant.Assert(name >= 1 && name <= maxMechanismName, "mechanism's name has %d bytes", name)
	}
	if cfg.MaxVersion[0] < 2 {
		h.peer.Major = 1
		h.sendIdentity()
		h.expect(1, (*Handshake).identity)
		return
	}
	h.out = appendSignature(h.out, len(cfg.RoutingID))
	h.expect(1, (*Handshake).firstOctet)
}

// metadata returns our own properties.
func (h *Handshake) metadata() Properties {
	p := Properties(h.room.own[:0])
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
	if len(h.out) == 0 {
		return nil
	}
	out := slices.Clip(h.out)
	h.out = h.out[len(h.out):]
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

// before returns how many bytes came before those in in.
func (h *Handshake) before() int { return h.total - len(h.in) }

// begin is expect, for something new.
func (h *Handshake) begin(need int, next func(*Handshake) error) {
	h.in = h.in[:0]
	h.expect(need, next)
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
	case size > uint64(MaxHandshake-h.before()-n):
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
	h.peer.UserID = h.admission.UserID
	h.peer.Properties = p
	if own := h.admission.Metadata; len(own) > 0 {
		h.peer.Properties = append(own, p...)
	}
	socketType, _ := p.Get(PropertySocketType)
	h.peer.SocketType = string(socketType)
	if id, _ := p.Get(PropertyIdentity); h.identityCounts(h.peer.SocketType) && checkRoutingID(id) == nil {
		h.peer.RoutingID = id
	}
	h.done = true
}

// compatible says whether our socket talks to one of that type.
func (h *Handshake) compatible(peer string) bool {
	if h.cfg.Compatible != nil {
		return h.cfg.Compatible(peer)
	}
	return CompatibleTypes(h.cfg.SocketType, peer)
}

// accept judges the peer's properties.
func (h *Handshake) accept(p Properties) error {
	// "The peer SHOULD enforce that the other peer is using a valid socket
	// type." "The sender SHOULD specify the Socket-Type": it need not.
	// https://rfc.zeromq.org/spec/37/#the-socket-type-property
	socketType, ok := p.Get(PropertySocketType)
	if ok && !h.compatible(string(socketType)) {
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
