//go:build !ypipemodel

package ypipe

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/internal/invariant"
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

// send writes one message of one frame.
func (l *testLog) send(body []byte) {
	l.Append(0, body)
	l.EndMessage()
	l.Flush()
}

// drain reads until the log is empty and returns how many frames there were.
func (l *testLog) drain() (frames int) {
	for {
		if _, _, ok := l.Next(); !ok {
			return frames
		}
		frames++
	}
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

// TestLogCredit fills a log to its high-water mark exactly.
func TestLogCredit(t *testing.T) {
	for _, hwm := range []int{1, 2, 3, 15, 16, 17, 31, 1000} {
		l := newTestLog(hwm)
		n := 0
		for ; !l.Full(); n++ {
			l.send(nil)
		}
		if n != hwm {
			t.Errorf("hwm %d: took %d messages", hwm, n)
		}
		if got := l.drain(); got != hwm {
			t.Errorf("hwm %d: gave %d messages", hwm, got)
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

// A writer that waits is woken when half of the log is free, not before, and
// not later than one step of credit.
func TestLogWakesAtHalf(t *testing.T) {
	for _, hwm := range []int{1, 2, 16, 100, 1000} {
		l := newTestLog(hwm)
		for !l.Full() {
			l.send(nil)
		}
		taken := 0
		for len(l.writable) == 0 {
			l.Next()
			taken++
		}
		step := (hwm + markSlots - 1) / markSlots
		if half := (hwm + 1) / 2; taken < half || taken > half+2*step {
			t.Errorf("hwm %d: woken after %d messages", hwm, taken)
		}
		<-l.writable
	}
}

// Room is what may be written at once, and never more than the mark allows.
func TestLogRoom(t *testing.T) {
	l := newTestLog(50)
	for written := 0; ; {
		room := l.Room()
		if room == 0 {
			if written != 50 {
				t.Errorf("no room after %d messages", written)
			}
			break
		}
		for range room {
			copy(l.Reserve(0, 2, chunkSize), []byte{0, 0})
			l.Advance(2, 1)
		}
		if written += room; written > 50 || l.Written() != int64(written) {
			t.Fatalf("%d messages of 50, Written %d", written, l.Written())
		}
	}
}

// Discard skips messages and counts them, but for commands; it releases bodies
// by reference and gives their credit.
func TestLogDiscard(t *testing.T) {
	l := newTestLog(3)
	released := 0
	large := make([]byte, inlineMax+1)
	l.send([]byte("a"))
	l.Append(FlagCommand, []byte("c"))
	l.EndMessage()
	l.AppendOwned(FlagMore, large, arena.Owned(large, func([]byte) { released++ }))
	l.AppendOwned(0, large, arena.Owned(large, func([]byte) { released++ }))
	l.EndMessage()
	l.Flush()
	if !l.Full() {
		t.Fatal("not full")
	}
	if n := l.Discard(); n != 2 || released != 2 || !l.Drained() {
		t.Errorf("%d messages, %d bodies released, drained %v; want 2, 2, true", n, released, l.Drained())
	}
	<-l.writable
	if l.Full() {
		t.Error("full though empty")
	}
	if n := l.Discard(); n != 0 {
		t.Errorf("%d messages from nowhere", n)
	}
	l.drain() // to sleep
	if n := l.Discard(); n != 0 || !l.Drained() {
		t.Errorf("asleep: %d messages, drained %v", n, l.Drained())
	}
}

// A chunk as large as a stride must leave one byte unused, also after Rollback:
// the end of one chunk would be the start of the next.
func TestLogStride(t *testing.T) {
	l := newTestLog(0)
	for round := range 2 {
		mem := l.Reserve(0, 1<<strideBits-100, chunkSize)
		if len(mem) > strideMask {
			t.Fatalf("round %d: %d bytes in a stride of %d", round, len(mem), strideMask)
		}
		clear(mem[:2])
		l.Advance(2, 1)
		l.Append(FlagMore, nil)
		l.Rollback()
		for w := &l.w; w.off < len(w.data); {
			body := min(len(w.data)-w.off-2, 255)
			if body < 0 {
				break
			}
			l.Append(0, make([]byte, body))
			l.EndMessage()
		}
		l.Append(FlagMore, make([]byte, 255))
		l.Rollback()
		l.Flush()
	}
	if got := int64(l.drain()); got != l.Written() {
		t.Errorf("%d messages of %d arrived", got, l.Written())
	}
}

// A body by reference belongs to who keeps it, and otherwise is released with
// the next frame.
func TestLogKeepReference(t *testing.T) {
	l := newTestLog(0)
	released := 0
	large := body(1, inlineMax+1)
	for range 2 {
		l.AppendOwned(0, large, arena.Owned(large, func([]byte) { released++ }))
		l.EndMessage()
	}
	l.Flush()
	_, got, _ := l.Next()
	kept := l.Keep()
	if !bytes.Equal(got, large) || &got[0] != &large[0] {
		t.Error("the body is another one, or a copy")
	}
	l.Next()
	if released != 0 {
		t.Errorf("%d released", released)
	}
	l.drain()
	if released != 1 {
		t.Errorf("%d released, want the one that was not kept", released)
	}
	l.GiveBack(got, kept)
	if released != 2 {
		t.Errorf("%d released, want both", released)
	}
}

// Messages that replace others are counted as those are that Next takes: the writer has room again after as many.
func TestLogReplaceGivesCredit(t *testing.T) {
	const hwm = 20
	read := func(size int, replaces bool) (roomAfter int) {
		l := newTestLog(hwm)
		for !l.Full() {
			l.send(body(0, size))
		}
		_, got, _ := l.Next()
		owner := l.Keep()
		for roomAfter = 1; ; roomAfter++ {
			select {
			case <-l.writable:
				return roomAfter
			default:
			}
			if replaces {
				if _, ok := l.Replace(owner.Buf); ok {
					continue
				}
			}
			l.GiveBack(got, owner)
			var ok bool
			if _, got, ok = l.Next(); !ok {
				t.Fatalf("replaces %v: no room after all %d", replaces, roomAfter)
			}
			owner = l.Keep()
		}
	}
	for _, size := range []int{1, 1000} {
		if by, want := read(size, true), read(size, false); by != want || want >= hwm {
			t.Errorf("%d bytes: room after %d of %d messages were replaced, and after %d taken", size, by, hwm, want)
		}
	}
}

// Put and Add take what a chunk has, and no more.
func TestLogPutSizes(t *testing.T) {
	for _, size := range []int{0, shortMax, shortMax + 1, inlineMax, inlineMax + 1} {
		l := newTestLog(0)
		for len(l.w.data)-l.w.off < 3*inlineMax {
			l.send(body(0, 1000))
			l.Ahead() // as after each message
		}
		l.Discard()
		for i, add := range []func([]byte) bool{l.Put, l.Add} {
			if done := add(body(i, size)); done != (size <= inlineMax) {
				t.Fatalf("%d bytes: %v", size, done)
			} else if !done {
				continue
			}
			l.Flush()
			if _, got, ok := l.Next(); !ok || !bytes.Equal(got, body(i, size)) {
				t.Errorf("%d bytes: got %d, or others", size, len(got))
			}
		}
	}
}

// Small bodies are copied even if they come in a buffer.
func TestLogAppendOwnedSmall(t *testing.T) {
	l := newTestLog(0)
	released := false
	small := []byte("small")
	l.AppendOwned(0, small, arena.Owned(small, func([]byte) { released = true }))
	if l.EndMessage(); !released {
		t.Error("the buffer is not released")
	}
	l.Flush()
	small[0] = 'x'
	if _, got, ok := l.Next(); !ok || string(got) != "small" {
		t.Errorf("%q, %v", got, ok)
	}
}

// The memory of an idle log goes back to its pool, as soon as the views do.
func TestLogIdleMemory(t *testing.T) {
	if invariant.Enabled {
		t.Skip("in this build no memory is used again")
	}
	pool := arena.NewPool(0)
	l := NewLog(pool, 0, func() {}, func() {})
	for range 3 * chunkSize / 1000 {
		l.Append(0, make([]byte, 1000))
		l.EndMessage()
	}
	l.Flush()
	_, view, _ := l.Next()
	owner := l.Keep()
	for ok := true; ok; {
		_, _, ok = l.Next()
	}
	l.Idle()
	idle := pool.Idle()
	owner.Release(view)
	if after := pool.Idle(); idle < 2*chunkSize || after <= idle || l.w.chunk != nil {
		t.Errorf("%d bytes in the pool, %d after the view is released", idle, after)
	}
	l.Append(0, []byte("on"))
	l.EndMessage()
	l.Flush()
	if _, got, ok := l.Next(); !ok || string(got) != "on" {
		t.Errorf("afterwards: %q, %v", got, ok)
	}
}

// Nothing is allocated for messages that pass through.
func TestLogAllocations(t *testing.T) {
	if invariant.Enabled {
		t.Skip("in this build no memory is used again")
	}
	for _, size := range []int{10, 1000, inlineMax + 1} {
		l := newTestLog(100)
		msg := body(0, size)
		var spans [][]byte
		tests := map[string]func(){
			"next": func() {
				l.send(msg)
				l.Next()
			},
			"keep": func() {
				l.send(msg)
				_, body, _ := l.Next()
				l.GiveBack(body, l.Keep())
			},
			"spans": func() {
				l.send(msg)
				spans, _ = l.Spans(spans[:0], 1<<20)
				l.Commit()
			},
			"credit": func() {
				for !l.Full() {
					l.send(msg)
				}
				for len(l.writable) == 0 {
					l.Next()
				}
				<-l.writable
				l.Discard()
			},
		}
		for name, f := range tests {
			for range 300 { // until there are chunks to go round
				f()
			}
			if n := testing.AllocsPerRun(1000, f); n != 0 {
				t.Errorf("%s of %d bytes: %v allocations", name, size, n)
			}
		}
	}
}

// TestPutLeavesAheadToBeAsked: a message in one step is not for a chunk of which nobody has asked yet how far ahead it is.
func TestPutLeavesAheadToBeAsked(t *testing.T) {
	l := newTestLog(0)
	large := body(0, inlineMax+1)
	l.AppendOwned(0, large, arena.Owner{})
	l.EndMessage()
	l.Flush()
	if l.Put([]byte("x")) || l.PutOwned(large, arena.Owner{}) {
		t.Error("put to a new chunk")
	}
	l.Ahead()
	if !l.Put([]byte("x")) || !l.PutOwned(large, arena.Owner{}) {
		t.Error("not put after that")
	}
}
