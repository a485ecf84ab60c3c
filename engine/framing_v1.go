package engine

import (
	"encoding/binary"
	"math"

	"github.com/zeroactor/zmq"
)

// The framing of ZMTP 1.0. The length counts the flags octet too.
//
//	+--------+-------+------+       +------+--------+-------+------+
//	| length | flags | body |   or  | 0xFF | length | flags | body |
//	+--------+-------+------+       +------+--------+-------+------+
//	  1..254                                8 octets
//
// https://rfc.zeromq.org/spec/13/#the-framing-layer
const (
	v1Escape      = 0xFF // the length follows in eight octets
	v1ShortHeader = 1 + 1
	v1LongHeader  = 1 + 8 + 1
)

// appendV1Header appends the header of a ZMTP 1.0 frame whose body has size
// bytes. Of the flags only MORE exists there.
func appendV1Header(b []byte, flags byte, size int) []byte {
	// "For frames with a length of 1 to 254 octets, the length SHOULD BE
	// encoded as a single octet." "For frames with lengths of 255 and greater,
	// the length SHALL BE encoded as a single octet with the value 255,
	// followed by the length encoded as a 64-bit unsigned integer in network
	// byte order."
	// https://rfc.zeromq.org/spec/13/#the-framing-layer
	if size+1 < v1Escape {
		return append(b, byte(size+1), flags&FlagMore)
	}
	b = append(b, v1Escape)
	b = binary.BigEndian.AppendUint64(b, uint64(size)+1)
	return append(b, flags&FlagMore)
}

// consumeV1Header reads the header of a ZMTP 1.0 frame, as [ConsumeHeader] does
// that of later ones. flags is the octet as it is on the wire: "Bits 1-7 are
// reserved for future use and SHOULD be zero", and the first frame of a newer
// peer has them set.
func consumeV1Header(b []byte) (flags byte, size uint64, n int) {
	if len(b) == 0 {
		return 0, 0, 0
	}
	length, n := uint64(b[0]), v1ShortHeader
	if length == v1Escape {
		if n = v1LongHeader; len(b) < 1+8 {
			return 0, 0, 0
		}
		length = binary.BigEndian.Uint64(b[1:])
	}
	// "a length of 0 is invalid and such frames SHOULD be discarded silently."
	// Nothing sends them; as does libzmq, we take it that the peer speaks
	// something else.
	// https://rfc.zeromq.org/spec/13/#the-framing-layer
	if length == 0 || length-1 > math.MaxInt64 {
		return 0, 0, -1
	}
	if len(b) < n {
		return 0, 0, 0
	}
	return b[n-1], length - 1, n
}

// consumeV1Frame reads a ZMTP 1.0 frame, as [ConsumeFrame] does later ones.
func consumeV1Frame(b []byte, max int64) (flags byte, body []byte, n int, err error) {
	flags, size, h := consumeV1Header(b)
	if h < 0 {
		return 0, nil, 0, &zmq.ProtocolError{Rule: "13/ZMTP Framing", Detail: "frame length of 0 or over 2^63"}
	}
	if h == 0 {
		return 0, nil, 0, nil
	}
	if err := checkSize(size, max); err != nil {
		return flags, nil, 0, err
	}
	if size > uint64(len(b)-h) {
		return flags, nil, 0, nil
	}
	n = h + int(size)
	return flags, b[h:n:n], n, nil
}

// v1Framing is the transform for peers that speak ZMTP 1.0.
type v1Framing struct {
	max int64
}

// Encode appends a frame in the form of ZMTP 1.0. Subscriptions are messages
// there; other commands do not exist, and are left out.
func (t v1Framing) Encode(dst []byte, flags byte, body []byte) ([]byte, error) {
	if flags&FlagCommand == 0 {
		return append(appendV1Header(dst, flags, len(body)), body...), nil
	}
	prefix, topic, ok := legacySubscription(body)
	if !ok {
		return dst, nil
	}
	dst = append(appendV1Header(dst, 0, 1+len(topic)), prefix)
	return append(dst, topic...), nil
}

func (t v1Framing) Decode(src []byte) (flags byte, body []byte, n int, err error) {
	flags, body, n, err = consumeV1Frame(src, t.max)
	return flags & FlagMore, body, n, err
}
