package engine

import (
	"errors"
	"fmt"

	"github.com/zeroactor/zmq"
)

// Limits bounds what a peer may send as one message.
type Limits struct {
	// MaxMessageSize bounds each frame received, in bytes; negative is no
	// limit.
	MaxMessageSize int64

	// MaxMessageFrames bounds the number of a message's frames,
	// MaxMessageBytes all the bytes in them; 0 and negative are no limit.
	MaxMessageFrames, MaxMessageBytes int64
}

// largest returns the size of the largest frame that may come; negative is no
// limit.
func (l *Limits) largest() int64 {
	if l.MaxMessageBytes > 0 && (l.MaxMessageSize < 0 || l.MaxMessageBytes < l.MaxMessageSize) {
		return l.MaxMessageBytes
	}
	return l.MaxMessageSize
}

// A tally counts the frames of a message of more than one, while they come.
type tally struct{ frames, bytes int64 }

// add counts a frame, and says why it is not to be taken, if so. The size must
// have been checked alone.
func (t *tally) add(l *Limits, flags byte, size uint64) error {
	t.frames++
	t.bytes += int64(size)
	if l.MaxMessageFrames > 0 && t.frames > l.MaxMessageFrames {
		return &zmq.LimitError{Limit: "MaxMessageFrames", Max: l.MaxMessageFrames, Detail: "message of more frames"}
	}
	if l.MaxMessageBytes > 0 && t.bytes > l.MaxMessageBytes {
		return tooManyBytes(l.MaxMessageBytes, t.bytes)
	}
	if flags&FlagMore == 0 {
		*t = tally{}
	}
	return nil
}

func tooManyBytes(most, size int64) error {
	return &zmq.LimitError{Limit: "MaxMessageBytes", Max: most, Detail: fmt.Sprintf("message of %d bytes or more", size)}
}

// check checks the size of a frame alone.
func (l *Limits) check(size uint64) error {
	if err := checkSize(size, l.MaxMessageSize); err != nil {
		return err
	}
	if l.MaxMessageBytes > 0 && size > uint64(l.MaxMessageBytes) {
		return tooManyBytes(l.MaxMessageBytes, int64(size))
	}
	return nil
}

// explain says which limit a transform has found passed: it knows one only,
// that for a frame.
func (l *Limits) explain(err error) error {
	if e, ok := errors.AsType[*zmq.LimitError](err); ok && e.Max != l.MaxMessageSize {
		e.Limit = "MaxMessageBytes"
	}
	return err
}
