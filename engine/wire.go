package engine

import (
	"encoding/binary"
	"math"

	"github.com/zeroactor/zmq/internal/framing"
)

// Flags of a frame, bits of its first octet.
//
//	  7   6   5   4   3      2       1      0
//	+---+---+---+---+---+---------+------+------+
//	|  reserved, zero   | COMMAND | LONG | MORE |
//	+---+---+---+---+---+---------+------+------+
//
// https://rfc.zeromq.org/spec/37/#framing
const (
	FlagMore    = framing.More    // more frames of the same message follow
	FlagLong    = framing.Long    // the size has eight octets, not one
	FlagCommand = framing.Command // the frame is a command, not part of a message
)

const (
	// shortHeader and longHeader are the sizes of the two forms of a frame's
	// header: flags, and a size of one octet or of eight.
	shortHeader = framing.ShortHeader
	longHeader  = framing.LongHeader
)

// AppendHeader appends the header of a frame whose body has size bytes. size
// must not be negative. [FlagLong] is set as the size needs it, whatever flags
// says; the other flags are taken as they are.
func AppendHeader(b []byte, flags byte, size int) []byte {
	return framing.Append(b, flags, size)
}

// ConsumeHeader reads the header of a frame: its flags as they are on the wire,
// the size of the body in bytes, and the header's own size n. If n is 0, b ends
// before the header does; if it is negative the header is malformed, and flags
// is the octet that was found.
//
// Malformed includes what libzmq lets pass: reserved bits, and MORE on a
// command. RFC 37 leaves them to versions to come, and a peer that speaks one
// and talks to us has come down to ours. So they mean that the frames' bounds
// are lost, or that the peer speaks something else, and the length behind them
// is not to be believed. size is at most 2^63-1 and otherwise unchecked.
//
// It is on the way of every frame, and small enough to be inlined.
func ConsumeHeader(b []byte) (flags byte, size uint64, n int) {
	if len(b) == 0 {
		return 0, 0, 0
	}
	flags = b[0]
	switch flags {
	case 0, FlagMore, FlagCommand:
		if len(b) < shortHeader {
			return flags, 0, 0
		}
		return flags, uint64(b[1]), shortHeader
	case FlagLong, FlagLong | FlagMore, FlagLong | FlagCommand:
		if len(b) < longHeader {
			return flags, 0, 0
		}
		// "A long frame has a body of 0 to 2^63-1 octets."
		// https://rfc.zeromq.org/spec/37/#framing
		if size = binary.BigEndian.Uint64(b[1:]); size > math.MaxInt64 {
			return flags, 0, -1
		}
		return flags, size, longHeader
	}
	// "Bits 7-3 are reserved for future use and MUST be zero."
	// "[MORE] SHALL be zero on command frames."
	// https://rfc.zeromq.org/spec/37/#framing
	return flags, 0, -1
}
