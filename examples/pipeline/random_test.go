package main

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// newRand returns a source whose seed is in the log of a failed test.
func newRand(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// atoms is what random texts are made of: white space of one, two and three
// bytes, runes of all lengths, and bytes that are no UTF-8.
var atoms = [...]string{
	" ", "\n", "\t", "\r\n", "\u0085", "\u00a0", "\u2003", "\u3000", "\v",
	"a", "b", "the", "word", "é", "世界", "😀", "\u200b", "\x80", "\xc2", "\xe2\x80", "\xf0\x9f",
}

// randomText returns text of about size bytes. Runs of letters are as long as
// longest atoms.
func randomText(r *rand.Rand, size, longest int) []byte {
	var b []byte
	for len(b) < size {
		if r.IntN(3) == 0 {
			for range r.IntN(longest) {
				b = append(b, atoms[9+r.IntN(len(atoms)-9)]...)
			}
		}
		b = append(b, atoms[r.IntN(len(atoms))]...)
	}
	return b
}

// expectation is the dumb counter: what the program must come to.
type expectation struct {
	counts
	words map[string]uint64
}

func (e *expectation) add(text []byte) {
	if e.words == nil {
		e.words = make(map[string]uint64)
	}
	e.bytes += uint64(len(text))
	for _, c := range text {
		if c == '\n' {
			e.lines++
		}
	}
	for _, w := range strings.Fields(string(text)) {
		e.counts.words++
		if len(w) <= maxRanked {
			e.words[w]++
		}
	}
}
