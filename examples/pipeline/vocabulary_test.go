package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestTop(t *testing.T) {
	var v vocabulary
	for _, w := range strings.Fields("b a c b d a b é") {
		v.add([]byte(w), 1)
	}
	want := []tally{{"b", 3}, {"a", 2}, {"c", 1}, {"d", 1}, {"é", 1}}
	for n := range len(want) + 3 {
		if got := v.top(n); !slices.Equal(got, want[:min(n, len(want))]) {
			t.Errorf("top(%d) = %v", n, got)
		}
	}
}

// The dumb twin of top sorts everything.
func TestTopAgainstSorting(t *testing.T) {
	r := newRand(t)
	for range 200 {
		var v vocabulary
		for range r.IntN(60) {
			v.add(fmt.Append(nil, r.IntN(40)), 1+r.Uint64N(3))
		}
		all := slices.SortedFunc(v.all(), moreFrequent)
		n := r.IntN(12)
		if got, want := v.top(n), all[:min(n, len(all))]; !slices.Equal(got, want) {
			t.Fatalf("top(%d) of %v = %v", n, all, got)
		}
	}
}

func TestClearForgetsCounts(t *testing.T) {
	var v vocabulary
	v.add([]byte("old"), 7)
	v.clear()
	if got := tallies(&v); len(got) != 0 {
		t.Errorf("after clear: %v", got)
	}
	v.add([]byte("new"), 1)
	v.add([]byte("old"), 1)
	if got := tallies(&v); !maps.Equal(got, map[string]uint64{"new": 1, "old": 1}) {
		t.Errorf("after clear and two words: %v", got)
	}
}

func TestClearBoundsMemory(t *testing.T) {
	var v vocabulary
	word := make([]byte, maxRanked)
	for i := range maxVolume/maxRanked + 1 {
		copy(word, fmt.Sprintf("%08d", i))
		v.add(word, 1)
	}
	v.clear()
	if v.volume != 0 || len(v.words) != 0 || v.index != nil {
		t.Errorf("remembers %d bytes, %d words", v.volume, len(v.words))
	}
}

func TestWordsTravel(t *testing.T) {
	var from, to vocabulary
	to.add([]byte("both"), 1)
	from.add([]byte("both"), 1<<40)
	from.add([]byte("one"), 2)
	if !to.addEncoded(from.encoded(nil)) {
		t.Fatal("refused")
	}
	if got := tallies(&to); !maps.Equal(got, map[string]uint64{"both": 1<<40 + 1, "one": 2}) {
		t.Error(got)
	}
}

func TestMalformedWordsChangeNothing(t *testing.T) {
	var v vocabulary
	v.add([]byte("good"), 3)
	good := v.encoded(nil)
	long := appendText(appendUint(nil, 1), make([]byte, maxRanked+1))
	for _, bad := range [][]byte{
		good[:len(good)-1],
		good[:1],
		append(slices.Clone(good), 1),
		append(slices.Clone(good), 0, 1, 'x'), // no times
		append(slices.Clone(good), 1, 0),      // no letters
		append(slices.Clone(good), 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), // claims 2^64-1 bytes
		long,
	} {
		if v.addEncoded(bad) {
			t.Errorf("took %q", bad)
		}
		if got := tallies(&v); !maps.Equal(got, map[string]uint64{"good": 3}) {
			t.Fatalf("%q changed the words to %v", bad, got)
		}
	}
}
