package main

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// maxRanked is the length in bytes up to which words compete for the list of
// the most frequent ones. Longer ones are counted like any other word, but not
// remembered: they are base64 and minified code, never the answer, and one of
// them may be as large as its file.
const maxRanked = 1 << 10

// counts are the totals of some text.
type counts struct {
	lines uint64 // newline bytes, as wc -l counts them
	words uint64 // runs of non-space runes, as strings.Fields finds them
	bytes uint64
}

// plus returns the sum of c and d.
func (c counts) plus(d counts) counts {
	return counts{c.lines + d.lines, c.words + d.words, c.bytes + d.bytes}
}

// count returns the totals of text and adds its words to seen. If text
// continues a word that an earlier piece of the file began, then the part that
// is here counts as neither a word nor a candidate: it was counted there.
func count(text []byte, continues bool, seen *vocabulary) counts {
	c := counts{
		lines: uint64(bytes.Count(text, []byte{'\n'})),
		bytes: uint64(len(text)),
	}
	skip := continues && !startsWithSpace(text)
	for word := range bytes.FieldsSeq(text) {
		if skip {
			skip = false
			continue
		}
		c.words++
		if len(word) <= maxRanked {
			seen.add(word, 1)
		}
	}
	return c
}

func startsWithSpace(text []byte) bool {
	r, _ := utf8.DecodeRune(text)
	return unicode.IsSpace(r)
}
