package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/zeroactor/zmq/actor"
)

var (
	// ErrLost says that the connection was lost after the message had been sent: it
	// may have been delivered, or not.
	ErrLost = errors.New("remote: connection lost, the message may have been delivered")

	// ErrUnknown says that the peer has nothing of that name.
	ErrUnknown = errors.New("remote: unknown name")

	// ErrCodec says that a message could not be encoded, or is not what the codec
	// takes.
	ErrCodec = errors.New("remote: message does not fit the codec")

	// ErrClosed says that the client has been closed.
	ErrClosed = errors.New("remote: client is closed")

	// ErrProtocol says that what came over the socket is no request, or no answer.
	ErrProtocol = errors.New("remote: not of this protocol")
)

// A Failure is an error of the other side that has no meaning of its own here, as what
// an actor failed with.
type Failure struct{ Text string }

func (e *Failure) Error() string { return e.Text }

// codes are the errors that mean the same on both sides.
func codes() map[string]error {
	return map[string]error{
		"stopped":  actor.ErrStopped,
		"full":     actor.ErrFull,
		"unknown":  ErrUnknown,
		"codec":    ErrCodec,
		"timeout":  context.DeadlineExceeded,
		"lost":     ErrLost,
		"protocol": ErrProtocol,
	}
}

// codeOf returns what the other side is told of an error.
func codeOf(err error) (code, text string) {
	if errors.Is(err, context.Canceled) { // the server ends
		err = fmt.Errorf("%w: %w", ErrLost, err)
	}
	for code, known := range codes() {
		if errors.Is(err, known) {
			return code, err.Error()
		}
	}
	return "failed", err.Error()
}

// errorOf is the reverse of codeOf.
func errorOf(code, text string) error {
	if known, ok := codes()[code]; ok {
		return fmt.Errorf("%w (peer: %s)", known, text)
	}
	return &Failure{text}
}
