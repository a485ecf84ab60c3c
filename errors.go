package zmq

import (
	"errors"
	"fmt"
	"net"
)

// Errors of socket operations. They arrive wrapped in an [OpError]; test for
// them with [errors.Is].
var (
	// ErrClosed is the error of every operation on a closed socket or
	// context. errors.Is(err, net.ErrClosed) is true of it as well.
	ErrClosed = fmt.Errorf("zmq: socket closed: %w", net.ErrClosed)

	// ErrAgain says that an operation that must not wait would have had to:
	// no message is there, or no peer can take one (EAGAIN in libzmq).
	ErrAgain = errors.New("zmq: would block")

	// ErrUnreachable says that a message is addressed to a peer that is not
	// connected (EHOSTUNREACH in libzmq).
	ErrUnreachable = errors.New("zmq: host unreachable")

	// ErrState says that the socket's pattern does not allow the operation
	// now: a second request before the reply, a reply without a request
	// (EFSM in libzmq).
	ErrState = errors.New("zmq: operation not allowed in the socket's current state")

	// ErrAddrInUse says that an endpoint is bound already
	// (EADDRINUSE in libzmq).
	ErrAddrInUse = errors.New("zmq: address in use")

	// ErrNoEndpoint says that an endpoint to unbind or disconnect is neither
	// bound nor connected (ENOENT in libzmq).
	ErrNoEndpoint = errors.New("zmq: no such endpoint")

	// ErrTransport says that no transport of the socket's context has the
	// endpoint's scheme (EPROTONOSUPPORT in libzmq).
	ErrTransport = errors.New("zmq: transport not supported")

	// ErrTimeout says that a peer was given up because it let a limit of time
	// pass: it did not complete its handshake, or was silent between
	// heartbeats. (The caller's own limit is its context.)
	ErrTimeout = errors.New("zmq: peer timed out")

	// ErrTooLarge says that a message or frame is over a limit: a peer's over
	// one of the socket's (see [LimitError]), or an address is too long.
	ErrTooLarge = errors.New("zmq: too large")
)

// An OpError is the error of a socket operation: what was tried, where, and
// why it failed. Err is never nil.
type OpError struct {
	Op       string // "send", "recv", "connect", "bind", "close", ...
	Socket   string // "PUB", "REQ", ...
	Endpoint string // "tcp://10.0.0.7:5555", or "" if no one peer is meant
	Err      error
}

func (e *OpError) Error() string {
	s := "zmq: " + e.Socket + " " + e.Op
	if e.Endpoint != "" {
		s += " " + e.Endpoint
	}
	return s + ": " + e.Err.Error()
}

func (e *OpError) Unwrap() error { return e.Err }

// A LimitError says that a peer went over one of the socket's limits on what it
// takes. The connection is closed and not retried. It is an [ErrTooLarge].
type LimitError struct {
	Limit  string // named as the option that sets it: "MaxMessageFrames"
	Max    int64  // its value, in the option's unit
	Detail string // what the peer did
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%v: %s, %s is %d", ErrTooLarge, e.Detail, e.Limit, e.Max)
}

func (e *LimitError) Unwrap() error { return ErrTooLarge }

// A DroppedError is the reason a close could not hand everything over: the
// linger was over, or the socket was closed at once, with Messages whole
// messages still waiting for their peers.
type DroppedError struct {
	Messages int64
}

func (e *DroppedError) Error() string {
	return fmt.Sprintf("%d messages dropped", e.Messages)
}

// A PeerError is the reason that the peer gave in an ERROR command
// (37/ZMTP, "Error Handling"). The connection is closed and not retried.
type PeerError struct{ Reason string }

func (e *PeerError) Error() string { return fmt.Sprintf("peer refused the connection: %q", e.Reason) }

// An AuthError says that an authenticator did not let the peer in (27/ZAP). The
// peer is told the status, and does not come again, but after [AuthTemporary].
type AuthError struct {
	Status int    // one of the constants below
	Text   string // the authenticator's words, which may be empty
}

// The statuses of an [AuthError], of 27/ZAP, "Message Format".
const (
	AuthTemporary = 300 // "a temporary error"
	AuthFailure   = 400 // "authentication failure"
	AuthInternal  = 500 // "an internal error (system failure)"
)

func (e *AuthError) Error() string {
	return fmt.Sprintf("peer was not let in: %d %q", e.Status, e.Text)
}

// A ProtocolError says that the peer broke the protocol, and which rule.
// The connection is closed and, as a rule, not retried.
type ProtocolError struct {
	Rule   string // clause of the specification, e.g. "37/ZMTP Framing"
	Detail string // what the peer did
}

func (e *ProtocolError) Error() string {
	return fmt.Sprintf("protocol error: %s: %s", e.Rule, e.Detail)
}

// An EndpointError says what is wrong with the text of an endpoint.
type EndpointError struct {
	Endpoint string
	Reason   string
}

func (e *EndpointError) Error() string {
	return fmt.Sprintf("bad endpoint %q: %s", e.Endpoint, e.Reason)
}
