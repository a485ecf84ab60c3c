package ypipe

import "encoding/binary"

// Peek returns the frame that Next will take, without taking it. The body is a
// view that is valid until the next call of Next. If there is no frame, ok is
// false and the reader sleeps, as with Next. Reader only.
func (l *Log) Peek() (flags byte, body []byte, ok bool) {
	r := &l.r
	if r.off >= r.stop && !l.more() {
		return 0, nil, false
	}
	d := r.data[r.off:r.stop]
	flags = d[0] &^ FlagLong
	if d[0]&FlagLong == 0 {
		n := 2 + int(d[1])
		return flags, d[2:n:n], true
	}
	n := 9 + int(binary.BigEndian.Uint64(d[1:]))
	if f, ok := l.refAt(0); ok && f.pos == r.pos()+9 {
		return flags, f.body, true
	}
	return flags, d[9:n:n], true
}
