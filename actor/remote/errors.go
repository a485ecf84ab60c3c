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

// A code stands on the wire for an error that means the same on both sides.
type code struct {
	name string
	err  error
}

// codes are all of them. Of an error that is several the first one counts.
func codes() []code {
	return []code{
		{"lost", ErrLost},
		{"stopped", actor.ErrStopped},
		{"full", actor.ErrFull},
		{"unknown", ErrUnknown},
		{"codec", ErrCodec},
		{"protocol", ErrProtocol},
		{"timeout", context.DeadlineExceeded},
	}
}

// codeOf returns what the other side is told of an error.
func codeOf(err error) (name, text string) {
	if errors.Is(err, context.Canceled) { // the server ends
		err = fmt.Errorf("%w: %w", ErrLost, err)
	}
	for _, c := range codes() {
		if errors.Is(err, c.err) {
			return c.name, err.Error()
		}
	}
	return "failed", err.Error()
}

// errorOf is the reverse of codeOf.
func errorOf(name, text string) error {
	for _, c := range codes() {
		if c.name == name {
			return fmt.Errorf("%w (peer: %s)", c.err, text)
		}
	}
	return &Failure{text}
}
