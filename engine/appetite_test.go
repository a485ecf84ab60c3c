package engine

import (
	"testing"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/ypipe"
)

// A larder is a source that has so much for each read: all that there is room for,
// if that is negative, and nothing, if it is 0.
type larder struct {
	has     int
	waiting bool // it is elastic
}

func (l *larder) elastic() bool { return l.waiting }

func (l *larder) read(_ int, fill func() []byte, idle func() bool) (int, error) {
	if l.has == 0 {
		idle()
		return 0, nil
	}
	room := len(fill())
	if l.has < 0 || l.has > room {
		return room, nil
	}
	return l.has, nil
}

// TestChunksGrow: a receiver that reads itself reads to larger chunks while reads fill them, and goes
// back when they do not. One that must have memory to wait with never does, nor does the
// connection's own goroutine.
func TestChunksGrow(t *testing.T) {
	for _, elastic := range []bool{false, true} {
		l := &larder{waiting: elastic}
		in := ypipe.NewLog(arena.NewPool(-1), 0, func() {}, nil)
		var r reader
		r.init(l, in, -1, new(Traffic))
		most := readChunk
		if elastic {
			most = mostChunk
		}
		for _, step := range []struct {
			when       string
			receiver   bool
			has, waits int // bytes of each read, and how often there is nothing behind it
			chunks     int // size of chunks after that
		}{
			{"by the goroutine", false, -1, 0, readChunk},
			{"with little to read", true, minRead, 0, readChunk},
			{"with much to read", true, -1, 0, most},
			{"that it reads to before it waits", true, mostChunk / 4, 1, most},
			{"with little to read before it waits", true, 100, 1, readChunk},
			{"with much to read again", true, -1, 0, most},
			{"by the goroutine again", false, -1, 0, readChunk},
		} {
			for range 6 {
				l.has = step.has
				n, _ := r.read(step.receiver)
				in.Advance(n, 0)
				l.has = 0
				for range step.waits {
					r.read(step.receiver)
				}
			}
			if r.chunk != step.chunks {
				t.Errorf("elastic %v, %s: chunks of %d bytes, want %d", elastic, step.when, r.chunk, step.chunks)
			}
		}
		if len(r.fill()) < readChunk/2 {
			t.Errorf("elastic %v: room for %d bytes", elastic, len(r.fill()))
		}
	}
}

// TestChunkOfItsSize: the log's chunk has the size that the reader wants.
func TestChunkOfItsSize(t *testing.T) {
	in := ypipe.NewLog(arena.NewPool(-1), 0, func() {}, nil)
	var r reader
	r.init(&larder{}, in, -1, new(Traffic))
	r.chunk = mostChunk
	if got := len(r.fill()); got != mostChunk {
		t.Errorf("room for %d bytes, want %d", got, mostChunk)
	}
	if r.huge = true; len(r.fill()) != peek || r.room >= 0 {
		t.Errorf("room for %d bytes before a large frame, which could be filled: %d", len(r.fill()), r.room)
	}
}
