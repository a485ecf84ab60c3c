package patterns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/transport/inproc"
)

// ZAPEndpoint is where the handler of a context is, a [Rep] or [Router] that the
// program binds to it: it decides which peers are let in, by 27/ZAP.
const ZAPEndpoint = inproc.Scheme + "://" + zapName

const (
	zapName    = "zeromq.zap.01"
	zapVersion = "1.0"
	zapID      = "1" // of the request: each has a socket of its own
)

// ErrNoZAPHandler says that a peer was not let in because nobody is bound to
// [ZAPEndpoint] who could have been asked. It may try again.
var ErrNoZAPHandler = errors.New("zmq: no handler is bound to " + ZAPEndpoint)

// ZAPDomain makes the socket ask the context's ZAP handler about each peer,
// before its handshake is over, with the given domain: 1 to 255 ASCII characters
// that mean something to the handler. Peers are let in if its status is 200. The
// user id and the metadata that it gives are then part of [zmq.Peer]. Any other
// status is a [*zmq.AuthError] in a [HandshakeFailedAuth] event; the peer is told
// the status if it is 400 or 500, and does not come again.
//
// Without a handler nobody is let in: see [ErrNoZAPHandler]. libzmq lets everybody
// in then, unless ZMQ_ZAP_ENFORCE_DOMAIN is set. The handler has as long as the
// [HandshakeTimeout].
//
// "", the default, asks nobody. Peers over inproc, and those without ZMTP, have no
// handshake, and are not asked about; those of ZMTP 1.0 and 2.0 cannot be refused
// in theirs, and are not let in (ZMQ_ZAP_DOMAIN).
func ZAPDomain(domain string) Option {
	return newOption("ZAPDomain", func(c *config) {
		if !isZAPString(domain) {
			c.refuse("ZAPDomain", strconv.Quote(domain), "up to 255 ASCII characters")
		}
		c.zapDomain = domain
	})
}

// isZAPString checks a text: "All string fields are at most 255 characters and are
// ASCII only" (27/ZAP).
func isZAPString(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return len(s) <= 255
}

// Authenticator returns who judges the peer; nil if nobody does.
func (l *link) Authenticator() engine.Authenticator {
	if l.sock.cfg.zapDomain == "" {
		return nil
	}
	return l.askZAP
}

// askZAP asks the handler about a peer.
func (l *link) askZAP(ctx context.Context, claim engine.Claim) (a engine.Admission, err error) {
	c := l.sock.ctx
	if !c.inproc.Bound(zapName) {
		return a, ErrNoZAPHandler
	}
	req, err := newInternalReq(c)
	if err != nil {
		return a, fmt.Errorf("asking %s: %w", ZAPEndpoint, err)
	}
	defer req.CloseNow() // what it drops is a request that is given up
	if err := req.Connect(ZAPEndpoint); err != nil {
		return a, fmt.Errorf("asking %s: %w", ZAPEndpoint, err)
	}
	reply, err := req.Do(ctx, l.zapRequest(claim))
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = zmq.ErrTimeout
		}
		return a, fmt.Errorf("asking %s: %w", ZAPEndpoint, err)
	}
	defer reply.Release()
	return readZAPReply(reply)
}

// newInternalReq returns a socket of the context that its user knows nothing of.
func newInternalReq(c *Context) (*Req, error) {
	internal := newOption("", func(c *config) { c.internal = true })
	return NewReq(InContext(c), internal, Linger(0))
}

// zapRequest makes the request: version, request id, domain, address, identity,
// mechanism and credentials; REQ sends the delimiter before them.
func (l *link) zapRequest(claim engine.Claim) *zmq.Message {
	m := new(zmq.Message)
	for _, s := range []string{zapVersion, zapID, l.sock.cfg.zapDomain, zapAddress(l.nc.RemoteAddr())} {
		m.Append([]byte(s))
	}
	m.Append(claim.RoutingID)
	m.Append([]byte(claim.Mechanism))
	for _, c := range claim.Credentials {
		m.Append(c)
	}
	return m
}

// zapAddress returns an address as the handler is told it: "It SHALL be an IPv4
// dotted string, or an IPv6 canonical string representation" (27/ZAP). Peers over
// other transports have none.
func zapAddress(a net.Addr) string {
	if a == nil {
		return ""
	}
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return ""
	}
	return ap.Addr().Unmap().WithZone("").String()
}

// readZAPReply reads version, request id, status code, status text, user id and
// metadata.
func readZAPReply(m *zmq.Message) (a engine.Admission, err error) {
	if n := m.Len(); n != 6 {
		return a, zapError("reply of %d frames, want 6 behind the delimiter", n)
	}
	version, id, status, text := string(m.Frame(0)), string(m.Frame(1)), string(m.Frame(2)), string(m.Frame(3))
	user, metadata := string(m.Frame(4)), m.Frame(5)
	switch {
	case version != zapVersion:
		return a, zapError("reply of version %.8q, want %q", version, zapVersion)
	case id != zapID:
		return a, zapError("reply to request %.32q, want %q", id, zapID)
	case !isZAPString(text):
		return a, zapError("status text is not up to 255 ASCII characters")
	case !isZAPString(user):
		return a, zapError("user id is not up to 255 ASCII characters")
	}
	switch status {
	case "200":
		p, err := engine.ParseProperties(metadata)
		if err != nil {
			return a, zapError("metadata: %v", err)
		}
		return engine.Admission{UserID: user, Metadata: p}, nil
	case "300":
		return a, &zmq.AuthError{Status: zmq.AuthTemporary, Text: text}
	case "400":
		return a, &zmq.AuthError{Status: zmq.AuthFailure, Text: text}
	case "500":
		return a, &zmq.AuthError{Status: zmq.AuthInternal, Text: text}
	}
	return a, zapError("status code %.8q, want 200, 300, 400 or 500", status)
}

// zapError says what the handler did wrong.
func zapError(format string, args ...any) error {
	return &zmq.ProtocolError{Rule: "27/ZAP Message Format", Detail: fmt.Sprintf(format, args...)}
}
