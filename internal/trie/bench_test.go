package trie

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
)

var sizes = [...]int{1, 2, 8, 1000, 100_000, 1_000_000}

// kinds of topics: numbers behind a common prefix, where inner nodes are many and labels short; numbers of
// the same length, where inner nodes are forks, and of any, where each is a topic; and random
// keys, where inner nodes are few.
var kinds = [...]struct {
	name  string
	topic func(random *rand.Rand, i int) []byte
}{
	{"numbered", func(_ *rand.Rand, i int) []byte { return fmt.Appendf(nil, "sensor/%d/temperature", i) }},
	{"padded", func(_ *rand.Rand, i int) []byte { return fmt.Appendf(nil, "%08d", i) }},
	{"dense", func(_ *rand.Rand, i int) []byte { return fmt.Appendf(nil, "%d", i) }},
	{"random16", func(random *rand.Rand, _ int) []byte {
		topic := binary.LittleEndian.AppendUint64(nil, random.Uint64())
		return binary.LittleEndian.AppendUint64(topic, random.Uint64())
	}},
}

func topics(kind, n int) [][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	all := make([][]byte, n)
	for i := range all {
		all[i] = kinds[kind].topic(random, i)
	}
	random.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// each runs a benchmark for all kinds and numbers of topics.
func each(b *testing.B, run func(b *testing.B, topics [][]byte)) {
	for kind := range kinds {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("%s/%d", kinds[kind].name, n), func(b *testing.B) { run(b, topics(kind, n)) })
		}
	}
}

// messages are topics with something behind, in random order, in fresh memory.
func messages(topics [][]byte) [][]byte {
	random := rand.New(rand.NewPCG(3, 4))
	all := make([][]byte, 1<<12)
	for i := range all {
		all[i] = append(append([]byte(nil), topics[random.IntN(len(topics))]...), " and a body"...)
	}
	return all
}

func BenchmarkCountedMatch(b *testing.B) {
	each(b, func(b *testing.B, topics [][]byte) {
		var c Counted
		for _, topic := range topics {
			c.Add(topic)
		}
		all := messages(topics)
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			if i++; !c.Match(all[i%len(all)]) {
				b.Fatal("no match")
			}
		}
		b.ReportMetric(float64(c.Footprint())/float64(c.Len()), "B/topic")
	})
}

func BenchmarkMultiMatch(b *testing.B) {
	each(b, func(b *testing.B, topics [][]byte) {
		var m Multi[*int]
		s := new(int)
		for _, topic := range topics {
			m.Add(topic, s)
		}
		all := messages(topics)
		b.ReportAllocs()
		i, visits := 0, 0
		for b.Loop() {
			i++
			m.Match(all[i%len(all)], func(*int) { visits++ })
		}
		if visits < i {
			b.Fatalf("%d visits of %d", visits, i)
		}
		b.ReportMetric(float64(m.Footprint())/float64(m.Topics()), "B/topic")
	})
}

// BenchmarkMultiMiss searches for what nobody has asked for, each of which differs from
// some topic in its last byte only.
func BenchmarkMultiMiss(b *testing.B) {
	each(b, func(b *testing.B, topics [][]byte) {
		var m Multi[*int]
		s := new(int)
		for _, topic := range topics {
			m.Add(topic, s)
		}
		random := rand.New(rand.NewPCG(3, 4))
		all := make([][]byte, 1<<16) // whose ways no cache holds
		for i := range all {
			all[i] = bytes.Clone(topics[random.IntN(len(topics))])
			all[i][len(all[i])-1] = 'x'
		}
		visits := 0
		for i := 0; b.Loop(); i++ {
			m.Match(all[i%len(all)], func(*int) { visits++ })
		}
		b.ReportMetric(float64(visits)/float64(b.N), "hits/op")
	})
}

// BenchmarkMultiMatchAgain searches for one topic again and again.
func BenchmarkMultiMatchAgain(b *testing.B) {
	each(b, func(b *testing.B, topics [][]byte) {
		var m Multi[*int]
		s := new(int)
		for _, topic := range topics {
			m.Add(topic, s)
		}
		message := messages(topics)[0]
		visits := 0
		for i := 0; b.Loop(); i++ {
			m.Match(message, func(*int) { visits++ })
		}
	})
}

// BenchmarkMultiAddRemove changes one subscription among the others.
func BenchmarkMultiAddRemove(b *testing.B) {
	each(b, func(b *testing.B, topics [][]byte) {
		var m Multi[int]
		for _, topic := range topics {
			m.Add(topic, 1)
		}
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			i++
			topic := topics[i*7919%len(topics)]
			m.Remove(topic, 1)
			m.Add(topic, 1)
		}
	})
}

// BenchmarkMultiFill measures a subscription from nothing: memory is what the
// runtime allocated for all, garbage included.
func BenchmarkMultiFill(b *testing.B) {
	for kind := range kinds {
		all := topics(kind, 100_000)
		b.Run(kinds[kind].name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var m Multi[int]
				for _, topic := range all {
					m.Add(topic, 1)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(all)), "ns/topic")
		})
	}
}
