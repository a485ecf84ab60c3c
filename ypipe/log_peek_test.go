//go:build !ypipemodel

package ypipe

import (
	"bytes"
	"testing"

	"github.com/zeroactor/zmq/internal/arena"
)

// TestPeek compares Peek with the Next that follows, for frames of all forms.
func TestPeek(t *testing.T) {
	pool := arena.NewPool(0)
	defer pool.Close()
	woken := 0
	l := NewLog(pool, 0, func() { woken++ }, nil)
	sizes := []int{0, 1, 255, 256, 8 << 10, 8<<10 + 1, 100 << 10, 3}
	for round := range 3 {
		for i, n := range sizes {
			l.Append(byte(i&1), bytes.Repeat([]byte{byte(n)}, n))
			if i&1 == 0 {
				l.EndMessage()
			}
		}
		l.Rollback() // the last frame, which has more to follow, is not whole
		l.Append(0, []byte("end"))
		l.EndMessage()
		l.Flush()
		frames := 0
		for {
			flags, body, ok := l.Peek()
			if !ok {
				break
			}
			if again, same, ok := l.Peek(); again != flags || !bytes.Equal(same, body) || !ok {
				t.Fatalf("frame %d changes", frames)
			}
			was := bytes.Clone(body)
			next, body, ok := l.Next()
			if next != flags || !bytes.Equal(body, was) || !ok {
				t.Fatalf("frame %d: %d bytes with flags %d, peeked %d with %d", frames, len(body), next, len(was), flags)
			}
			frames++
		}
		if frames != len(sizes) {
			t.Fatalf("%d frames in round %d", frames, round)
		}
		if woken != round { // Peek puts the reader to sleep, and Flush wakes it
			t.Fatalf("woken %d times in round %d", woken, round)
		}
	}
}
