package trie

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// dumbCounted is the twin of Counted: a map, and a search through all of it.
type dumbCounted map[string]int

func (d dumbCounted) Add(topic []byte) (first bool) {
	d[string(topic)]++
	return d[string(topic)] == 1
}

func (d dumbCounted) Remove(topic []byte) (last, known bool) {
	count := d[string(topic)]
	switch count {
	case 0:
		return false, false
	case 1:
		delete(d, string(topic))
		return true, true
	}
	d[string(topic)]--
	return false, true
}

func (d dumbCounted) Match(b []byte) bool {
	for topic := range d {
		if bytes.HasPrefix(b, []byte(topic)) {
			return true
		}
	}
	return false
}

func (d dumbCounted) All() []string { return slices.Sorted(maps.Keys(d)) }

// A pair is one subscription.
type pair struct {
	topic string
	s     int
}

// dumbMulti is the twin of Multi: the set of subscriptions.
type dumbMulti map[pair]bool

// count returns how many subscribers topic has.
func (d dumbMulti) count(topic string) int {
	n := 0
	for p := range d {
		if p.topic == topic {
			n++
		}
	}
	return n
}

func (d dumbMulti) Add(topic string, s int) (firstForTopic, newForSub bool) {
	firstForTopic, newForSub = d.count(topic) == 0, !d[pair{topic, s}]
	d[pair{topic, s}] = true
	return firstForTopic, newForSub
}

func (d dumbMulti) Remove(topic string, s int) (lastForTopic, known bool) {
	known = d[pair{topic, s}]
	delete(d, pair{topic, s})
	return known && d.count(topic) == 0, known
}

// RemoveAll returns the topics that s had, and whether s was the last.
func (d dumbMulti) RemoveAll(s int) map[string]bool {
	removed := make(map[string]bool)
	for p := range maps.Clone(d) {
		if p.s == s {
			removed[p.topic], _ = d.Remove(p.topic, s)
		}
	}
	return removed
}

// Match returns the subscriptions that match, shorter topics first.
func (d dumbMulti) Match(b string) []pair {
	var hits []pair
	for p := range d {
		if strings.HasPrefix(b, p.topic) {
			hits = append(hits, p)
		}
	}
	slices.SortFunc(hits, func(a, b pair) int {
		if c := len(a.topic) - len(b.topic); c != 0 {
			return c
		}
		return a.s - b.s
	})
	return hits
}

func (d dumbMulti) Topics() int {
	topics := make(map[string]bool)
	for p := range d {
		topics[p.topic] = true
	}
	return len(topics)
}
