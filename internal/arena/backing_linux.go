package arena

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// backing knows whether the system can be asked for memory before it is used.
type backing struct {
	refused atomic.Bool // it is older than Linux 5.14, or not Linux after all
}

// ask has the system give b its memory now. It says nothing of b's bytes.
func (k *backing) ask(b []byte) {
	page := uintptr(unix.Getpagesize())
	start := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	skip := int(-start & (page - 1)) // whole pages only: what is before is not ours
	if skip >= len(b) || k.refused.Load() {
		return
	}
	if unix.Madvise(b[skip:], unix.MADV_POPULATE_WRITE) == unix.EINVAL {
		k.refused.Store(true)
	}
}
