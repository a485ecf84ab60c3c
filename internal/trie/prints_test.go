package trie

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// sorted returns the places of l in order.
func (l *printLine) sorted() (places [32]uint16) {
	for i := range places {
		places[i] = uint16(l[i/4] >> (i % 4 * printBits))
	}
	slices.Sort(places[:])
	return places
}

// A set has what was added more often than removed; of other hashes it seldom says that it has them.
func TestPrints(t *testing.T) {
	random := rand.New(rand.NewPCG(uint64(seed(t)), 0))
	p := newPrints(1000)
	var added []uint64
	for range 100_000 {
		if len(added) > 0 && random.IntN(3) == 0 {
			i, last := random.IntN(len(added)), len(added)-1
			p.remove(added[i])
			added[i] = added[last]
			added = added[:last]
			continue
		}
		hash := random.Uint64()
		if len(added) > 0 && random.IntN(50) == 0 {
			hash = added[random.IntN(len(added))]
		}
		p.add(hash)
		added = append(added, hash)
	}
	if p.hashes != len(added) || p.hashes > printsMean*p.size() || len(p.pages) < 5 {
		t.Errorf("%d hashes of %d in %d lines in %d pages", p.hashes, len(added), p.size(), len(p.pages))
	}
	for _, hash := range added {
		if !p.has(hash) {
			t.Fatalf("%#x is missing", hash)
		}
	}
	wrong, asked := 0, 100_000
	for range asked {
		if p.has(random.Uint64()) {
			wrong++
		}
	}
	if wrong > asked/10 { // mostly for lines that have overflowed
		t.Errorf("%d of %d others are there", wrong, asked)
	}
	for _, hash := range added {
		p.remove(hash)
	}
	for _, page := range p.pages {
		for i := range page {
			if l := &page[i]; !l.overflowed() && *l != (printLine{}) {
				t.Fatalf("%x is left", *l)
			}
		}
	}
}

// Lines double until the print has no bit left to tell them apart.
func TestPrintsGrowToTheLastBit(t *testing.T) {
	p := newPrints(1)
	random := rand.New(rand.NewPCG(uint64(seed(t)), 0))
	var some []uint64
	for range printsMean*p.size()<<printBits + 1000 {
		hash := random.Uint64()
		if random.IntN(1000) == 0 {
			some = append(some, hash)
		}
		p.add(hash)
	}
	if p.size() != 1<<printBits {
		t.Errorf("%d lines, want %d", p.size(), 1<<printBits)
	}
	for _, hash := range some {
		if !p.has(hash) {
			t.Fatalf("%#x is missing", hash)
		}
	}
}

// A line has each print as often as it was added, up to as many as it has places; with one more it has everything.
func TestPrintLine(t *testing.T) {
	for _, print := range []uint64{1, 2, 0x7FFF, 0x8000, 0x8001, aPrint - 1} {
		var l printLine
		for other := print - 1; other <= print+1; other++ {
			if other != 0 && l.has(other) {
				t.Errorf("an empty line has %#x", other)
			}
		}
		for range 16 {
			l.add(print)
			l.add(print ^ 3 | 4)
		}
		for n := 16; n > 0; n-- {
			for _, other := range []uint64{print ^ 1, print ^ 0x8000, print ^ 0x100} {
				if other != 0 && other != print^3|4 && l.has(other) {
					t.Fatalf("a line of %#x has %#x", print, other)
				}
			}
			if !l.has(print) || l.overflowed() {
				t.Fatalf("%#x is not there with %d", print, n)
			}
			l.remove(print)
		}
		if l.has(print) {
			t.Errorf("%#x is still there", print)
		}
		for range 17 {
			l.add(print)
		}
		l.remove(print)
		if !l.overflowed() || !l.has(print) || !l.has(print^1) {
			t.Errorf("a line that has overflowed: %x", l)
		}
	}
}
