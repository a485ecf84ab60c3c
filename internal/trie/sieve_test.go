package trie

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"testing"
)

// check reports what is wrong with a sieve for the topics of t: it has a print of each, and no other.
func (s *sieve) check(t *tree) error {
	want := sieve{seed: s.seed}
	lines := make(map[*printLine]printLine) // of s, and what they are to have
	for topic := range t.all() {
		topic = topic[:min(len(topic), sieveLook)]
		want.counts[len(topic)]++
		want.lengths |= 1 << len(topic)
		hash := maphash.Bytes(s.seed, topic)
		line := lines[s.prints.line(hash)]
		line.add(printOf(hash))
		lines[s.prints.line(hash)] = line
		if !s.prints.has(hash) {
			return fmt.Errorf("the sieve does not have %.70q", topic)
		}
	}
	if s.counts != want.counts || s.lengths != want.lengths || s.prints.hashes != t.topics {
		return fmt.Errorf("the sieve has %d topics of lengths %b (%v), want %d of %b (%v)",
			s.prints.hashes, s.lengths, s.counts, t.topics, want.lengths, want.counts)
	}
	for _, page := range s.prints.pages {
		for i := range page {
			if has, want := page[i], lines[&page[i]]; !has.overflowed() && has.sorted() != want.sorted() {
				return fmt.Errorf("a line has %x, want %x", has.sorted(), want.sorted())
			}
		}
	}
	return nil
}

// What searches find is the same with a sieve, while topics come and go. They are short, and of few lengths.
func TestSieve(t *testing.T) {
	random := rand.New(rand.NewPCG(uint64(seed(t)), 0))
	stopped, grown, rounds := 0, 0, 100
	for range rounds {
		var m Multi[int]
		m.sieveFrom = 1 + random.IntN(40)
		twin := make(dumbMulti)
		lengths := random.Perm(9)[:1+random.IntN(sieveLengths+1)]
		word := func() string {
			b := make([]byte, lengths[random.IntN(len(lengths))])
			for i := range b {
				b[i] = "abc"[random.IntN(3)]
			}
			return string(b)
		}
		for step := range 300 {
			switch topic, s := word(), random.IntN(3); {
			case random.IntN(100) == 0:
				m.RemoveAll(s, nil)
				twin.RemoveAll(s)
			case random.IntN(300) < step: // ever more of them
				m.Remove([]byte(topic), s)
				twin.Remove(topic, s)
			default:
				m.Add([]byte(topic), s)
				twin.Add(topic, s)
			}
			for range 4 {
				b := word() + "abc"[:random.IntN(4)]
				if m.sieve.stops([]byte(b)) {
					stopped++
				}
				if got, want := fmt.Sprint(hits(&m, b)), fmt.Sprint(ofSubscribers(twin.Match(b))); got != want {
					t.Fatalf("topics of %d bytes, step %d: %q is for %s, want %s", lengths, step, b, got, want)
				}
			}
			if err := m.check(); err != nil {
				t.Fatalf("topics of %d bytes, step %d: %v", lengths, step, err)
			}
		}
		if m.sieve != nil {
			grown += len(m.sieve.prints.pages) - 1
		}
	}
	if stopped < 10*rounds || grown < rounds/10 {
		t.Errorf("only %d searches were not made, and lines doubled only %d times", stopped, grown)
	}
}

// A sieve begins when topics are many; then it stops nearly all that is to be stopped, takes little memory, and
// goes with the topics.
func TestSieveBegins(t *testing.T) {
	var m Multi[int]
	topic := func(i int) []byte { return fmt.Appendf(nil, "%08d", i) }
	const n = 6 * sieveFrom
	for i := range n {
		if begun := m.sieve != nil; begun != (i >= sieveFrom) {
			t.Fatalf("with %d topics: begun is %v", i, begun)
		}
		m.Add(topic(i), 1)
	}
	if err := m.check(); err != nil {
		t.Fatal(err)
	}
	passed := 0
	for i := range n {
		if m.sieve.lacks(topic(i)) {
			t.Fatalf("topic %d is stopped", i)
		}
		if !m.sieve.lacks(topic(n + i)) {
			passed++
		}
	}
	if passed > n/20 {
		t.Errorf("%d of %d searches in vain are made", passed, n)
	}
	if size := m.sieve.prints.footprint(); size > 7*n {
		t.Errorf("%d bytes for %d topics", size, n)
	}
	for i := range n {
		m.Remove(topic(i), 1)
	}
	if m.Footprint() != 0 {
		t.Errorf("%d bytes are left", m.Footprint())
	}
}

// A sieve is used while searches find nothing, and where topics are of few lengths.
func TestSieveStandsAside(t *testing.T) {
	var m Multi[int]
	m.sieveFrom = 1
	m.Add([]byte("topic"), 1)
	used := func(want bool) {
		t.Helper()
		if got := m.sieve.stops([]byte("stranger")); got != want {
			t.Errorf("used: %v, want %v", got, want)
		}
	}
	used(false)
	hits(&m, "stranger") // in vain, and told of, as the first one always is
	for i, step := range []struct{ found, used bool }{
		{false, false}, {false, true}, {true, false}, {false, true}, // around the middle
		{false, true}, {false, true}, {true, true}, {true, false}, // from the top
		{true, false}, {true, false}, {true, false}, {false, false}, {false, false}, {false, true}, // from the bottom
	} {
		m.sieve.learn(step.found)
		if got := m.sieve.stops([]byte("stranger")); got != step.used {
			t.Errorf("after step %d used is %v, want %v", i, got, step.used)
		}
	}
	for i := range sieveLengths {
		m.Add(make([]byte, i), 1)
	}
	used(false)
	m.Remove([]byte("topic"), 1)
	used(false) // the empty topic is a prefix of everything
	m.Remove(nil, 1)
	used(true)
}

// Of longer topics a sieve knows the beginning. With more that begin alike than a line has places it
// can't tell who is there, and says of none that it is not.
func TestSieveOfLongTopics(t *testing.T) {
	var m Multi[int]
	m.sieveFrom = 1
	long := make([]byte, sieveLook+200)
	for size := sieveLook; size <= len(long); size++ {
		m.Add(long[:size], 1)
		if err := m.check(); err != nil {
			t.Fatal(err)
		}
	}
	if !m.sieve.lacks(long[:sieveLook-1]) {
		t.Error("a shorter message is not stopped")
	}
	for size := sieveLook; size <= len(long); size++ {
		if m.sieve.lacks(long[:size]) {
			t.Fatalf("the topic of %d bytes is stopped", size)
		}
		if size < len(long) {
			m.Remove(long[:size], 1)
		}
	}
	if err := m.check(); err != nil {
		t.Error(err)
	}
}
