package ypipe

import "encoding/binary"

// Spans appends to dst the published bytes, in order, as they go to write(2):
// whole messages only, and after max bytes no more than the rest of a chunk and
// what it takes to end a message. If there is nothing it returns dst as it is,
// and the reader sleeps; in that sleep it may be called again.
//
// The bytes stay in the log until [Log.Commit] or [Log.CommitTo]. Between the
// two, Next must not be called. Reader only.
func (l *Log) Spans(dst [][]byte, max int) (spans [][]byte, bytes int) {
	if l.end.Load() == asleep {
		return dst, 0 // asleep already: what else there is belongs to the writer
	}
	r := &l.r
	if r.pos() == r.limit {
		if !l.look(true) {
			return dst, 0
		}
	} else {
		l.look(false)
	}
	p := r.cursor
	refs := 0
	for p.pos() != r.limit {
		l.enter(&p, false)
		stop := l.stop(p)
		full := bytes+stop-p.off >= max
		if full && p.index < r.limit>>strideBits && p.chunk.Boundary > p.off {
			stop = p.chunk.Boundary
		}
		for p.off < stop {
			f, ok := l.refAt(refs)
			if !ok || f.pos > p.index<<strideBits|int64(stop) {
				dst = append(dst, p.chunk.Bytes()[p.off:stop])
				bytes += stop - p.off
				p.off = stop
				break
			}
			at := int(f.pos & strideMask)
			dst = append(dst, p.chunk.Bytes()[p.off:at], f.body)
			bytes += at - p.off + len(f.body)
			p.off = at
			refs++
			if f.last && bytes >= max {
				r.peeked = p
				return dst, bytes
			}
		}
		if bytes >= max && (p.pos() == r.limit || p.off == p.chunk.Boundary && p.off != 0) {
			break
		}
	}
	r.peeked = p
	return dst, bytes
}

// Commit consumes what Spans returned. Reader only.
func (l *Log) Commit() { l.commit(l.r.peeked) }

// CommitTo consumes, of what Spans returned, only the messages that lie within
// its first n bytes, and returns how many bytes these are. A message that was
// written in part stays, whole: the rest of it is still to be written or, if
// the connection is lost, all of it to the next one. Reader only.
func (l *Log) CommitTo(n int) (committed int) {
	p := l.r.cursor
	whole := p
	refs, bytes := 0, 0
	for p.pos() != l.r.peeked.pos() {
		var flags byte
		var size int
		flags, size, refs = l.skip(&p, refs)
		if bytes += size; bytes > n {
			break
		}
		if flags&FlagMore == 0 {
			whole, committed = p, bytes
		}
	}
	l.commit(whole)
	return committed
}

// skip moves p over one frame and returns its flags and size on the wire.
func (l *Log) skip(p *cursor, refs int) (flags byte, size, refsAfter int) {
	for p.chunk == nil || p.off >= l.stop(*p) {
		l.enter(p, false)
	}
	d := p.chunk.Bytes()[p.off:]
	if d[0]&FlagLong == 0 {
		size = 2 + int(d[1])
		p.off += size
		return d[0], size, refs
	}
	size = 9 + int(binary.BigEndian.Uint64(d[1:]))
	p.off += 9
	if f, ok := l.refAt(refs); ok && f.pos == p.pos() {
		return d[0], size, refs + 1
	}
	p.off += size - 9
	return d[0], size, refs
}

// commit moves the reader to p.
func (l *Log) commit(p cursor) {
	r := &l.r
	for r.chunk != p.chunk {
		if r.chunk == nil {
			r.chunk = l.first
			continue
		}
		next := r.chunk.Next
		r.chunk.Settle(r.delivered)
		r.delivered = 0
		r.chunk = next
	}
	r.cursor = p
	r.data, r.stop = nil, 0 // Next looks them up
	if p.chunk != nil {
		r.data, r.stop = p.chunk.Bytes(), l.stop(p)
	}
	l.releaseRefs(p.pos())
	l.give(p.pos())
}
