package ypipe

import (
	"encoding/binary"

	"github.com/zeroactor/zmq/internal/arena"
)

// logWriter has the fields that only the writer uses.
type logWriter struct {
	cursor           // where the next byte goes
	data     []byte  // memory of the chunk
	whole    cursor  // behind the last whole message
	flushed  int64   // position published last
	next     int32   // size of the last chunk that Append began
	refs     int32   // bodies by reference since whole
	run      int32   // bytes of messages of a Sheet that it was given without missing one, up to borrowAfter
	borrowed bool    // the current chunk is the sheet's: what it is given next lies behind what it has
	begun    bool    // the current chunk, since Ahead was asked last
	bodies   *bodies // as the log has them
	aside    int64   // bytes in finished chunks, and of bodies by reference
	serial   int64   // of the Sheet's message that it was given last
	credit           // how many messages may be on their way
}

// Append adds a frame whose body is copied. Writer only.
func (l *Log) Append(flags byte, body []byte) {
	n := len(body)
	w := &l.w
	if n <= shortMax && w.off+2+n <= len(w.data) {
		d := w.data[w.off : w.off+2+n]
		d[0], d[1] = flags, byte(n)
		copy(d[2:], body)
		w.off += 2 + n
		return
	}
	l.appendSlow(flags, body)
}

func (l *Log) appendSlow(flags byte, body []byte) {
	n := len(body)
	if n > inlineMax {
		buf := l.pool.Copy(body)
		l.AppendOwned(flags, buf.Bytes()[:n], arena.Owner{Buf: buf})
		l.copied()
		return
	}
	w := &l.w
	l.ensure(n + 9)
	w.off += putHeader(w.data[w.off:], flags, n)
	w.off += copy(w.data[w.off:], body)
}

// AppendOwned adds a frame whose body is the log's from here on, which gives it back to
// owner. A small body is copied all the same: that is cheaper than
// to keep it apart. Writer only.
func (l *Log) AppendOwned(flags byte, body []byte, owner arena.Owner) {
	if len(body) <= inlineMax {
		l.Append(flags, body)
		owner.Release(body)
		return
	}
	w := &l.w
	l.ensure(9)
	w.off += putHeader(w.data[w.off:], flags, len(body))
	w.aside += int64(len(body))
	l.addBody(body, owner, flags&FlagMore == 0)
}

// Consumed reports whether the reader has given credit for all that lies before
// the position. Anybody may ask.
func (l *Log) Consumed(position int64) bool { return l.consumed.Load() >= position }

// putHeader writes the header of a frame (37/ZMTP, "Framing").
func putHeader(d []byte, flags byte, n int) int {
	if n <= shortMax {
		d[0], d[1] = flags, byte(n)
		return 2
	}
	d[0] = flags | FlagLong
	binary.BigEndian.PutUint64(d[1:], uint64(n))
	return 9
}

// EndMessage makes a message of the frames appended since the last one: Flush
// will publish it, Rollback will not remove it. Writer only.
func (l *Log) EndMessage() {
	w := &l.w
	w.whole = w.cursor
	w.refs = 0
	l.wrote(1)
}

// Flush publishes all whole messages, and wakes the reader if it sleeps.
// Writer only.
func (l *Log) Flush() {
	w := &l.w
	end := w.whole.pos()
	if end == w.flushed {
		return
	}
	l.flushBodies()
	l.publish(end)
}

// publish publishes what is before the position, and wakes the reader if it sleeps. Writer only.
func (l *Log) publish(end int64) {
	l.w.flushed = end
	if l.end.Swap(end) == asleep {
		l.onReadable()
	}
}

// Reserve returns memory for the writer to fill, at least min bytes long. It
// starts with the keep bytes that the last Reserve returned and that were not
// covered by Advance. It is valid until the next method of the writer. If it has to
// begin a chunk that has so many bytes at least; the three together are far less than
// a stride. Writer only.
func (l *Log) Reserve(keep, min, chunk int) []byte {
	w := &l.w
	if len(w.data)-w.off < keep+min {
		kept := w.data[w.off : w.off+keep]
		l.grow(max(keep+min, chunk))
		copy(w.data, kept)
	}
	return w.data[w.off:]
}

// Advance adds the first n reserved bytes, which are whole frames, to the log.
// They end messages whole messages, the last of them with byte n; messages may
// be 0 if the bytes are frames of one that goes on. Writer only.
//
// messages must not exceed [Log.Room], or the high-water mark is passed.
func (l *Log) Advance(n, messages int) {
	w := &l.w
	w.off += n
	if messages > 0 {
		w.whole = w.cursor
		w.refs = 0
		l.wrote(messages)
	}
}

// Rollback removes the frames of the message that is not whole. Writer only.
func (l *Log) Rollback() {
	w := &l.w
	l.dropBodies()
	after := l.first
	if w.whole.chunk != nil {
		after = w.whole.chunk.Next
	}
	if w.whole.chunk == w.chunk {
		after = nil
	}
	for after != nil {
		next := after.Next
		after.Settle(0)
		after = next
	}
	w.cursor = w.whole
	w.aside = w.credit.bytes() - int64(w.off) // means nothing if there is no limit
	w.data = nil
	w.borrowed = w.chunk != nil && w.chunk.Lent()
	if w.chunk != nil {
		w.chunk.Next = nil
		w.data = memory(w.chunk)
	} else {
		l.first = nil
	}
}

// Idle gives the log's memory back if the reader sleeps, which means that it
// has taken everything. The writer must not have reserved bytes in use.
// Writer only.
func (l *Log) Idle() {
	w := &l.w
	if w.chunk == nil || w.pos() != w.flushed || l.end.Load() != asleep {
		return
	}
	// The reader sleeps: its fields are ours until the next Flush, also the
	// position that it has given credit for, which was where both ends are.
	r := &l.r
	if r.chunk != nil {
		r.chunk.Settle(r.delivered)
	} else if l.first != nil {
		l.first.Settle(0)
	}
	r.delivered = 0
	l.first = nil
	w.aside += int64(w.off)
	w.cursor = cursor{index: w.index + 1}
	w.whole = w.cursor
	w.flushed = w.pos()
	w.data = nil
	w.borrowed = false
	w.next = 0
	r.cursor, r.data, r.stop = w.cursor, nil, 0
	r.peeked = r.cursor
	r.limit, r.given = w.pos(), w.pos()
	l.consumed.Store(w.pos())
}

// ensure makes room for n bytes in the current chunk.
func (l *Log) ensure(n int) {
	w := &l.w
	if w.off+n > len(w.data) {
		w.next = max(firstChunk, min(2*w.next, chunkSize))
		l.grow(max(n, int(w.next)))
	}
}

// grow finishes the current chunk and begins one of at least n bytes.
func (l *Log) grow(n int) {
	ch := l.pool.Get(n)
	ch.Hold()
	l.link(ch)
	l.w.data = memory(ch)
}

// link finishes the current chunk, and begins one that has nothing yet.
func (l *Log) link(ch *arena.Buf) {
	w := &l.w
	ch.Next, ch.End, ch.Boundary = nil, 0, 0
	if w.chunk == nil {
		l.first = ch
	} else {
		w.chunk.End = w.off
		w.chunk.Boundary = 0
		if w.whole.chunk == w.chunk {
			w.chunk.Boundary = w.whole.off
		}
		w.chunk.Next = ch
		w.index++
		w.aside += int64(w.off)
	}
	w.chunk, w.off, w.borrowed, w.begun = ch, 0, false, true
}

// memory returns what can be used of a chunk, so that offsets fit into a stride. Of
// one that is lent that is nothing.
func memory(ch *arena.Buf) []byte {
	b := ch.Bytes()
	if ch.Lent() {
		return b[:0]
	}
	return b[:min(len(b), strideMask)]
}
