package main

import (
	"iter"
	"slices"
	"strings"
)

// A vocabulary counts words. It remembers the words it has seen when it is
// emptied, so that counting one text after another allocates only for words
// that are new. The zero vocabulary is empty and ready. It is for one
// goroutine at a time.
type vocabulary struct {
	index  map[string]int // word to its place in words
	words  []tally
	inUse  []int // places of the words whose count is not zero
	volume int   // bytes of all words, whether in use or not
}

// A tally says how often a word was seen.
type tally struct {
	word string
	n    uint64
}

// maxVolume bounds the bytes of words that a vocabulary remembers without
// need: when emptied with more, it begins anew.
const maxVolume = 4 << 20

// add counts word n times more; n is at least 1.
func (v *vocabulary) add(word []byte, n uint64) {
	i, known := v.index[string(word)] // no allocation: the compiler knows this form
	if !known {
		if v.index == nil {
			v.index = make(map[string]int)
		}
		i = len(v.words)
		w := string(word)
		v.words = append(v.words, tally{word: w})
		v.index[w] = i
		v.volume += len(w)
	}
	if v.words[i].n == 0 {
		v.inUse = append(v.inUse, i)
	}
	v.words[i].n += n
}

// all yields the words counted since the vocabulary was last emptied, in the
// order of their first appearance.
func (v *vocabulary) all() iter.Seq[tally] {
	return func(yield func(tally) bool) {
		for _, i := range v.inUse {
			if !yield(v.words[i]) {
				return
			}
		}
	}
}

// clear empties v.
func (v *vocabulary) clear() {
	if v.volume > maxVolume {
		*v = vocabulary{}
		return
	}
	for _, i := range v.inUse {
		v.words[i].n = 0
	}
	v.inUse = v.inUse[:0]
}

// top returns the n most frequent words, the most frequent first, and words of
// the same frequency in the order of their bytes. Fewer than n come back if
// there are fewer.
func (v *vocabulary) top(n int) []tally {
	best := make([]tally, 0, n+1)
	for t := range v.all() {
		if at, _ := slices.BinarySearchFunc(best, t, moreFrequent); at < n {
			best = slices.Insert(best, at, t)
			best = best[:min(len(best), n)]
		}
	}
	return best
}

// moreFrequent orders tallies for top: negative if a comes before b.
func moreFrequent(a, b tally) int {
	switch {
	case a.n > b.n:
		return -1
	case a.n < b.n:
		return 1
	}
	return strings.Compare(a.word, b.word)
}

// Words travel as one frame: for each word its count and its length, both
// unsigned varints, and its bytes.

// encoded appends the words of v to b.
func (v *vocabulary) encoded(b []byte) []byte {
	for t := range v.all() {
		b = appendUint(b, t.n)
		b = appendText(b, t.word)
	}
	return b
}

// addEncoded adds the words of an encoded vocabulary. It reports whether b is
// well formed; if it is not, v is unchanged.
func (v *vocabulary) addEncoded(b []byte) bool {
	if !validWords(b) {
		return false
	}
	for len(b) > 0 {
		word, count, n := consumeWord(b)
		v.add(word, count)
		b = b[n:]
	}
	return true
}

// validWords reports whether b is a well-formed list of words.
func validWords(b []byte) bool {
	for len(b) > 0 {
		_, _, n := consumeWord(b)
		if n < 0 {
			return false
		}
		b = b[n:]
	}
	return true
}

// consumeWord decodes the word at the front of b: its bytes, which are a view
// of b, its count, which is not zero, and the length of all that in b, which
// is negative if b begins with no such thing.
func consumeWord(b []byte) (word []byte, count uint64, n int) {
	count, n = consumeUint(b)
	if n < 0 || count == 0 {
		return nil, 0, -1
	}
	word, m := consumeText(b[n:], maxRanked)
	if m < 0 || len(word) == 0 {
		return nil, 0, -1
	}
	return word, count, n + m
}
