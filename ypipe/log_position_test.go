//go:build !ypipemodel

package ypipe

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/internal/invariant"
)

// TestPositionsPartMessages takes positions at the ends of messages while they
// are written, and finds each message on the right side of them when it is read,
// however the log lies in its chunks.
func TestPositionsPartMessages(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	pool := arena.NewPool(0)
	defer pool.Close()
	asleep := false
	l := NewLog(pool, 0, func() { asleep = false }, nil)
	var ends []int64 // of messages, with their number as the index
	read := 0
	for range 300 {
		for range rng.IntN(60) {
			size := []int{rng.IntN(30), 250 + rng.IntN(10), rng.IntN(9 << 10), rng.IntN(100 << 10)}[rng.IntN(4)]
			for range rng.IntN(3) {
				l.Append(FlagMore, make([]byte, rng.IntN(300)))
			}
			l.Append(0, bytes.Repeat([]byte{1}, size))
			l.EndMessage()
			ends = append(ends, l.End())
		}
		end := l.End()
		l.Append(FlagMore, []byte("not whole"))
		if l.End() != end {
			t.Fatal("frames of a message that goes on move the end")
		}
		l.Rollback()
		l.Flush()
		for range rng.IntN(100) {
			if asleep {
				break
			}
			flags, _, ok := l.Next()
			if !ok {
				asleep = true
				l.Idle()
				break
			}
			for {
				if at := l.Taken(); at > ends[read] || read > 0 && at <= ends[read-1] {
					t.Fatalf("message %d: a frame at %d, the ends are %d", read, at, ends[max(0, read-1):read+1])
				}
				if flags&FlagMore == 0 {
					break
				}
				flags, _, _ = l.Next()
			}
			read++
		}
	}
	if read < 1000 {
		t.Errorf("read %d messages only", read)
	}
}

// TestRollbackGivesBack: the memory of a message that is given up goes back to the
// pool, its chunks and its large bodies, but for the chunk that a whole message is in.
func TestRollbackGivesBack(t *testing.T) {
	if invariant.Enabled {
		t.Skip("debug builds use no memory again")
	}
	for _, whole := range []bool{false, true} {
		pool := arena.NewPool(0)
		defer pool.Close()
		l := NewLog(pool, 0, func() {}, func() {})
		if whole {
			l.Append(0, []byte("whole"))
			l.EndMessage()
			l.Flush()
		}
		for range 3 {
			l.Append(FlagMore, make([]byte, inlineMax+1))
			for range 3 * chunkSize / inlineMax {
				l.Append(FlagMore, make([]byte, inlineMax))
			}
		}
		before := pool.Idle()
		l.Rollback()
		const least = 3*(inlineMax+1) + 9*chunkSize
		if back := pool.Idle() - before; back < least-chunkSize || !whole && back < least {
			t.Errorf("%d bytes are given back, of %d, with a whole message: %t", back, least, whole)
		}
	}
}
