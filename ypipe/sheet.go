package ypipe

import "github.com/zeroactor/zmq/internal/arena"

// A Sheet holds messages that several logs are to have: each is encoded once, and
// [Log.AppendSheet] gives it to one log after the other. A log that is given one
// message after another refers to the sheet's memory; one that misses some has
// copies. The zero value is an empty sheet. It belongs to the writer of its logs.
type Sheet struct {
	chunk  *arena.Buf // that it writes to, with a reference of its own; nil: none
	data   []byte     // memory of the chunk
	from   int        // where the last message begins
	off    int        // and ends
	size   int        // of the last chunk
	serial int64      // number of the last message, from 1
}

// Begin makes room for one more message, whose frames have that many bytes at
// most, headers of up to nine bytes each included. It reports false, and has done
// nothing, if such a message is too large for a sheet.
func (s *Sheet) Begin(pool *arena.Pool, size int) bool {
	if size > sheetSize {
		return false
	}
	if len(s.data)-s.off < size {
		s.Release()
		s.size = max(firstChunk, min(2*s.size, sheetSize))
		s.chunk = pool.Get(max(s.size, size))
		s.data = s.chunk.Bytes()
	}
	s.from = s.off
	s.serial++
	return true
}

// Append adds a frame to the message that Begin has begun. The body is copied.
func (s *Sheet) Append(flags byte, body []byte) {
	s.off += putHeader(s.data[s.off:], flags, len(body))
	s.off += copy(s.data[s.off:], body)
}

// Release gives up the sheet's memory, which the logs keep for as long as they need
// it.
func (s *Sheet) Release() {
	if s.chunk != nil {
		s.chunk.Release()
		s.chunk, s.data, s.from, s.off = nil, nil, 0, 0
	}
}

// AppendSheet adds the last message of the sheet, and ends it as EndMessage does.
// No other message may have been begun, and no message may be added twice. A log
// has one sheet in its life. Writer only.
func (l *Log) AppendSheet(s *Sheet) {
	w := &l.w
	follows := w.serial+1 == s.serial
	w.serial = s.serial
	if follows && w.borrowed && s.from > 0 {
		w.off += s.off - s.from
	} else {
		l.appendSheetSlow(s, follows)
	}
	l.EndMessage()
}

func (l *Log) appendSheetSlow(s *Sheet, follows bool) {
	w := &l.w
	message := s.data[s.from:s.off]
	if !follows {
		w.run = 0
	}
	if w.run < borrowAfter {
		// Who wants one message in a hundred is not to hold the memory of a hundred.
		w.run += int32(len(message))
		l.ensure(len(message))
		w.off += copy(w.data[w.off:], message)
		return
	}
	l.link(arena.Lend(s.chunk, s.from))
	w.borrowed, w.data = true, memory(w.chunk)
	w.off = len(message)
}
