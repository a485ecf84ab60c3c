package zmq

import (
	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/internal/framing"
)

// The methods of this file move frames between batches and the pipes of this module's sockets, as those of
// message_transfer.go do for messages. Programs have no use for them.

// AddRun adds frames with their headers, or the body whose header ended the run before: a view that from here on is b's to
// give back to owner. So many messages end in it.
func (b *Batch) AddRun(frames []byte, owner arena.Owner, messages int) {
	b.seal()
	b.runs = append(b.runs, run{frames, owner})
	b.n += messages
	b.from, b.open, b.mixed = len(b.store), false, true
}

// Front returns the frames of the first run, from the first message on, and how many messages these are, with all of their frames
// and no large body, or 0 if that is not known. b must not be empty.
func (b *Batch) Front() (frames []byte, messages int) {
	b.seal()
	if !b.mixed {
		messages = b.n
	}
	return b.runs[b.first].b[b.off:], messages
}

// Drop removes the first messages, which have so many bytes of what Front returned.
func (b *Batch) Drop(bytes, messages int) {
	b.off += bytes
	if b.n -= messages; b.n == 0 {
		b.Reset()
		return
	}
	for b.off == len(b.runs[b.first].b) {
		b.first, b.off = b.first+1, 0
	}
}

// First appends the frames of the first message to dst. b must not be empty.
func (b *Batch) First(dst [][]byte) [][]byte {
	for body, more := range b.Frames() {
		dst = append(dst, body)
		if !more {
			break
		}
	}
	return dst
}

// DropFirst removes the first message.
func (b *Batch) DropFirst() {
	for more := true; more; {
		d, _ := b.Front()
		more = d[0]&framing.More != 0
		header, body := framing.Sizes(d)
		if b.off += header + body; header+body > len(d) {
			b.first, b.off = b.first+1, body
		}
		for b.off == len(b.runs[b.first].b) && b.first+1 < len(b.runs) {
			b.first, b.off = b.first+1, 0
		}
	}
	if b.n--; b.n == 0 {
		b.Reset()
	}
}
