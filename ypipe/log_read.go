package ypipe

import (
	"encoding/binary"

	"github.com/zeroactor/zmq/internal/arena"
)

// logReader has the fields that only the reader uses, but for what [Log.Idle]
// says.
type logReader struct {
	cursor           // where the next frame begins
	data      []byte // memory of the chunk
	stop      int    // published bytes of the chunk end here
	delivered int    // views of the chunk handed out
	current   *ref   // the frame that Next returned last, if its body is by reference and nobody has kept it
	limit     int64  // published position as far as known
	given     int64  // position that credit was given for
	unread    int64  // messages until credit is given

	peeked cursor // end of what Spans has returned

	onWritable func()
}

// Next takes the next frame. Its body is a view that is valid until the next
// call of Next, or for as long as the owner that [Log.Keep] returns is not
// released. If there is no frame, ok is false and the reader sleeps: it must not
// touch the log again before the writer has called onReadable. Reader only.
func (l *Log) Next() (flags byte, body []byte, ok bool) {
	r := &l.r
	if r.current != nil {
		l.forget()
	}
	if r.off >= r.stop && !l.more() {
		return 0, nil, false
	}
	d := r.data[r.off:r.stop]
	flags = d[0]
	if flags&FlagLong == 0 {
		n := 2 + int(d[1])
		body = d[2:n:n]
		r.off += n
	} else {
		body = l.nextLong(d)
	}
	if flags&FlagMore == 0 {
		if r.unread--; r.unread <= 0 {
			l.give(r.pos())
		}
	}
	return flags &^ FlagLong, body, true
}

func (l *Log) nextLong(d []byte) []byte {
	r := &l.r
	n := int(binary.BigEndian.Uint64(d[1:]))
	r.off += 9
	if b := l.bodies.Load(); b != nil && b.take(r.pos()) {
		r.current = &b.taken
		return b.taken.body
	}
	r.off += n
	return d[9 : 9+n : 9+n]
}

// forget releases the body that Next returned last, if by reference.
func (l *Log) forget() {
	r := &l.r
	if r.current != nil {
		r.current.release()
		*r.current = ref{}
		r.current = nil
	}
}

// Keep makes the body of the frame that Next returned last outlive the next
// call: it returns the body's owner, to whom the caller is to give it back. It may be called
// once for each frame. Reader only.
func (l *Log) Keep() arena.Owner {
	r := &l.r
	if f := r.current; f != nil {
		owner := f.owner
		*f = ref{}
		r.current = nil
		return owner
	}
	return l.view()
}

// view counts one more view of the chunk, and returns its owner.
func (l *Log) view() arena.Owner {
	l.r.delivered++
	return arena.Owner{Buf: l.r.chunk}
}

// GiveBack gives a body back to the owner that [Log.Keep] returned, of this log or another. It is
// cheaper than [arena.Owner.Release] while this log is still in that chunk. Like
// Next it must not be called while the reader sleeps. Reader only.
func (l *Log) GiveBack(body []byte, owner arena.Owner) {
	if r := &l.r; owner.Buf == r.chunk && owner.Buf != nil {
		r.delivered--
		return
	}
	owner.Release(body)
}

// Replace is [Log.GiveBack] of a body, of which buf is the owner, and then [Log.Next] and [Log.Keep], all in one step: it
// returns the next message's body, whose owner is buf as well. It does so where a receiver uses its
// messages again and there is no more to it. It reports false, and has done nothing, if buf is of another chunk, or
// the message is not in this one with one frame, of no more than inlineMax bytes, or credit is to be given. Reader only.
func (l *Log) Replace(buf *arena.Buf) (body []byte, ok bool) {
	r := &l.r
	if buf != r.chunk || r.off >= r.stop || r.unread <= 1 {
		return nil, false
	}
	d := r.data[r.off:r.stop]
	if d[0] != 0 {
		return r.replaceLong(d)
	}
	n := 2 + int(d[1])
	r.off += n
	r.unread--
	return d[2:n:n], true
}

// replaceLong is Replace of a message that begins with another frame than a short one, which alone is the message.
func (r *logReader) replaceLong(d []byte) (body []byte, ok bool) {
	if d[0] != FlagLong {
		return nil, false
	}
	n := 9 + int(binary.BigEndian.Uint64(d[1:]))
	if n > 9+inlineMax {
		return nil, false // it may be by reference
	}
	r.off += n
	r.unread--
	return d[9:n:n], true
}

// more makes at least one byte readable, or puts the reader to sleep.
func (l *Log) more() bool {
	r := &l.r
	for {
		if r.pos() == r.limit {
			if !l.look(true) {
				return false
			}
		}
		l.enter(&r.cursor, true)
		r.data = r.chunk.Bytes()
		if r.stop = l.stop(r.cursor); r.off < r.stop {
			return true
		}
	}
}

// look learns the published position. If nothing is new it falls asleep, or
// just returns false.
func (l *Log) look(sleep bool) bool {
	r := &l.r
	if sleep {
		l.giveAll()
		if l.end.CompareAndSwap(r.limit, asleep) {
			return false
		}
	}
	end := l.end.Load()
	if end == asleep || end == r.limit {
		return false
	}
	r.limit = end
	return true
}

// enter moves a cursor that is behind the published position into a chunk with
// bytes to read: out of a finished chunk, or out of none. Leaving a chunk for
// good settles its references.
func (l *Log) enter(c *cursor, settle bool) {
	r := &l.r
	switch {
	case c.chunk == nil:
		c.chunk = l.first
	case c.index < r.limit>>strideBits && c.off >= c.chunk.End:
		left := c.chunk
		c.chunk, c.off = left.Next, 0
		c.index++
		if settle {
			left.Settle(r.delivered)
			r.delivered = 0
		}
	}
}

// stop returns where the published bytes of the cursor's chunk end.
func (l *Log) stop(c cursor) int {
	if c.index == l.r.limit>>strideBits {
		return int(l.r.limit & strideMask)
	}
	return c.chunk.End
}

// Discard takes everything that is published, releases it and returns how many
// messages that were not commands it held. The reader does not fall asleep, so that
// onReadable is not called for what is published after. Reader only.
func (l *Log) Discard() (messages int64) {
	if l.end.Load() == asleep {
		return 0
	}
	r := &l.r
	for r.pos() != r.limit || l.look(false) {
		flags, _, _ := l.Next()
		if flags&(FlagMore|FlagCommand) == 0 {
			messages++
		}
	}
	l.forget()
	l.giveAll()
	return messages
}

// Drained reports whether everything that was published is consumed.
// Reader only.
func (l *Log) Drained() bool {
	end := l.end.Load()
	return end == asleep || end == l.r.pos()
}
