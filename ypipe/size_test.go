//go:build amd64 || arm64

package ypipe

import (
	"testing"
	"unsafe"
)

// An idle log is to fill a size class of the allocator, and its ends cache lines.
func TestSizeOfLog(t *testing.T) {
	var l Log
	if size := unsafe.Sizeof(l); size > 448 {
		t.Errorf("a log takes %d bytes", size)
	}
	for name, at := range map[string]uintptr{"reader": unsafe.Offsetof(l.r), "end": unsafe.Offsetof(l.end), "consumed": unsafe.Offsetof(l.consumed)} {
		if at%64 != 0 {
			t.Errorf("%s begins at %d", name, at)
		}
	}
}
