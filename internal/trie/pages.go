package trie

import "unsafe"

// pageLen is the number of elements in a page: small enough that a socket with
// one subscription is small, large enough that a page's own cost is nothing.
const pageLen = 64

// paged is a growing array that never moves its elements, so that pointers to
// them survive growth, and growth does not copy.
type paged[T any] struct {
	pages []*[pageLen]T
}

// at returns element i, which must have been reserved.
func (p *paged[T]) at(i uint32) *T { return &p.pages[i/pageLen][i%pageLen] }

// reserve makes sure that element i is there.
func (p *paged[T]) reserve(i uint32) {
	for i/pageLen >= uint32(len(p.pages)) {
		p.pages = append(p.pages, new([pageLen]T))
	}
}

// footprint returns the bytes taken.
func (p *paged[T]) footprint() int {
	return cap(p.pages)*int(unsafe.Sizeof((*T)(nil))) + len(p.pages)*int(unsafe.Sizeof([pageLen]T{}))
}
