//go:build !ypipemodel

package ypipe

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/arena"
)

// sizes cover the short and the long header, chunk ends, and references.
var sizes = []int{0, 1, 10, 255, 256, 1000, inlineMax, inlineMax + 1, 3 * chunkSize / 2}

// TestLogDelivers writes random messages in random batches, and reads them by
// frames or by spans, on two goroutines.
func TestLogDelivers(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	const messages = 1000
	for _, hwm := range []int{0, 1, 2, 7, 17, 1000} {
		for _, bySpans := range []bool{false, true} {
			l := newTestLog(hwm)
			var writer sync.WaitGroup
			writer.Go(func() { writeMessages(l, messages, rand.New(rand.NewPCG(seed, 1))) })
			want := rand.New(rand.NewPCG(seed, 1))
			if bySpans {
				readSpans(t, l, messages, want)
			} else {
				readFrames(t, l, messages, want)
			}
			if t.Failed() {
				t.Fatalf("seed %d, hwm %d, by spans %v", seed, hwm, bySpans)
			}
			writer.Wait()
		}
	}
}

// message draws the frames of the i-th message.
func message(i int, r *rand.Rand) (frames [][]byte) {
	n := 1
	if r.IntN(4) == 0 {
		n = 1 + r.IntN(4)
	}
	for range n {
		size := 10
		if r.IntN(16) == 0 {
			size = sizes[r.IntN(len(sizes))]
		}
		frames = append(frames, body(i, size))
	}
	return frames
}

func writeMessages(l *testLog, messages int, r *rand.Rand) {
	batch := rand.New(rand.NewPCG(9, 9))
	for i := range messages {
		if l.Full() {
			l.Flush()
			<-l.writable // to ask again first might leave this call untaken, and the next one waiting for ever
			for l.Full() {
				<-l.writable
			}
		}
		frames := message(i, r)
		if batch.IntN(30) == 0 { // a message that is given up
			l.Append(FlagMore, body(i, 2*inlineMax))
			if batch.IntN(2) == 0 {
				l.Flush()
			}
			l.Append(FlagMore, body(i, 300))
			l.Rollback()
		}
		for j, f := range frames {
			flags := byte(FlagMore)
			if j == len(frames)-1 {
				flags = 0
			}
			l.Append(flags, f)
		}
		l.EndMessage()
		if batch.IntN(3) != 0 {
			l.Flush()
		}
		if batch.IntN(20) == 0 {
			l.Idle()
		}
	}
	l.Flush()
}

func readFrames(t *testing.T, l *testLog, messages int, r *rand.Rand) {
	// Views are given up on a goroutine of their own.
	type view struct {
		body  []byte
		owner arena.Owner
	}
	kept := make(chan view, 8)
	var keeper sync.WaitGroup
	keeper.Go(func() {
		for v := range kept {
			v.owner.Release(v.body)
		}
	})
	defer keeper.Wait()
	defer close(kept)
	var mine view // that the next message replaces, if it can
	for i := range messages {
		frames := message(i, r)
		if got, ok := l.Replace(mine.owner.Buf); ok {
			if len(frames) != 1 || !bytes.Equal(got, frames[0]) {
				t.Errorf("message %d of %d frames: replaced by %d bytes", i, len(frames), len(got))
				return
			}
			mine.body = got
			continue
		}
		if mine.owner.Buf != nil {
			l.GiveBack(mine.body, mine.owner)
			mine = view{}
		}
		for j, want := range frames {
			flags, got, ok := l.Next()
			for !ok {
				<-l.readable
				flags, got, ok = l.Next()
			}
			if more := flags&FlagMore != 0; !bytes.Equal(got, want) || more != (j < len(frames)-1) {
				t.Errorf("message %d frame %d: got %d bytes, more %v, want %d", i, j, len(got), more, len(want))
				return
			}
			switch i % 4 {
			case 0:
				l.GiveBack(got, l.Keep())
			case 1:
				kept <- view{got, l.Keep()}
			case 2:
				if len(frames) == 1 {
					mine = view{got, l.Keep()}
				}
			}
		}
	}
}

// TestBodiesAreHandedOver has bodies that nobody counts go from one goroutine to another, and sometimes to a third one.
// They are filled anew as soon as they are given back, by a writer that waits for them: whoever still looked at one, or
// gave it back twice, would be seen, by the race detector if not by what is in it. (A race build counts all bodies of messages.)
func TestBodiesAreHandedOver(t *testing.T) {
	const bodies, rounds = 4, 3000
	l := newTestLog(3)
	free := make(chan []byte, 2*rounds) // more than there are: also what is given back too often
	for range bodies {
		free <- make([]byte, inlineMax+8)
	}
	owner := arena.Owner{Free: func(b []byte) { free <- b }}
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range rounds {
			for l.Full() {
				<-l.writable
			}
			b := <-free
			for at := 0; at < len(b); at += 64 {
				b[at] = byte(i)
			}
			if l.AppendOwned(0, b, owner); i%5 == 0 {
				l.Rollback()
				continue
			}
			l.EndMessage()
			l.Flush()
		}
	})
	third := make(chan []byte, 1)
	var keeper sync.WaitGroup
	keeper.Go(func() {
		for b := range third {
			owner.Release(b)
		}
	})
	for i := range rounds {
		if i%5 == 0 {
			continue
		}
		_, got, ok := l.Next()
		for !ok {
			<-l.readable
			_, got, ok = l.Next()
		}
		for at := 0; at < len(got); at += 64 {
			if got[at] != byte(i) {
				t.Fatalf("body %d has %d at %d", i, got[at], at)
			}
		}
		switch i % 3 {
		case 0:
			l.GiveBack(got, l.Keep())
		case 1:
			l.Keep()
			third <- got
		}
	}
	close(third)
	keeper.Wait()
	writer.Wait()
	l.Next() // gives back what it returned last
	if len(free) != bodies {
		t.Errorf("%d of %d bodies were given back", len(free), bodies)
	}
}

func readSpans(t *testing.T, l *testLog, messages int, r *rand.Rand) {
	var wire, want []byte
	for i := range messages {
		frames := message(i, r)
		for j, f := range frames {
			flags := byte(FlagMore)
			if j == len(frames)-1 {
				flags = 0
			}
			want = appendFrame(want, twinFrame{flags, f})
		}
	}
	commit := rand.New(rand.NewPCG(3, 3))
	for len(wire) < len(want) {
		spans, n := l.Spans(nil, 4096)
		if n == 0 {
			<-l.readable
			continue
		}
		got := bytes.Join(spans, nil)
		if commit.IntN(5) == 0 { // written in part: whole messages count
			part := commit.IntN(n + 1)
			l.CommitTo(part)
			wire = append(wire, got[:wholeMessages(got, part)]...)
			continue
		}
		l.Commit()
		wire = append(wire, got...)
	}
	if !bytes.Equal(wire, want) {
		t.Error("the bytes differ")
	}
}

// wholeMessages returns how many of the first n bytes are whole messages.
func wholeMessages(b []byte, n int) (whole int) {
	for off := 0; off < n; {
		size := 2 + int(b[off+1])
		if b[off]&FlagLong != 0 {
			size = 9 + int(binary.BigEndian.Uint64(b[off+1:]))
		}
		flags := b[off]
		if off += size; off > n {
			break
		}
		if flags&FlagMore == 0 {
			whole = off
		}
	}
	return whole
}

// TestPipeStress hands items over between goroutines, some of which are taken
// back before they are published.
func TestPipeStress(t *testing.T) {
	const items = 100_000
	var p Pipe[int]
	wake := make(chan struct{}, 1)
	flush := func() {
		if !p.Flush() {
			wake <- struct{}{}
		}
	}
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range items {
			p.Write(i)
			if i%7 == 0 {
				p.Write(-1)
				p.Write(-2)
				for want := -2; want < 0; want++ {
					if v, ok := p.Unwrite(); !ok || v != want {
						t.Errorf("Unwrite: %d, %v; want %d", v, ok, want)
					}
				}
			}
			if i%3 == 0 {
				flush()
			}
		}
		flush()
	})
	for i := 0; i < items; {
		v, ok := p.Read()
		if !ok {
			<-wake
			continue
		}
		if v != i {
			t.Fatalf("got %d, want %d", v, i)
		}
		i++
	}
	writer.Wait()
}
