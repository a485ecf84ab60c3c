package trie

import (
	"encoding/binary"
	"unsafe"
)

const (
	blockPage = 2048             // bytes in a page of blocks
	unit      = 8                // bytes; all blocks are multiples of it and begin at one
	pageUnits = blockPage / unit // a block's number is its place in units, over all pages
)

// blockSizes are the sizes of blocks, in bytes. The largest holds the edges of
// a node with 256 of them. The steps keep the waste below a quarter, but for
// the smallest.
var blockSizes = [...]uint16{8, 16, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768, 1024, 1280}

// blockClass returns the index of the smallest size that holds n bytes.
func blockClass(n int) int {
	for class, size := range blockSizes {
		if n <= int(size) {
			return class
		}
	}
	panic("trie: no block is that large")
}

// blocks hands out pieces of memory by number. Number 0 is never handed out.
type blocks struct {
	pages []*[blockPage]byte
	next  uint32                  // the first unit not yet handed out
	free  [len(blockSizes)]uint32 // heads of the lists of free blocks, linked by their first four bytes
}

// at returns the memory from block b on; the block is its first part.
func (s *blocks) at(b uint32) []byte {
	return s.pages[b/pageUnits][b%pageUnits*unit:]
}

// alloc returns a block of at least n bytes, with whatever is in it.
func (s *blocks) alloc(n int) uint32 {
	class := blockClass(n)
	if b := s.free[class]; b != 0 {
		s.free[class] = binary.LittleEndian.Uint32(s.at(b))
		return b
	}
	size := uint32(blockSizes[class]) / unit
	if s.left() < size {
		s.salvage()
		s.pages = append(s.pages, new([blockPage]byte))
		s.next = max(1, uint32(len(s.pages)-1)*pageUnits)
	}
	b := s.next
	s.next += size
	return b
}

// left returns the number of units not yet handed out in the last page.
func (s *blocks) left() uint32 { return uint32(len(s.pages))*pageUnits - s.next }

// salvage makes free blocks of what is left of the last page.
func (s *blocks) salvage() {
	if len(s.pages) == 0 {
		return
	}
	for class := len(blockSizes) - 1; class >= 0; class-- {
		for size := uint32(blockSizes[class]) / unit; s.left() >= size; s.next += size {
			s.push(s.next, class)
		}
	}
}

// release takes a block back that was allocated for n bytes.
func (s *blocks) release(b uint32, n int) { s.push(b, blockClass(n)) }

func (s *blocks) push(b uint32, class int) {
	binary.LittleEndian.PutUint32(s.at(b), s.free[class])
	s.free[class] = b
}

// footprint returns the bytes taken.
func (s *blocks) footprint() int {
	return cap(s.pages)*int(unsafe.Sizeof((*byte)(nil))) + len(s.pages)*blockPage
}
