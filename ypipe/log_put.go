package ypipe

import (
	"encoding/binary"

	"github.com/zeroactor/zmq/internal/arena"
)

// Put appends a message of one frame, whose body is copied, and publishes it, all that there is to do for
// most messages in one step: [Log.Append], [Log.EndMessage] and [Log.Flush] of a log that is not [Log.Full]. It
// reports false, and has done nothing, where there is more to it: the body is large, or the rest of the chunk too short
// for it, the chunk is new and [Log.Ahead] is to be asked, credit is to be seen to, or something is not published yet. Writer only.
func (l *Log) Put(body []byte) (done bool) {
	w := &l.w
	if !w.clear() || !l.Add(body) {
		return false
	}
	l.publish(w.pos())
	return true
}

// Add is [Log.Append] and [Log.EndMessage] of a message of one frame in one step, for which there must be
// room. It reports false, and has done nothing, if the body has more than inlineMax bytes, or more than the rest of the chunk,
// a message has begun, or credit is to be seen to. Writer only.
func (l *Log) Add(body []byte) (done bool) {
	w := &l.w
	n := len(body)
	if n > shortMax {
		return w.addLong(body)
	}
	if w.off+2+n > len(w.data) || !w.addable() {
		return false
	}
	d := w.data[w.off : w.off+2+n]
	d[0], d[1] = 0, byte(n)
	copy(d[2:], body)
	w.added(2 + n)
	return true
}

// addLong is Add of a body with a long header.
func (w *logWriter) addLong(body []byte) (done bool) {
	n := len(body)
	if n > inlineMax || w.off+9+n > len(w.data) || !w.addable() {
		return false
	}
	d := w.data[w.off : w.off+9+n]
	d[0] = FlagLong
	binary.BigEndian.PutUint64(d[1:], uint64(n))
	copy(d[9:], body)
	w.added(9 + n)
	return true
}

// PutOwned is [Log.Put] of a body of more than inlineMax bytes that is not copied: it is the log's from here on, which gives it
// back to owner, as with [Log.AppendOwned]. If it reports false the body is still the caller's. Writer only.
func (l *Log) PutOwned(body []byte, owner arena.Owner) (done bool) {
	w := &l.w
	if len(body) <= inlineMax || w.bodies == nil || !w.clear() || w.off+9 > len(w.data) || !w.addable() {
		return false
	}
	w.added(putHeader(w.data[w.off:], 0, len(body)))
	w.aside += int64(len(body))
	l.addBody(body, owner, true)
	w.refs = 0
	l.flushBodies()
	l.publish(w.pos())
	return true
}

// clear reports whether a message may be written and published at once: there is room by what is known here, [Log.Ahead] is not to be
// asked, and nothing is unpublished.
func (w *logWriter) clear() bool { return !w.lacks() && !w.begun && w.pos() == w.flushed }

// addable reports whether no message has begun, and none more makes a mark due.
func (w *logWriter) addable() bool {
	return w.written+1 < w.nextAt && w.whole.off == w.off && w.whole.index == w.index
}

// added makes a message of the n bytes that were put behind the last one.
func (w *logWriter) added(n int) {
	w.off += n
	w.whole.off = w.off
	w.written++
}
