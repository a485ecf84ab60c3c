package remote

import (
	"encoding/binary"

	"github.com/zeroactor/zmq"
)

// What the ends of an edge of PUSH and PULL, or of PUB and SUB, say to each other: a kind, who gives, and a number.
//
//	hello  which of the streams that the edge joins it gives, from 0
//	item   the item's number among those that it gives, from 0; the item's frames
//	over   how many items it has given in all; why it was cut short, or nothing
//
// The first frame is the kind, one byte, and the others, eight bytes each, big-endian.
// What is none of these is ignored: somebody has come to the wrong port.
const (
	kindHello = 'h'
	kindItem  = 'i'
	kindOver  = 'o'

	headSize = 17
)

// A head is the first frame.
type head struct {
	kind   byte
	giver  uint64 // a random number
	number uint64
}

func (h head) appendTo(m *zmq.Message) {
	var b [headSize]byte
	b[0] = h.kind
	binary.BigEndian.PutUint64(b[1:], h.giver)
	binary.BigEndian.PutUint64(b[9:], h.number)
	m.Append(b[:])
}

func headOf(m *zmq.Message) (h head, ok bool) {
	if m.Len() == 0 || len(m.Frame(0)) != headSize {
		return h, false
	}
	b := m.Frame(0)
	h = head{b[0], binary.BigEndian.Uint64(b[1:]), binary.BigEndian.Uint64(b[9:])}
	switch h.kind {
	case kindItem:
		return h, true
	case kindHello:
		return h, m.Len() == 1
	case kindOver:
		return h, m.Len() == 2
	}
	return h, false
}
