package engine

import (
	"errors"
	"fmt"

	"github.com/zeroactor/zmq"
)

// null is the NULL mechanism: no authentication and no confidentiality.
// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
type null struct {
	cfg            MechanismConfig
	sent, received bool // READY
	metadata       Properties
}

// NewNull returns the NULL mechanism.
//
// A client sends READY at once, and so does a peer that doesn't know which of
// the two it is, as RFC 23 has it: "to avoid deadlocks, each peer MUST send its
// READY command before attempting to receive a READY from the other peer". A
// server looks at the client's READY first, as RFC 37 has it, and answers with
// its own, or with ERROR.
//
// Who has an authenticator asks it before READY, so that no peer is ready that it
// does not let in. A client, which sends READY first, cannot tell it the peer's
// routing id.
func NewNull(cfg MechanismConfig) Mechanism { return &null{cfg: cfg} }

func (m *null) Name() string { return "NULL" }

func (m *null) Begin(dst []byte) ([]byte, error) {
	// "the client SHALL send a READY command and then wait for a READY command
	// in reply"
	// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
	if m.cfg.Server {
		return dst, nil
	}
	return m.ready(dst, nil)
}

// ready appends READY, if the peer is let in.
func (m *null) ready(dst, routingID []byte) ([]byte, error) {
	dst, err := m.cfg.authenticate(dst, routingID)
	if err != nil {
		return dst, err
	}
	m.sent = true
	return AppendReady(dst, m.cfg.Metadata), nil
}

func (m *null) Receive(dst []byte, c Command) ([]byte, error) {
	switch c.Kind {
	case CommandReady:
		return m.receiveReady(dst, c.Data)
	case CommandError:
		// "The peer SHALL treat an incoming ERROR command as fatal, and act by
		// closing the connection"
		// https://rfc.zeromq.org/spec/37/#error-handling
		reason, n := ConsumeError(c.Data)
		if n < 0 {
			return dst, nullError("malformed ERROR command")
		}
		return dst, &zmq.PeerError{Reason: string(reason)}
	}
	err := nullError("%q command, want READY or ERROR", c.Name)
	return AppendError(dst, err.Detail), err
}

func (m *null) receiveReady(dst, data []byte) ([]byte, error) {
	if m.received {
		err := nullError("second READY command")
		return AppendError(dst, err.Detail), err
	}
	// "The server SHOULD parse, and MAY validate the READY command. If there is
	// no error, it MUST send a READY command in reply."
	// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
	p, err := ParseProperties(data)
	if err == nil {
		err = m.cfg.accept(p)
	}
	if err != nil {
		return AppendError(dst, refusal(err)), err
	}
	m.received, m.metadata = true, p
	if m.sent {
		return dst, nil
	}
	routingID, _ := p.Get(PropertyIdentity)
	return m.ready(dst, routingID)
}

// "A peer MAY start to send messages immediately after completing its
// handshake, that is, having both sent and received a READY command."
// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
func (m *null) Done() bool { return m.sent && m.received }

func (m *null) Metadata() Properties { return m.metadata }

func (m *null) Transform(peer PeerInfo, subscribes bool, maxFrame int64) Transform {
	return TransformFor(peer, subscribes, maxFrame)
}

func nullError(format string, args ...any) *zmq.ProtocolError {
	return &zmq.ProtocolError{Rule: "37/ZMTP NULL", Detail: fmt.Sprintf(format, args...)}
}

// refusal returns the reason that the peer is given for err.
func refusal(err error) string {
	if p, ok := errors.AsType[*zmq.ProtocolError](err); ok {
		return p.Detail
	}
	return err.Error()
}
