package engine

import (
	"fmt"
	"math"

	"github.com/zeroactor/zmq"
)

// AppendFrame appends a frame with a copy of body. [FlagLong] is set as the
// body's size needs it.
func AppendFrame(b []byte, flags byte, body []byte) []byte {
	return append(AppendHeader(b, flags, len(body)), body...)
}

// ConsumeFrame reads a frame of ZMTP 2.0 or later. flags are as on the wire but
// for [FlagLong], which is cleared; body lies in b. n is the size of header and
// body, or 0 if b ends before the frame does.
//
// A frame whose body is over max bytes is refused as soon as its header is
// there, with an error that is [zmq.ErrTooLarge]; a negative max is no limit.
// A malformed header is a [*zmq.ProtocolError].
func ConsumeFrame(b []byte, max int64) (flags byte, body []byte, n int, err error) {
	flags, size, h := ConsumeHeader(b)
	if h < 0 {
		return flags, nil, 0, malformedHeader(flags)
	}
	if h == 0 {
		return flags, nil, 0, nil
	}
	if err := checkSize(size, max); err != nil {
		return flags, nil, 0, err
	}
	if size > uint64(len(b)-h) {
		return flags, nil, 0, nil
	}
	n = h + int(size)
	return flags &^ FlagLong, b[h:n:n], n, nil
}

// malformedHeader says what is wrong with a header that begins with flags.
func malformedHeader(flags byte) error {
	detail := fmt.Sprintf("frame of more than 2^63-1 bytes (flags %#02x)", flags)
	switch {
	case flags > FlagMore|FlagLong|FlagCommand:
		detail = fmt.Sprintf("reserved bits set in frame flags %#02x", flags)
	case flags&FlagMore != 0 && flags&FlagCommand != 0:
		detail = fmt.Sprintf("command frame with MORE (flags %#02x)", flags)
	}
	return &zmq.ProtocolError{Rule: "37/ZMTP Framing", Detail: detail}
}

// maxBody is the size in bytes of the largest body that there can be, with its
// header: of 64 bits an address has 47 for programs, and of 32 bits a slice
// has 31. Who claims more will never send it.
const maxBody = min(math.MaxInt-longHeader-1, 1<<47)

// checkSize refuses bodies of more than max bytes, if max is not negative, and
// in any case those that no memory of this machine could hold.
func checkSize(size uint64, max int64) error {
	if max >= 0 && size > uint64(max) {
		return &zmq.LimitError{Limit: "MaxMessageSize", Max: max, Detail: fmt.Sprintf("frame of %d bytes", size)}
	}
	if size > maxBody {
		return fmt.Errorf("%w: frame of %d bytes, which no memory holds", zmq.ErrTooLarge, size)
	}
	return nil
}
