//go:build !ypipemodel

package ypipe

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/arena"
)

// testLog is a log with a goroutine-friendly way to wait on both ends.
type testLog struct {
	*Log
	readable, writable chan struct{}
}

func newTestLog(hwm int) *testLog {
	t := &testLog{readable: make(chan struct{}, 1), writable: make(chan struct{}, 1)}
	t.Log = NewLog(arena.NewPool(0), hwm, func() { t.readable <- struct{}{} }, func() { t.writable <- struct{}{} })
	return t
}

// body returns the i-th test body: its number, and then a filling whose length
// depends on it.
func body(i, size int) []byte {
	b := make([]byte, size)
	if size >= 8 {
		binary.BigEndian.PutUint64(b, uint64(i))
	}
	for j := 8; j < size; j++ {
		b[j] = byte(i + j)
	}
	return b
}

// sizes cover the short and the long header, chunk ends, and references.
var sizes = []int{0, 1, 10, 255, 256, 1000, inlineMax, inlineMax + 1, 3 * chunkSize / 2}

// TestLogDelivers writes random messages in random batches, and reads them by
// frames or by spans, on two goroutines.
func TestLogDelivers(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for _, hwm := range []int{0, 1, 2, 7, 16, 17, 100, 1000} {
		for _, bySpans := range []bool{false, true} {
			l := newTestLog(hwm)
			const messages = 5000
			go writeMessages(l, messages, rand.New(rand.NewPCG(seed, 1)))
			want := rand.New(rand.NewPCG(seed, 1))
			if bySpans {
				readSpans(t, l, messages, want)
			} else {
				readFrames(t, l, messages, want)
			}
			if t.Failed() {
				t.Fatalf("hwm %d, by spans %v", hwm, bySpans)
			}
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
		if r.IntN(8) == 0 {
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
			for l.Full() {
				<-l.writable
			}
		}
		frames := message(i, r)
		if batch.IntN(10) == 0 { // a message that is given up
			l.Append(FlagMore, body(i, 20000))
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
		if batch.IntN(50) == 0 {
			l.Idle()
		}
	}
	l.Flush()
}

func readFrames(t *testing.T, l *testLog, messages int, r *rand.Rand) {
	for i := range messages {
		for j, want := range message(i, r) {
			flags, got, ok := l.Next()
			for !ok {
				<-l.readable
				flags, got, ok = l.Next()
			}
			if !bytes.Equal(got, want) {
				t.Errorf("message %d frame %d: got %d bytes, want %d", i, j, len(got), len(want))
				return
			}
			_ = flags
			if i%3 == 0 {
				l.Keep().Release()
			}
		}
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
			head := make([]byte, 9)
			want = append(append(want, head[:putHeader(head, flags, len(f))]...), f...)
		}
	}
	commit := rand.New(rand.NewPCG(3, 3))
	for len(wire) < len(want) {
		spans, n := l.Spans(nil, 4096)
		if n == 0 {
			<-l.readable
			continue
		}
		var got []byte
		for _, s := range spans {
			got = append(got, s...)
		}
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

// TestLogCredit fills a log to its high-water mark exactly.
func TestLogCredit(t *testing.T) {
	for _, hwm := range []int{1, 2, 3, 15, 16, 17, 31, 1000} {
		l := newTestLog(hwm)
		n := 0
		for ; !l.Full(); n++ {
			l.Append(0, nil)
			l.EndMessage()
			l.Flush()
		}
		if n != hwm {
			t.Errorf("hwm %d: took %d messages", hwm, n)
		}
		for i := 0; ; i++ {
			if _, _, ok := l.Next(); !ok {
				if i != hwm {
					t.Errorf("hwm %d: gave %d messages", hwm, i)
				}
				break
			}
		}
		select {
		case <-l.writable:
		default:
			t.Errorf("hwm %d: the writer was not woken", hwm)
		}
		if l.Full() {
			t.Errorf("hwm %d: full though empty", hwm)
		}
	}
}

func BenchmarkLogAppendNext(b *testing.B) {
	l := newTestLog(0)
	msg := body(0, 10)
	b.ReportAllocs()
	for b.Loop() {
		for range 64 {
			l.Append(0, msg)
			l.EndMessage()
			l.Flush()
		}
		for range 64 {
			l.Next()
		}
		select {
		case <-l.readable:
		default:
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/64, "ns/msg")
}
