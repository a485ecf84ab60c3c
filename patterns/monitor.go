package patterns

import (
	"errors"
	"time"

	"github.com/zeroactor/zmq"
)

// An EventKind says what has happened to a connection or a listener.
type EventKind uint32

// The kinds of events, as in zmq_socket_monitor(3).
const (
	Connected EventKind = 1 << iota
	ConnectDelayed
	ConnectRetried
	Listening
	BindFailed
	Accepted
	AcceptFailed
	Closed
	CloseFailed
	Disconnected
	MonitorStopped
	HandshakeFailedNoDetail
	HandshakeSucceeded
	HandshakeFailedProtocol
	HandshakeFailedAuth
)

// An Event is something that has happened to a connection or a listener of a
// socket.
type Event struct {
	Kind     EventKind
	Endpoint string        // that the socket is bound or connected to
	Remote   string        // address of the peer, if there is one
	Interval time.Duration // until the next attempt, of ConnectRetried
	Err      error         // why, of failures and Disconnected
	Peer     *zmq.Peer     // of HandshakeSucceeded
}

type monitors struct{}

func (m *monitors) close() {}

func (s *socket) emit(Event) {}

// handshakeFailure returns the kind of event that a failed handshake is.
func handshakeFailure(err error) EventKind {
	var protocol *zmq.ProtocolError
	if errors.As(err, &protocol) {
		return HandshakeFailedProtocol
	}
	return HandshakeFailedNoDetail
}
