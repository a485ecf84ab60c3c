package trie

import (
	"math/bits"
	"unsafe"
)

const (
	// pageLen is the number of elements in the first page, as a power of two: so
	// few that a socket with one subscription is small.
	pageLen = 6

	// growth is how often the pages double. Those of a large tree are so large
	// that it has few: a search then finds the table of pages in the cache, and
	// takes few entries of the processor's own table of pages.
	growth = 10
)

// place returns the page of element i, and its index there. Page 0 has 1<<first
// elements, each further one twice as many, and those from page growth on
// are all of the same size.
func place(i uint32, first int) (page, index uint) {
	x := uint(i) + 1<<first
	if last := first + growth; x >= 2<<last {
		return x>>last + growth - 1, x & (1<<last - 1)
	}
	page = uint(bits.Len(x)-1-first) & 63
	return page, x - 1<<first<<page
}

// paged is a growing array that never moves its elements, so that pointers to
// them survive growth, and growth does not copy.
type paged[T any] struct {
	pages [][]T
}

// at returns element i, which must have been reserved.
func (p *paged[T]) at(i uint32) *T {
	page, index := place(i, pageLen)
	return &p.pages[page][index]
}

// reserve makes sure that element i is there.
func (p *paged[T]) reserve(i uint32) {
	for page, _ := place(i, pageLen); page >= uint(len(p.pages)); {
		p.pages = append(p.pages, make([]T, 1<<pageLen<<min(len(p.pages), growth)))
	}
}

// footprint returns the bytes taken.
func (p *paged[T]) footprint() int {
	n := cap(p.pages) * int(unsafe.Sizeof([]T{}))
	for _, page := range p.pages {
		n += len(page) * int(unsafe.Sizeof(page[0]))
	}
	return n
}
