package transport

import (
	"errors"
	"fmt"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/transport/internal/osopt"
)

// An OptionError says which of the [Options] cannot be obeyed, and why. It is
// an errors.ErrUnsupported if the system has no such thing.
type OptionError struct {
	Option string // the field's name
	Err    error
}

func (e *OptionError) Error() string { return fmt.Sprintf("transport option %s: %v", e.Option, e.Err) }

// Unwrap returns e.Err.
func (e *OptionError) Unwrap() error { return e.Err }

// ListenError returns err as a Listen reports it: an error that says that the
// address is in use becomes a [zmq.ErrAddrInUse] that still wraps err. Others,
// and nil, are returned as they are.
func ListenError(err error) error {
	if osopt.IsInUse(err) && !errors.Is(err, zmq.ErrAddrInUse) {
		return fmt.Errorf("%w: %w", zmq.ErrAddrInUse, err)
	}
	return err
}
