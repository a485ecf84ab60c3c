package trie

import (
	"encoding/binary"
	"unsafe"
)

const (
	unit  = 8  // bytes; all blocks are multiples of it and begin at one
	line  = 64 // bytes; a block of one or several lines of the cache begins at one
	units = 8  // in the first page, as a power of two: the largest block fits
)

// blockSizes are the sizes of blocks, in bytes. The largest holds the edges of
// a node with 256 of them. The steps keep the waste below a quarter, but for
// the smallest.
var blockSizes = [...]uint16{8, 16, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768, 1024, 1288}

// blockClass returns the index of the smallest size that holds n bytes.
func blockClass(n int) int {
	for class, size := range blockSizes {
		if n <= int(size) {
			return class
		}
	}
	panic("trie: no block is that large")
}

// blocks hands out pieces of memory by number, which is their place in units,
// over all pages (see place). Number 0 is never handed out.
type blocks struct {
	pages [][]byte
	next  uint32                  // the first unit not yet handed out
	end   uint32                  // the first unit behind the last page
	free  [len(blockSizes)]uint32 // heads of the lists of free blocks, linked by their first four bytes
}

// at returns the memory from block b on; the block is its first part.
func (s *blocks) at(b uint32) []byte {
	page, index := place(b, units)
	return s.pages[page][index*unit:]
}

// alloc returns a block of at least n bytes, with whatever is in it.
func (s *blocks) alloc(n int) uint32 {
	class := blockClass(n)
	if b := s.free[class]; b != 0 {
		s.free[class] = binary.LittleEndian.Uint32(s.at(b))
		return b
	}
	size := uint32(blockSizes[class]) / unit
	gap := s.gap(size)
	for s.end-s.next < gap+size {
		s.skip(s.end - s.next)
		page := make([]byte, unit<<units<<min(len(s.pages), growth))
		s.pages = append(s.pages, page)
		s.next = max(1, s.end)
		s.end += uint32(len(page) / unit)
		gap = s.gap(size)
	}
	s.skip(gap)
	b := s.next
	s.next += size
	return b
}

// gap returns how many units are to be left out before a block of that size.
func (s *blocks) gap(size uint32) uint32 {
	if size%(line/unit) != 0 {
		return 0
	}
	return -s.next % (line / unit)
}

// skip makes free blocks of the next n units.
func (s *blocks) skip(n uint32) {
	for class := len(blockSizes) - 1; class >= 0; class-- {
		for size := uint32(blockSizes[class]) / unit; n >= size; n -= size {
			s.push(s.next, class)
			s.next += size
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
	n := cap(s.pages) * int(unsafe.Sizeof([]byte{}))
	for _, page := range s.pages {
		n += len(page)
	}
	return n
}
