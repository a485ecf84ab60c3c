//go:build !ypipemodel

package arena

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// resident returns how many of b's pages are in memory.
func resident(t *testing.T, b []byte) (pages int) {
	t.Helper()
	in := make([]byte, len(b)/unix.Getpagesize())
	if _, _, err := syscall.Syscall(syscall.SYS_MINCORE, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), uintptr(unsafe.Pointer(&in[0]))); err != 0 {
		t.Fatal("mincore:", err)
	}
	for _, page := range in {
		pages += int(page & 1)
	}
	return pages
}

// What is asked for is there before it is touched, and nothing else is, nor any byte
// changed.
func TestBacking(t *testing.T) {
	page := unix.Getpagesize()
	b, err := unix.Mmap(-1, 0, 32*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(b)
	var k backing
	copy(b[4*page:], "before")
	k.ask(b[2*page+1 : 20*page]) // whose first page is not all ours
	if k.refused.Load() {
		fmt.Fprintln(os.Stderr, "SKIPPED: the system does not know MADV_POPULATE_WRITE")
		t.Skip("the system does not know MADV_POPULATE_WRITE")
	}
	if n := resident(t, b[3*page:20*page]); n != 17 {
		t.Errorf("%d of 17 pages are there", n)
	}
	if n := resident(t, b[:3*page]) + resident(t, b[20*page:]); n != 0 {
		t.Errorf("%d other pages are there", n)
	}
	if !bytes.HasPrefix(b[4*page:], []byte("before")) || !bytes.Equal(b[5*page:20*page], make([]byte, 15*page)) {
		t.Error("bytes have changed")
	}
	k.ask(b[1:10]) // no whole page
	k.ask(nil)
}

// A system that does not know it is asked once.
func TestBackingRefused(t *testing.T) {
	page := unix.Getpagesize()
	b, err := unix.Mmap(-1, 0, page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(b)
	var k backing
	k.refused.Store(true)
	if k.ask(b); resident(t, b) != 0 {
		t.Error("asked again")
	}
}

// Only new memory is asked for: the pool's own is there.
func TestGetBacked(t *testing.T) {
	reuses(t)
	p := NewPool(0)
	defer p.Close()
	const size = 8 << 20
	b, fresh := p.get(size)
	if !fresh {
		t.Error("the first is not new")
	}
	b.Release()
	if again, fresh := p.get(size); again != b || fresh {
		t.Error("what came back is not used again, or taken for new")
	}
	large := p.GetBacked(1<<maxClass + 1) // which is nobody's
	if n := resident(t, large.Bytes()[:1<<maxClass]); n != 1<<maxClass/unix.Getpagesize() && !p.backing.refused.Load() {
		t.Errorf("%d pages are there", n)
	}
}
