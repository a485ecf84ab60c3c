package trie

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCounted(t *testing.T) {
	var c Counted
	if c.Match([]byte("abc")) || c.Match(nil) || c.Len() != 0 {
		t.Error("the zero value matches something")
	}
	steps := []struct {
		verb, topic string
		want        [2]bool // first; or last and known; or match
		topics      int
	}{
		{"remove", "abc", [2]bool{false, false}, 0},
		{"add", "abc", [2]bool{true}, 1},
		{"add", "abc", [2]bool{false}, 1},
		{"match", "abc", [2]bool{true}, 1},
		{"match", "abcd", [2]bool{true}, 1},
		{"match", "ab", [2]bool{false}, 1},
		{"match", "", [2]bool{false}, 1},
		{"match", "abd", [2]bool{false}, 1},
		{"remove", "ab", [2]bool{false, false}, 1},
		{"remove", "abcd", [2]bool{false, false}, 1},
		{"add", "abd", [2]bool{true}, 2},
		{"remove", "ab", [2]bool{false, false}, 2}, // a node, but not a topic
		{"add", "", [2]bool{true}, 3},
		{"match", "", [2]bool{true}, 3},
		{"match", "zzz", [2]bool{true}, 3},
		{"remove", "", [2]bool{true, true}, 2},
		{"match", "zzz", [2]bool{false}, 2},
		{"remove", "abc", [2]bool{false, true}, 2},
		{"remove", "abc", [2]bool{true, true}, 1},
		{"match", "abc", [2]bool{false}, 1},
		{"match", "abd\x00\xff", [2]bool{true}, 1},
		{"remove", "abd", [2]bool{true, true}, 0},
		{"match", "abd", [2]bool{false}, 0},
	}
	for i, s := range steps {
		var got [2]bool
		switch s.verb {
		case "add":
			got[0] = c.Add([]byte(s.topic))
		case "remove":
			got[0], got[1] = c.Remove([]byte(s.topic))
		case "match":
			got[0] = c.Match([]byte(s.topic))
		}
		if got != s.want || c.Len() != s.topics {
			t.Fatalf("step %d, %s %q: %v with %d topics, want %v with %d", i, s.verb, s.topic, got, c.Len(), s.want, s.topics)
		}
		if err := c.tree.check(); err != nil {
			t.Fatalf("step %d, %s %q: %v", i, s.verb, s.topic, err)
		}
	}
	if c.Footprint() != 0 {
		t.Errorf("%d bytes are left of no topic", c.Footprint())
	}
}

// A count that is full stays full: the topic must not vanish while somebody
// still wants it.
func TestCountedSaturates(t *testing.T) {
	var c Counted
	topic := []byte("full")
	c.Add(topic)
	id, _ := c.tree.find(topic)
	c.tree.nodes.at(id).value = math.MaxUint32 - 1
	for range 3 {
		if c.Add(topic) {
			t.Fatal("Add says that the topic is new")
		}
	}
	for range 3 {
		if last, known := c.Remove(topic); last || !known {
			t.Fatalf("Remove: %v, %v, want false, true", last, known)
		}
	}
	if got := c.tree.nodes.at(id).value; got != math.MaxUint32 {
		t.Errorf("count %d, want it full", got)
	}
}

func TestAllStopsAndIsSorted(t *testing.T) {
	var c Counted
	for _, topic := range []string{"b", "", "ab", "a\xff", "a", "a\x00", strings.Repeat("z", 1000)} {
		c.Add([]byte(topic))
		c.Add([]byte(topic))
	}
	var all []string
	for topic := range c.All() {
		all = append(all, string(topic))
	}
	want := []string{"", "a", "a\x00", "ab", "a\xff", "b", strings.Repeat("z", 1000)}
	if !slices.Equal(all, want) {
		t.Errorf("all: %q, want %q", all, want)
	}
	n := 0
	for range c.All() {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d topics before the break, want 3", n)
	}
}

func TestMulti(t *testing.T) {
	var m Multi[string]
	m.Remove([]byte("x"), "nobody")
	m.RemoveAll("nobody", nil)
	m.Match([]byte("x"), func(s string) { t.Errorf("the zero value visits %q", s) })

	add := func(topic, s string, wantFirst, wantNew bool) {
		t.Helper()
		if first, isNew := m.Add([]byte(topic), s); first != wantFirst || isNew != wantNew {
			t.Errorf("Add(%q, %s): %v, %v, want %v, %v", topic, s, first, isNew, wantFirst, wantNew)
		}
	}
	remove := func(topic, s string, wantLast, wantKnown bool) {
		t.Helper()
		if last, known := m.Remove([]byte(topic), s); last != wantLast || known != wantKnown {
			t.Errorf("Remove(%q, %s): %v, %v, want %v, %v", topic, s, last, known, wantLast, wantKnown)
		}
	}
	match := func(b string, want ...string) {
		t.Helper()
		var got []string
		m.Match([]byte(b), func(s string) { got = append(got, s) })
		if !slices.Equal(got, want) {
			t.Errorf("Match(%q): %v, want %v", b, got, want)
		}
	}
	add("weather", "ann", true, true)
	add("weather", "ann", false, false)
	add("weather", "bob", false, true)
	add("weather.nyc", "ann", true, true)
	add("", "cid", true, true)
	match("weather.nyc.temp", "cid", "ann", "bob", "ann") // ann by two topics
	match("weath", "cid")
	remove("weather", "cid", false, false) // knows other topics
	remove("weath", "ann", false, false)   // no such topic
	remove("weather", "dan", false, false) // no such subscriber
	remove("weather", "ann", false, true)
	remove("weather", "ann", false, false)
	match("weather.nyc", "cid", "bob", "ann")
	remove("weather", "bob", true, true)
	if m.Len() != 2 || m.Topics() != 2 {
		t.Errorf("%d subscriptions to %d topics, want 2 to 2", m.Len(), m.Topics())
	}
	if err := m.check(); err != nil {
		t.Error(err)
	}
}

func TestRemoveAll(t *testing.T) {
	var m Multi[int]
	for i := range 100 {
		m.Add(fmt.Appendf(nil, "topic/%d", i), i%2)
		m.Add([]byte("common"), i)
	}
	removed := removeAll(&m, 1)
	if len(removed) != 51 || removed["common"] || !removed["topic/7"] || !removed["topic/99"] {
		t.Errorf("removed: %v, want 50 topics that are gone and one that is not", removed)
	}
	if m.Len() != 50+99 || m.Topics() != 51 {
		t.Errorf("%d subscriptions to %d topics, want 149 to 51", m.Len(), m.Topics())
	}
	if again := removeAll(&m, 1); len(again) != 0 {
		t.Errorf("removed again: %v", again)
	}
	if err := m.check(); err != nil {
		t.Error(err)
	}
	for s := range 100 {
		m.RemoveAll(s, nil)
	}
	if m.Len() != 0 || m.Topics() != 0 || m.Footprint() != 0 {
		t.Errorf("%d subscriptions to %d topics and %d bytes left", m.Len(), m.Topics(), m.Footprint())
	}
}

// A topic that many have, while its subscribers come and go in any order.
func TestPopularTopic(t *testing.T) {
	random := rand.New(rand.NewPCG(uint64(seed(t)), 0))
	var m Multi[int]
	const crowd = 2000
	for _, s := range random.Perm(crowd) {
		m.Add([]byte("news"), s)
		m.Add([]byte("news.sport"), s)
	}
	if err := m.check(); err != nil {
		t.Fatal(err)
	}
	for i, s := range random.Perm(crowd) {
		last, known := m.Remove([]byte("news"), s)
		if !known || last != (i == crowd-1) {
			t.Fatalf("subscriber %d of %d: last %v, known %v", i, crowd, last, known)
		}
	}
	if err := m.check(); err != nil {
		t.Fatal(err)
	}
	if m.Len() != crowd || m.Topics() != 1 {
		t.Errorf("%d subscriptions to %d topics, want %d to 1", m.Len(), m.Topics(), crowd)
	}
}

// RemoveAll looks at the topics of its subscriber only, however many others
// there are. Time is what tells, with a margin of ten: a walk through all
// topics takes some thousand times as long.
func TestRemoveAllIgnoresOthers(t *testing.T) {
	const others, rounds = 50_000, 1000
	var m Multi[int]
	for i := range others {
		m.Add(fmt.Appendf(nil, "other/%d", i), 0)
	}
	begin := time.Now()
	for range rounds {
		for _, topic := range []string{"mine", "other/77", "other/x"} {
			m.Add([]byte(topic), 1)
		}
		m.RemoveAll(1, nil)
	}
	few := time.Since(begin) / rounds
	begin = time.Now()
	for range m.tree.all() {
	}
	if whole := time.Since(begin); few*10 > whole {
		t.Errorf("removing a subscriber of 3 topics takes %v, a walk through the trie %v", few, whole)
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	var c Counted
	var m Multi[*int]
	subs := make([]int, 10)
	for i := range 1000 {
		topic := fmt.Appendf(nil, "topic/%d/with/a/label/of/some/length", i)
		c.Add(topic)
		m.Add(topic, &subs[i%10])
		m.Add(topic[:8], &subs[i%7])
	}
	message := []byte("topic/777/with/a/label/of/some/length/and more")
	matched, visited := false, 0
	if n := testing.AllocsPerRun(100, func() { matched = c.Match(message) }); n != 0 || !matched {
		t.Errorf("Counted.Match: %v allocations, matched %v", n, matched)
	}
	if n := testing.AllocsPerRun(100, func() { m.Match(message, func(*int) { visited++ }) }); n != 0 || visited == 0 {
		t.Errorf("Multi.Match: %v allocations, %d visits", n, visited)
	}
}

// A peer may subscribe to anything: a megabyte, or every prefix of it.
func TestDepth(t *testing.T) {
	long := bytes.Repeat([]byte("deep"), 1<<18)
	var m Multi[int]
	m.Add(long, 1)
	if err := m.check(); err != nil {
		t.Fatal(err)
	}
	const steps = 5000
	for n := range steps {
		m.Add(long[:n], 2)
	}
	visits := 0
	m.Match(long, func(int) { visits++ })
	if visits != steps+1 {
		t.Errorf("%d visits, want %d", visits, steps+1)
	}
	listed := 0
	for range m.tree.all() {
		listed++
	}
	if listed != steps+1 {
		t.Errorf("%d topics listed, want %d", listed, steps+1)
	}
	m.Remove(long, 1)
	for n := range steps {
		if last, known := m.Remove(long[:n], 2); !last || !known {
			t.Fatalf("Remove at %d: %v, %v", n, last, known)
		}
	}
	if m.Footprint() != 0 {
		t.Errorf("%d bytes left", m.Footprint())
	}
}

// What removed topics have taken is used again.
func TestMemoryIsReused(t *testing.T) {
	random := rand.New(rand.NewPCG(uint64(seed(t)), 0))
	var c Counted
	c.Add([]byte("stays"))
	fill := func(random *rand.Rand) (topics [][]byte) {
		for range 5000 {
			topic := make([]byte, 1+random.IntN(40))
			for i := range topic {
				topic[i] = byte(random.IntN(256))
			}
			c.Add(topic)
			topics = append(topics, topic)
		}
		return topics
	}
	peak := 0
	for round := range 20 {
		topics := fill(random)
		if round == 4 {
			peak = c.Footprint()
		}
		for _, topic := range topics {
			c.Remove(topic)
		}
	}
	if err := c.tree.check(); err != nil {
		t.Error(err)
	}
	if c.Len() != 1 || c.Footprint() > peak*5/4 {
		t.Errorf("%d topics and %d bytes after 20 rounds, %d bytes after 5", c.Len(), c.Footprint(), peak)
	}
}
