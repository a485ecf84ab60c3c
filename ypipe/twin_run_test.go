//go:build !ypipemodel

package ypipe

import (
	"bytes"
	"math"

	"github.com/zeroactor/zmq/internal/framing"
)

// messageOf draws a message of up to three frames, none larger than most bytes.
func (w *twin) messageOf(most int) (frames []twinFrame) {
	for more := true; more; {
		f := w.frame()
		f.body = f.body[:min(len(f.body), most)]
		frames = append(frames, f)
		more = f.flags != 0 && len(frames) < 3
	}
	frames[len(frames)-1].flags = 0
	return frames
}

// appendRun writes messages all at once, as far as AppendRun does, which may be told that the run has them whole.
func (w *twin) appendRun() {
	if len(w.current) > 0 || !w.room() {
		return
	}
	var run []byte
	var messages [][]twinFrame
	var ends []int
	for range 1 + w.step()%8 {
		frames := w.messageOf(chunkSize / 2)
		for _, f := range frames {
			run = appendFrame(run, f)
		}
		messages = append(messages, frames)
		ends = append(ends, len(run))
	}
	whole := 0
	if w.step()%2 == 0 {
		whole = len(messages)
	}
	most := 1 + int(w.step())%10
	size, n := w.log.AppendRun(run, whole, most)
	w.require(n <= min(most, len(messages)), "AppendRun: %d of %d messages, %d at most", n, len(messages), most)
	w.require(n == 0 && size == 0 || n > 0 && size == ends[n-1], "AppendRun: %d messages in %d bytes, want %v", n, size, ends)
	w.require(w.hwm == 0 || len(w.messages)+n <= w.hwm || w.changed, "AppendRun: %d messages and %d, of %d", len(w.messages), n, w.hwm)
	w.require(w.byteHWM == 0 || n <= 1, "AppendRun: %d messages whose bytes count", n)
	w.messages = append(w.messages, messages[:n]...)
}

// nextRun takes frames in one piece, and keeps them, and mostly a body by reference.
func (w *twin) nextRun() {
	if w.asleep {
		return
	}
	most := math.MaxInt
	if b := int(w.step()) % 8; b > 0 {
		most = b
	}
	run, ok := w.log.NextRun(most)
	w.require(ok == (w.published > 0), "NextRun: %v with %d messages published", ok, w.published)
	if !ok || len(w.problems) > 0 {
		w.asleep = !ok
		return
	}
	w.kept = append(w.kept, twinView{run.Frames, bytes.Clone(run.Frames), run.Owner})
	ended, large := 0, run.Large == nil
	for b := run.Frames; len(b) > 0 && len(w.problems) == 0; {
		want := w.messages[0][w.unread]
		header, size := framing.Sizes(b)
		body := b[header:]
		if b = nil; size <= len(body) {
			body, b = body[:size], body[size:]
		} else {
			body, large = run.Large, true
		}
		w.require(bytes.Equal(body, want.body), "NextRun: %d bytes, want %d", len(body), len(want.body))
		if w.unread++; w.unread == len(w.messages[0]) {
			w.consume(1)
			ended++
		}
	}
	w.require(large, "NextRun: a large body of no frame")
	w.require(ended == run.Messages && ended <= most && run.Open == (w.unread > 0),
		"NextRun: %d messages, open %v, of %d at most; want %d, %v", run.Messages, run.Open, most, ended, w.unread > 0)
	if run.Large != nil && w.step()%4 > 0 {
		w.kept = append(w.kept, twinView{run.Large, bytes.Clone(run.Large), w.log.Keep()})
	}
}
