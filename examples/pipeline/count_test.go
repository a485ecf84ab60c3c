package main

import (
	"maps"
	"testing"
)

func TestCount(t *testing.T) {
	for _, test := range []struct {
		text      string
		continues bool
		want      counts
	}{
		{"", false, counts{}},
		{"\n", false, counts{1, 0, 1}},
		{"no newline", false, counts{0, 2, 10}},
		{"two\nlines\n", false, counts{2, 2, 10}},
		{"\r\n\r\n", false, counts{2, 0, 4}},
		{"a\u00a0b\u2003c\u3000d\u0085e", false, counts{0, 5, 15}}, // all of Unicode's spaces part words
		{"a\u200bb", false, counts{0, 1, 5}},                       // a zero-width space is none
		{"a\xffb \xc2", false, counts{0, 2, 5}},                    // neither are broken runes
		{"tail next", true, counts{0, 1, 9}},
		{" next", true, counts{0, 1, 5}},
		{"\u3000next", true, counts{0, 1, 7}},
		{"tail", true, counts{0, 0, 4}},
	} {
		if got := count([]byte(test.text), test.continues, new(vocabulary)); got != test.want {
			t.Errorf("count(%q, %v) = %+v, want %+v", test.text, test.continues, got, test.want)
		}
	}
}

func TestCountRanksNoPartsAndNoGiants(t *testing.T) {
	giant := make([]byte, maxRanked+1)
	for i := range giant {
		giant[i] = 'x'
	}
	var v vocabulary
	text := append([]byte("tail a "), giant...)
	text = append(text, ' ')
	text = append(text, giant[:maxRanked]...)
	if got := count(text, true, &v); got.words != 3 {
		t.Errorf("%d words, want 3", got.words)
	}
	want := map[string]uint64{"a": 1, string(giant[:maxRanked]): 1}
	if got := tallies(&v); !maps.Equal(got, want) {
		t.Errorf("ranked %v, want %v", got, want)
	}
}

func tallies(v *vocabulary) map[string]uint64 {
	m := make(map[string]uint64)
	for w := range v.all() {
		m[w.word] = w.n
	}
	return m
}
