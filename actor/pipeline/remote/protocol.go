package remote

import (
	"encoding/binary"

	"github.com/zeroactor/zmq"
)

// What a stage and its workers say to each other: a kind, and what belongs to it.
//
//	worker → stage   alive   how many items it takes at a time
//	                 result  number of the item; the result
//	                 failed  number of the item; the error's text
//	                 taken   nothing; numbers of items, eight bytes each
//	                 bye     nothing: it takes no more, and what it has had no answer for is another's
//	stage → worker   task    number of the item; the item
//	                 heard   nothing: the answer to alive
//	                 end     there is no more to do; why that is before its time, or nothing
//
// The first frame is the kind, one byte, and the number, eight bytes, big-endian; the
// others are what follows. What is none of these is ignored: somebody has come to the
// wrong port. The ends of an edge of ROUTER and DEALER say the same to each other, but that items are
// taken, which is said of several at once, is all that comes of them.
const (
	kindAlive  = 'A'
	kindResult = 'R'
	kindFailed = 'F'
	kindBye    = 'B'
	kindTaken  = 'K'
	kindTask   = 'T'
	kindHeard  = 'H'
	kindEnd    = 'E'
)

// A note is a message of the protocol.
type note struct {
	kind   byte
	number uint64 // of an item, or how many
	body   []byte
}

// header is the first frame.
func (n note) header() []byte {
	return binary.BigEndian.AppendUint64([]byte{n.kind}, n.number)
}

// message makes a message of n, for a peer if to is not nil.
func (n note) message(to []byte) *zmq.Message {
	m := new(zmq.Message)
	if to != nil {
		m.Append(to)
	}
	m.Append(n.header())
	m.Append(n.body)
	return m
}

// parse reads the frames of m from the i-th on, two. The body is a view of m.
func parse(m *zmq.Message, i int) (n note, ok bool) {
	if m.Len() != i+2 {
		return n, false
	}
	n, ok = parseHeader(m, i)
	n.body = m.Frame(i + 1)
	return n, ok
}

// parseHeader reads the i-th frame of m; what follows is as many frames as an item has.
func parseHeader(m *zmq.Message, i int) (n note, ok bool) {
	if m.Len() <= i || len(m.Frame(i)) != 9 {
		return n, false
	}
	h := m.Frame(i)
	return note{kind: h[0], number: binary.BigEndian.Uint64(h[1:])}, true
}
