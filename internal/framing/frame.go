// Package framing has the form of a frame in ZMTP 2.0 and later: flags, the body's size, and the body. Logs and
// batches keep messages in that form.
//
// https://rfc.zeromq.org/spec/37/#framing
package framing

import "encoding/binary"

// Flags of a frame.
const (
	More    = 1 // more frames of the same message follow
	Long    = 2 // the size has eight octets, not one
	Command = 4 // the frame is a command
)

const (
	MaxShort    = 255   // size of the largest body of a short frame, in bytes
	ShortHeader = 1 + 1 // size of a header: flags, and a size of one octet
	LongHeader  = 1 + 8 // or of eight
)

// Append appends the header of a frame whose body has size bytes. Long is set as the size needs it, whatever
// flags says; the other flags are taken as they are.
func Append(b []byte, flags byte, size int) []byte {
	// "A short frame has a body of 0 to 255 octets."
	if size <= MaxShort {
		return append(b, flags&^Long, byte(size))
	}
	b = append(b, flags|Long)
	return binary.BigEndian.AppendUint64(b, uint64(size))
}

// Sizes returns the sizes of the header and of the body of the frame that b begins with. b must have the whole
// header, and one that is known to be right: what a peer has sent is for package engine to look at.
func Sizes(b []byte) (header, body int) {
	if b[0]&Long == 0 {
		return ShortHeader, int(b[1])
	}
	return LongHeader, int(binary.BigEndian.Uint64(b[1:]))
}

// doubts is how often Short is wrong about the next size before it stops guessing.
const doubts = 4

// Short walks over the messages that b begins with, most at most, as long as each is one short frame. It returns where the
// last of them ends, and how many they are.
//
// Where the next frame begins is known only when this one's size is loaded, which takes 2.4 ns a message. One message mostly has
// the size of the one before, so that is guessed, for the processor to go on meanwhile: 1.0 ns. But a wrong guess
// costs 5.
func Short(b []byte, most int) (end, messages int) {
	if len(b) < ShortHeader {
		return 0, 0
	}
	at, n, size := uint(0), 0, uint(b[1])
	for wrong := 0; wrong < doubts && n < most && at+1 < uint(len(b)) && b[at] == 0; n++ {
		next := at + ShortHeader + size
		if is := uint(b[at+1]); is != size {
			size, next = is, at+ShortHeader+is
			wrong++
		}
		if next > uint(len(b)) {
			return int(at), n
		}
		at = next
	}
	for ; n < most && at+1 < uint(len(b)) && b[at] == 0; n++ {
		next := at + ShortHeader + uint(b[at+1])
		if next > uint(len(b)) {
			break
		}
		at = next
	}
	return int(at), n
}
