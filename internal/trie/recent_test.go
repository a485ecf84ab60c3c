package trie

import (
	"bytes"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestRecent: what is remembered is used for what begins alike, and for nothing else.
func TestRecent(t *testing.T) {
	long := strings.Repeat("l", recentLook)
	for _, test := range []struct {
		name        string
		topics      string
		first, then string
		known       bool // the answer to then is that of first
	}{
		{"everything", "<all>", "a", "b", true},
		{"one topic", "a", "a1", "a2", true},
		{"a topic of all of the message", "a", "a", "a1", false},
		{"and the same again", "a b", "a", "a", true},
		{"another topic", "a b", "a1", "b1", false},
		{"a topic that goes on", "a ab", "a1", "ab", false},
		{"where the message ended", "a ab", "a", "ab", false},
		{"within a label", "abcd", "ab", "abcd", false},
		{"behind a label", "abcd", "abxd", "abxe", false},
		{"no topic", "b c", "a1", "a2", true},
		{"a fork", "aa ab b", "ac", "ad", false},
		{"where it ended at a fork", "aa ab b", "a", "aa", false},
		{"a shorter one", "abc", "abc1", "ab", false},
		{"as much as is remembered", long, long + "1", long + "2", true},
		{"more than that", long + "l", long + "l1", long + "l2", false},
	} {
		var c Counted
		var m Multi[int]
		twin := make(dumbMulti)
		for i, topic := range strings.Fields(test.topics) {
			topic = strings.TrimPrefix(topic, "<all>")
			c.Add([]byte(topic))
			m.Add([]byte(topic), i)
			twin.Add(topic, i)
		}
		for i, b := range []string{test.first, test.then, test.first, test.then} {
			if i == 1 && m.recent.answers([]byte(b)) != test.known {
				t.Errorf("%s: after %.10q, whether the answer for %.10q is known: want %v", test.name, test.first, b, test.known)
			}
			want := twin.Match(b)
			if got := hits(&m, b); !maps.Equal(got, ofSubscribers(want)) {
				t.Errorf("%s: %.10q gives %v, want %v", test.name, b, got, want)
			}
			if got := c.Match([]byte(b)); got != (len(want) > 0) {
				t.Errorf("%s: %.10q matches: %v", test.name, b, got)
			}
		}
	}
}

// TestRecentOrder: the answer is the same again, in its order and with who has several of the topics.
func TestRecentOrder(t *testing.T) {
	var m Multi[string]
	for _, one := range []struct{ topic, s string }{{"ab", "y"}, {"a", "x"}, {"", "y"}, {"a", "z"}, {"abc", "x"}} {
		m.Add([]byte(one.topic), one.s)
	}
	want := []string{"y", "x", "z", "y", "x"}
	for i := range 3 {
		var got []string
		m.Match([]byte("abcd"), func(s string) { got = append(got, s) })
		if !slices.Equal(got, want) {
			t.Errorf("search %d: %q, want %q", i, got, want)
		}
	}
	if !m.recent.known {
		t.Error("nothing was remembered")
	}
}

// TestRecentMany: of an answer with many hits nothing is remembered, and all are visited each time.
func TestRecentMany(t *testing.T) {
	for _, n := range []int{recentMost, recentMost + 1} {
		var m Multi[int]
		for s := range n {
			m.Add([]byte("a"), s)
		}
		for i := range 3 {
			if got := hits(&m, "a1"); len(got) != n {
				t.Errorf("search %d: %d hits, want %d", i, len(got), n)
			}
		}
		if m.recent.known != (n <= recentMost) {
			t.Errorf("%d hits are remembered: %v", n, m.recent.known)
		}
	}
}

// TestRecentIsForgotten: each change counts at once.
func TestRecentIsForgotten(t *testing.T) {
	var m Multi[int]
	var c Counted
	topic := []byte("a")
	matches := func(want int) {
		t.Helper()
		for range 2 {
			if got := hits(&m, "a1"); len(got) != want {
				t.Errorf("%d hits, want %d", len(got), want)
			}
			if got := c.Match([]byte("a1")); got != (want > 0) {
				t.Errorf("matches: %v", got)
			}
		}
	}
	m.Add([]byte("b"), 9)
	c.Add([]byte("b"))
	matches(0)
	m.Add(topic, 1)
	c.Add(topic)
	matches(1)
	m.Add(topic, 2)
	matches(2)
	m.Remove(topic, 1)
	matches(1)
	m.RemoveAll(2, nil)
	c.Remove(topic)
	matches(0)
}

// TestRecentRests: of messages that are all different few are remembered, and of those of one topic each is answered, from the second on.
func TestRecentRests(t *testing.T) {
	var c Counted
	c.Add([]byte("a"))
	c.Add([]byte("b"))
	kept := func(b string) bool {
		c.recent.known = false
		c.Match([]byte(b))
		return c.recent.known
	}
	if !kept("a1") {
		t.Error("the first answer is not remembered")
	}
	count := 0
	for range 10 * (recentRest + 1) {
		if kept("a1") {
			count++
		}
	}
	if count != 10 {
		t.Errorf("%d answers were remembered in vain, want one in %d", count, recentRest+1)
	}
	for range recentRest + 1 {
		kept("a1")
	}
	for range 2 * recentCost {
		c.Match([]byte("a1"))
	}
	if !kept("b1") {
		t.Error("after answers that were asked for again another one is not remembered")
	}
}

// TestRecentKeepsNothingAlive: a subscriber that is gone is not remembered.
func TestRecentKeepsNothingAlive(t *testing.T) {
	var m Multi[*[64]byte]
	gone := make(chan bool, 1)
	func() {
		s := new([64]byte)
		runtime.AddCleanup(s, func(int) { gone <- true }, 0)
		m.Add([]byte("a"), s)
		m.Add([]byte("a"), new([64]byte))
		m.Match([]byte("a1"), func(*[64]byte) {})
		m.RemoveAll(s, nil)
	}()
	for range 10 {
		runtime.GC()
		select {
		case <-gone:
			return
		default:
			runtime.Gosched()
		}
	}
	t.Error("it is still alive")
	runtime.KeepAlive(&m)
}

// TestRecentDoesNotAllocate: not even when an answer is remembered.
func TestRecentDoesNotAllocate(t *testing.T) {
	var m Multi[int]
	for s := range recentMost {
		m.Add([]byte("a"), s)
	}
	b := bytes.Repeat([]byte("a"), 10)
	visit := func(int) {}
	if n := testing.AllocsPerRun(100, func() {
		m.recent.forget()
		m.Match(b, visit)
	}); n != 0 || !m.recent.known {
		t.Errorf("%v allocations; remembered: %v", n, m.recent.known)
	}
}
