package ypipe

import (
	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/internal/framing"
)

// AppendRun adds messages from a run, which is whole frames with their headers, one after another: as many as
// there is room for in the current chunk and below the high-water mark, and most at most. It returns how many
// bytes and messages these are: none if the first message has to go through [Log.Append], as the chunk is at its end,
// or it has a body by reference or is not whole. whole is how many messages the run has if it is known that they are
// all in it, with bodies that are not large, and 0 if not: they are not counted again then. No message may have been begun. Writer only.
func (l *Log) AppendRun(run []byte, whole, most int) (bytes, messages int) {
	w := &l.w
	room := max(len(w.data)-w.off, 0) // a sheet's chunk has none
	if whole > 0 && whole <= min(most, l.stretch()) && len(run) <= room {
		bytes, messages = len(run), whole
	} else {
		bytes, messages = countRun(run[:min(len(run), room)], min(most, l.Burst()))
	}
	if messages > 0 {
		copy(w.data[w.off:], run[:bytes])
		l.Advance(bytes, messages)
	}
	return bytes, messages
}

// countRun returns how many messages are whole in b, most at most, and where the last of them ends.
func countRun(b []byte, most int) (end, messages int) {
	end, messages = framing.Short(b, most)
	for at := end; messages < most && len(b)-at >= framing.ShortHeader; {
		flags := b[at]
		if flags&FlagLong == 0 {
			at += framing.ShortHeader + int(b[at+1])
		} else {
			at += longSize(b[at:])
		}
		if at > len(b) {
			break
		}
		if flags&FlagMore == 0 {
			messages++
			end = at
		}
	}
	return end, messages
}

// longSize returns the size of a long frame, or more than b has if it is not to be copied.
func longSize(b []byte) int {
	if len(b) >= framing.LongHeader {
		if header, body := framing.Sizes(b); body <= inlineMax {
			return header + body
		}
	}
	return len(b) + 1
}

// A Run is frames as a log has them, headers included, in one piece: see [Log.NextRun].
type Run struct {
	Frames   []byte
	Owner    arena.Owner // of Frames
	Messages int         // that end in it
	Open     bool        // it ends within a message, which goes on with the next run
	Large    []byte      // body of its last frame, if that is by reference: Frames ends with the header; else nil
}

// NextRun takes what the current chunk still has published, at once, but no more than most messages and, if they are more, what has
// begun with the last of them. It ends sooner behind the header of a body by reference. Frames is a view that the caller
// is to give back to its owner; the owner of Large is what [Log.Keep] returns then. If there is no frame, ok is
// false and the reader sleeps: see [Log.Next]. Reader only.
func (l *Log) NextRun(most int) (run Run, ok bool) {
	r := &l.r
	if r.current != nil {
		l.forget()
	}
	if r.off >= r.stop && !l.more() {
		return Run{}, false
	}
	d := r.data[r.off:r.stop]
	at, flags := 0, byte(0)
	at, run.Messages = framing.Short(d, most)
	for at < len(d) && run.Messages < most && run.Large == nil {
		if flags = d[at]; flags&FlagLong == 0 {
			at += framing.ShortHeader + int(d[at+1])
		} else {
			at += l.largeInRun(d, at, &run)
		}
		run.Messages += int(^flags & FlagMore)
	}
	run.Frames, run.Owner, run.Open = d[:at:at], l.view(), flags&FlagMore != 0
	r.off += at
	if r.unread -= int64(run.Messages); r.unread <= 0 {
		l.give(r.pos())
	}
	return run, true
}

// largeInRun returns how far the long frame at d[at:] goes. It sets the run's Large if that is its header only.
func (l *Log) largeInRun(d []byte, at int, run *Run) int {
	header, body := framing.Sizes(d[at:])
	if b := l.bodies.Load(); b != nil && b.take(l.r.pos()+int64(at+header)) {
		l.r.current = &b.taken
		run.Large = b.taken.body
		return header
	}
	return header + body
}
