package trie

import (
	"math/bits"
	"unsafe"
)

// printsMean is how many prints lines have in the mean when their number is to double: so few that one line of two hundred
// overflows until then.
const printsMean = 20

// prints is a set of hashes of which it keeps 16 bits each, the print, in the line that the others lead to. So a hash is
// looked for in one line of the processor's cache, and the answer may be yes by mistake. To tell which line a hash has takes
// one bit more when they double, and that is one of the print: lines double without the hashes, and what stays in its line
// is not copied.
type prints struct {
	// pages are the lines: some in the first, and in each further one as many as in all before it.
	pages  [][]printLine
	hashes int // that were added and not removed
}

// newPrints returns an empty set for n hashes, with room for as many again.
func newPrints(n int) prints {
	return prints{pages: [][]printLine{make([]printLine, max(1, 2*n/printsMean))}}
}

// line returns where the print of a hash belongs. The number of that line is one of the first page, by the hash's upper
// half, and as many times that page's length as the print's lower bits say, of which there is one for each further page.
func (p *prints) line(hash uint64) *printLine {
	first := uint64(len(p.pages[0]))
	times := printOf(hash) & (1<<(len(p.pages)-1) - 1)
	page := p.pages[bits.Len64(times)]
	line := hash>>32*first>>32 + times*first
	if before := uint64(len(page)); line >= before { // as it is in all pages but the first
		line -= before
	}
	return &page[line]
}

// has reports whether a hash may be in the set; if not, it is not.
func (p *prints) has(hash uint64) bool { return p.line(hash).has(printOf(hash)) }

// add adds a hash, which may be there already: it is there as often then.
func (p *prints) add(hash uint64) {
	p.hashes++
	if p.hashes > printsMean*p.size() && len(p.pages) <= printBits {
		p.grow()
	}
	p.line(hash).add(printOf(hash))
}

// remove takes back one add of a hash.
func (p *prints) remove(hash uint64) {
	p.hashes--
	p.line(hash).remove(printOf(hash))
}

// size returns the number of lines.
func (p *prints) size() int { return len(p.pages[0]) << (len(p.pages) - 1) }

// grow doubles the lines.
func (p *prints) grow() {
	more := make([]printLine, p.size())
	rest, bit := more, len(p.pages)-1
	for _, page := range p.pages {
		for i := range page {
			page[i].split(&rest[i], bit)
		}
		rest = rest[len(page):]
	}
	p.pages = append(p.pages, more)
}

// footprint returns the bytes taken.
func (p *prints) footprint() int {
	n := cap(p.pages) * int(unsafe.Sizeof([]printLine{}))
	for _, page := range p.pages {
		n += len(page) * int(unsafe.Sizeof(printLine{}))
	}
	return n
}
