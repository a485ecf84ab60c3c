//go:build ypipemodel

package ypipe

import (
	"bytes"
	"math"
	"testing"

	"github.com/zeroactor/zmq/internal/framing"
	"github.com/zeroactor/zmq/internal/modeltest"
)

// putRun waits for room and writes messages of one frame each, at once as far as AppendRun does, which may be told
// that all are whole, and the rest one by one.
func (b *lab) putRun(known bool, sizes ...int) {
	b.awaitRoom()
	var run []byte
	var frames []labFrame
	for i, size := range sizes {
		f := labFrame{body: make([]byte, size)}
		for j := range f.body {
			f.body[j] = byte((b.messages+i)<<5 + j + 1)
		}
		frames = append(frames, f)
		header := make([]byte, framing.LongHeader)
		run = append(append(run, header[:putHeader(header, 0, size)]...), f.body...)
	}
	whole := 0
	if known {
		whole = len(sizes)
	}
	_, n := b.AppendRun(run, whole, len(sizes))
	if b.frames = append(b.frames, frames[:n]...); n > 1 {
		b.w.Reached("several at once")
	}
	if b.messages += n; n > 0 {
		b.checkLimit()
	}
	for _, size := range sizes[n:] {
		b.put(size)
	}
}

// takeRuns takes messages in runs of so many at most, the last that there will be, and falls asleep. It keeps each run until
// it has the next one.
func (b *lab) takeRuns(messages, most int) {
	var kept Run
	var content []byte
	give := func(asleep bool) {
		b.w.Require(bytes.Equal(kept.Frames, content), "a run is %x, and was %x", kept.Frames, content)
		if kept.Frames != nil && asleep {
			kept.Owner.Release(kept.Frames)
		} else if kept.Frames != nil {
			b.GiveBack(kept.Frames, kept.Owner)
		}
		kept = Run{}
	}
	for last := b.taken + messages; ; {
		b.taking = most
		run, ok := b.NextRun(most)
		if ok {
			b.checkRun(run, most)
		}
		b.taking = 0
		give(!ok)
		kept, content = run, bytes.Clone(run.Frames)
		if ok {
			continue
		}
		if b.sleeps++; b.taken == last {
			return
		}
		b.sleep()
	}
}

// checkRun compares a run with the frames written.
func (b *lab) checkRun(run Run, most int) {
	ended, more := 0, false
	for d := run.Frames; len(d) > 0; {
		header, size := framing.Sizes(d)
		body := run.Large
		if size <= len(d)-header {
			body = d[header : header+size]
			size += header
		} else {
			b.w.Require(len(d) == header && len(body) == size, "a body of %d bytes, and there are %d and %d", size, len(d)-header, len(body))
			size = header
		}
		b.w.Require(b.read < len(b.frames), "a frame of %d bytes that nobody wrote", len(body))
		want := b.frames[b.read]
		more = d[0]&FlagMore != 0
		b.w.Require(d[0]&^FlagLong == want.flags && bytes.Equal(body, want.body), "frame %d is %d %x, want %d %x", b.read, d[0], body, want.flags, want.body)
		if b.read++; !more {
			b.taken++
			ended++
		}
		d = d[size:]
	}
	if ended > 1 {
		b.w.Reached("several taken at once")
	}
	b.w.Require(ended == run.Messages && ended <= most && more == run.Open, "%d messages of %d at most, open: %v; there are %d, %v", run.Messages, most, run.Open, ended, more)
}

// Runs of messages, written and taken at once, over several chunks, to a reader that sleeps and wakes.
func TestModelRuns(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{
		"reader woken", "end of a chunk", "buffer reused", "several at once", "several taken at once", "reference",
	}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 0, nil)
		w.Go("writer", func() {
			b.putRun(true, 1, 0, short)
			b.Flush()
			b.send(short, large, 1)
			b.putRun(false, 1, long, 1)
			b.Flush()
			b.putRun(true, 1, large, 1)
			b.Flush()
			b.put(large)
			b.Ahead()
			b.putRun(true, 2, 2)
			b.Flush()
			b.send(1, 1)
		})
		w.Go("reader", func() { b.takeRuns(14, math.MaxInt) })
	})
}

// The same below a high-water mark: a batch may go past the next mark for credit, never past that one.
func TestModelRunsFull(t *testing.T) {
	for name, most := range map[string]int{"all": math.MaxInt32, "some": 2} {
		t.Run(name, func(t *testing.T) {
			cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{"reader woken", "writer woken", "several at once"}}
			modeltest.Explore(t, cfg, func(w *modeltest.World) {
				b := newLab(w, 4, nil)
				w.Go("writer", func() {
					b.putRun(true, 1, 1)
					b.Flush()
					b.putRun(true, 1, 1, 1)
					b.Flush()
					b.putRun(false, 1, 1, 1)
					b.Flush()
					b.putRun(true, 1, 1, 1, 1, 1, 1)
					b.Flush()
				})
				w.Go("reader", func() { b.takeRuns(14, most) })
			})
		})
	}
}
