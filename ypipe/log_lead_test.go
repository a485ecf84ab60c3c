//go:build !ypipemodel

package ypipe

import (
	"testing"

	"github.com/zeroactor/zmq/internal/arena"
)

// TestAhead: a writer is told once for each chunk that it is far ahead of the reader, and not as long as the
// reader keeps up.
func TestAhead(t *testing.T) {
	l := &testLog{Log: NewLog(arena.NewPool(0), 0, func() {}, nil)}
	begin := func() { // fills the chunk, up to the first message of the next one
		for at := l.w.index; l.w.index == at; {
			if l.Ahead() {
				t.Fatal("said twice for a chunk")
			}
			l.send(body(0, 1000))
		}
	}
	grown := func() bool { return len(l.w.data) == chunkSize }
	for l.send(body(0, 1)); !grown(); { // the first chunks are small
		begin()
		l.drain()
		if l.Ahead() {
			t.Fatal("ahead of a reader that has read everything")
		}
	}
	for i := range 2 * leadChunks {
		if begin(); l.Ahead() != (i+1 >= leadChunks) {
			t.Errorf("%d chunks ahead, wrong", i+1)
		}
	}
	spans, _ := l.Spans(nil, leadChunks*chunkSize)
	l.Commit()
	left := 2*leadChunks - len(spans) + 1
	if begin(); l.Ahead() != (left >= leadChunks) {
		t.Errorf("%d chunks ahead after %d were read, wrong", left, len(spans))
	}
	l.drain()
	if begin(); l.Ahead() {
		t.Error("ahead of a reader that has read everything again")
	}
}
