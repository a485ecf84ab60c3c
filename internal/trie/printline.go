package trie

import "math/bits"

const (
	printBits = 16               // of one print
	aPrint    = 1<<printBits - 1 // the bits of one

	eachBit    = 1<<64 - 1                     // of a word
	eachLowest = eachBit / aPrint              // bit of the prints in a word
	eachUpmost = eachLowest << (printBits - 1) // the same
)

// A printLine is a line of the processor's cache with places for 32 prints; one that has no print is 0. A line that was to hold
// more has overflowed: all its bits are 1, and for good it has what it is asked for.
type printLine [8]uint64

// printOf returns the print of a hash, which is neither what an empty place has nor what all have when the line has overflowed.
func printOf(hash uint64) uint64 { return min(max(hash&aPrint, 1), aPrint-1) }

func (l *printLine) overflowed() bool { return l[0] == eachBit }

func (l *printLine) has(print uint64) bool {
	_, _, found := l.find(print)
	return found || l.overflowed()
}

// add adds a print, which may be there already: it is there as often then.
func (l *printLine) add(print uint64) {
	if word, shift, room := l.find(0); room {
		l[word] |= print << shift
		return
	}
	for i := range l {
		l[i] = eachBit
	}
}

// remove takes back one add of a print.
func (l *printLine) remove(print uint64) {
	if word, shift, found := l.find(print); found { // or the line has overflowed
		l[word] ^= print << shift
	}
}

// split moves the prints that have a bit set to an empty line. If l has overflowed, both have.
func (l *printLine) split(to *printLine, bit int) {
	if l.overflowed() {
		*to = *l
		return
	}
	for i, word := range l {
		for shift := 0; shift < 64; shift += printBits {
			if print := word >> shift & aPrint; print>>bit&1 != 0 {
				l[i] ^= print << shift
				to.add(print)
			}
		}
	}
}

// find returns the first place that has a print, or none if that is 0: its word, and where it begins in that. A word is looked at
// in one step: a place where it is the same as four of that print becomes 0, and 0 less 1 has the upper bit. Those of other
// places may have it from the borrow of a lower one that was 0, but the lowest of all has not.
func (l *printLine) find(print uint64) (word, shift int, found bool) {
	for i, w := range l {
		differ := w ^ print*eachLowest
		if same := (differ - eachLowest) &^ differ & eachUpmost; same != 0 {
			return i, bits.TrailingZeros64(same) / printBits * printBits, true
		}
	}
	return 0, 0, false
}
