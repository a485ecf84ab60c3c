package ypipe

// Put appends a message of one frame, whose body is copied, and publishes it, all that there is to do for
// most messages in one step: [Log.Append], [Log.EndMessage] and [Log.Flush] of a log that is not [Log.Full]. It
// reports false, and has done nothing, where there is more to it: the body is not short, the chunk
// is at its end, or new and [Log.Ahead] is to be asked, credit is to be seen to, or something is not published yet. Writer only.
func (l *Log) Put(body []byte) (done bool) {
	w := &l.w
	if w.lacks() || w.begun || w.pos() != w.flushed || !l.Add(body) {
		return false
	}
	l.publish(w.pos())
	return true
}

// Add is [Log.Append] and [Log.EndMessage] of a message of one frame in one step, for which there must be
// room. It reports false, and has done nothing, if the body is not short, the chunk is at its
// end, a message has begun, or credit is to be seen to. Writer only.
func (l *Log) Add(body []byte) (done bool) {
	w := &l.w
	n := len(body)
	if n > shortMax || w.off+2+n > len(w.data) || w.written+1 >= w.nextAt || w.whole.off != w.off || w.whole.index != w.index {
		return false
	}
	d := w.data[w.off : w.off+2+n]
	d[0], d[1] = 0, byte(n)
	copy(d[2:], body)
	w.off += 2 + n
	w.whole.off = w.off
	w.written++
	return true
}
