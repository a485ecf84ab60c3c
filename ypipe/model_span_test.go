//go:build ypipemodel

package ypipe

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/internal/modeltest"
)

// encode writes a frame as it goes over the wire (37/ZMTP, "Framing").
func encode(f labFrame) []byte {
	if len(f.body) <= shortMax {
		return append([]byte{f.flags, byte(len(f.body))}, f.body...)
	}
	head := binary.BigEndian.AppendUint64([]byte{f.flags | FlagLong}, uint64(len(f.body)))
	return append(head, f.body...)
}

// spans takes what Spans returns and compares it with what was written; ends
// are the offsets behind each message in it.
func (b *lab) spans(max int) (spans [][]byte, ends []int) {
	spans, n := b.Spans(nil, max)
	if n == 0 {
		b.sleeps++
		return nil, nil
	}
	got := bytes.Join(spans, nil)
	b.w.Require(len(got) == n, "Spans says %d bytes, and returns %d", n, len(got))
	ends = b.compare(got)
	b.w.Require(len(ends) > 0 && ends[len(ends)-1] == n, "the spans end within a message: %x", got)
	b.w.Step() // as they are written
	b.compare(bytes.Join(spans, nil))
	return spans, ends
}

// compare holds the next bytes on the wire against what was written.
func (b *lab) compare(got []byte) (ends []int) {
	n := 0
	for _, f := range b.frames[b.read:] {
		want := encode(f)
		if n == len(got) {
			break
		}
		b.w.Require(bytes.HasPrefix(got[n:], want), "byte %d of %x: want %x", n, got, want)
		n += len(want)
		if f.flags&FlagMore == 0 {
			ends = append(ends, n)
		}
	}
	return ends
}

// took counts the messages that are about to be committed.
func (b *lab) took(messages int) {
	b.taken += messages
	for ; messages > 0; b.read++ {
		if b.frames[b.read].flags&FlagMore == 0 {
			messages--
		}
	}
}

// takeSpans takes messages, the last that there will be, and falls asleep. Of
// every other batch only a part is committed at first.
func (b *lab) takeSpans(messages, max int, inParts bool) {
	for batch := 0; ; {
		spans, ends := b.spans(max)
		if spans == nil {
			if b.taken == messages {
				return
			}
			b.sleep()
			continue
		}
		batch++
		if !inParts || batch%2 == 0 {
			b.took(len(ends))
			b.Commit()
			continue
		}
		// All but the last byte is written, or all but the last message and a byte.
		whole := len(ends) - 1
		n := ends[whole] - 1
		if whole > 0 && batch%4 == 1 {
			n = ends[whole-1]
		}
		b.took(whole)
		want := 0
		if whole > 0 {
			want = ends[whole-1]
		}
		got := b.CommitTo(n)
		b.w.Require(got == want, "CommitTo(%d) of messages that end at %v: %d, want %d", n, ends, got, want)
		b.w.Reached("committed in part")
	}
}

// The bytes of the log as they go to write(2).
func TestModelSpans(t *testing.T) {
	for _, max := range []int{1, 20, 1000} {
		for _, inParts := range []bool{false, true} {
			t.Run(fmt.Sprint(max, inParts), func(t *testing.T) {
				cfg := modeltest.Config{Preemptions: 2, Random: 2000, Reach: []string{
					"reader woken", "end of a chunk", "reference", "buffer reused", "writer woken",
				}}
				if inParts {
					cfg.Reach = append(cfg.Reach, "committed in part")
				}
				modeltest.Explore(t, cfg, func(w *modeltest.World) {
					b := newLab(w, 3, nil)
					w.Go("writer", func() {
						b.send(short)
						b.put(long)
						b.send(large, short)
						b.send(long, long, short)
						b.put(1)
						b.send(short, large)
						b.Idle()
						b.send(long)
						b.send(long, long)
					})
					w.Go("reader", func() { b.takeSpans(8, max, inParts) })
				})
			})
		}
	}
}

// feed writes bytes as a connection does that reads them: into reserved memory,
// in pieces, of which whole frames become part of the log.
func (b *lab) feed(frames []labFrame, piece int) {
	var stream []byte
	for _, f := range frames {
		stream = append(stream, encode(f)...)
	}
	keep := 0
	for len(stream) > 0 {
		n := copy(b.Reserve(keep, 2, chunkSize+len(stream)%16)[keep:], stream[:min(piece, len(stream))])
		stream = stream[n:]
		keep += n
		keep -= b.parse(&frames, keep)
	}
	b.w.Require(keep == 0 && len(frames) == 0, "%d bytes and %d frames are left over", keep, len(frames))
}

// parse makes the whole ones of the frames in n reserved bytes part of the log,
// and returns how many bytes these are.
func (b *lab) parse(frames *[]labFrame, n int) (used int) {
	for {
		b.awaitRoom()
		room := b.Room()
		mem := b.Reserve(n-used, 0, 0)[:n-used]
		to, whole, messages := 0, 0, 0
		for len(*frames) > 0 && messages < room {
			f := (*frames)[0]
			size := len(encode(f))
			if to+size > len(mem) {
				break
			}
			*frames = (*frames)[1:]
			b.message = append(b.message, f)
			if to += size; f.flags&FlagMore == 0 {
				b.frames = append(b.frames, b.message...)
				b.message = nil
				whole = to
				messages++
			}
		}
		if whole > 0 {
			b.messages += messages
			b.Advance(whole, messages)
			b.checkLimit()
			b.Flush()
		}
		b.Advance(to-whole, 0)
		used += to
		if messages < room {
			return used
		}
	}
}

// Frames come in pieces, over the ends of chunks, and among them a message that
// is given up, as when a connection is lost.
func TestModelReserve(t *testing.T) {
	frame := func(flags, first byte, size int) labFrame {
		f := labFrame{flags: flags, body: make([]byte, size)}
		for i := range f.body {
			f.body[i] = first + byte(i)
		}
		return f
	}
	for _, piece := range []int{3, 11, 40} {
		for _, bySpans := range []bool{false, true} {
			t.Run(fmt.Sprint(piece, bySpans), func(t *testing.T) {
				cfg := modeltest.Config{Preemptions: 2, Random: 2000, Reach: []string{"reader woken", "writer woken", "buffer reused"}}
				modeltest.Explore(t, cfg, func(w *modeltest.World) {
					b := newLab(w, 2, nil)
					w.Go("writer", func() {
						b.feed([]labFrame{frame(0, 1, short), frame(0, 11, 1), frame(0, 21, long), frame(FlagMore, 31, short)}, piece)
						b.rollback()
						b.feed([]labFrame{frame(FlagMore, 41, long), frame(FlagMore, 51, short), frame(0, 61, 0)}, piece)
						b.Idle()
						b.feed([]labFrame{frame(FlagMore, 71, long), frame(FlagMore, 81, long), frame(0, 91, long), frame(0, 101, short)}, piece)
						b.Flush()
					})
					if bySpans {
						w.Go("reader", func() { b.takeSpans(6, 10, false) })
					} else {
						w.Go("reader", func() { b.takeAll(6) })
					}
				})
			})
		}
	}
}
