package trie

import (
	"hash/maphash"
	"math/bits"
	"unsafe"
)

const (
	// sieveFrom is for how many topics there is a sieve: of fewer the processor's caches have what a search looks at.
	sieveFrom = 16_000

	// sieveLook is how many bytes of a topic a sieve looks at, so that lengths are bits of a word.
	sieveLook = 63

	// sieveLengths is for how many lengths of topics it is used: with more of them a search may be as good.
	sieveLengths = 3

	// sieveTrust is up to how far it counts the searches that found nothing. It is used from the middle on: where half of them
	// find something it takes as long as it saves.
	sieveTrust = 4
)

// A sieve tells of most messages that no topic is a prefix of theirs, without a search. Each step of a search waits for the
// one before, and the last ones wait for memory where there are many topics. A sieve has a print of each topic: it looks
// for that of the message's beginning, once for each length that topics have, and no look waits for another.
// Where searches find something it is left alone, as they have to be made.
type sieve struct {
	prints  prints // of what is looked at of each topic
	seed    maphash.Seed
	counts  [sieveLook + 1]uint32 // topics by how many bytes of them are looked at
	lengths uint64                // a bit for each count that is not 0
	vain    int                   // searches that found nothing less those that did, from 0 to sieveTrust
}

// newSieve returns a sieve for the topics of t.
func newSieve(t *tree) *sieve {
	s := &sieve{prints: newPrints(t.topics), seed: maphash.MakeSeed()}
	for topic := range t.all() {
		s.add(topic)
	}
	return s
}

// add notes a new topic.
func (s *sieve) add(topic []byte) {
	topic = topic[:min(len(topic), sieveLook)]
	s.prints.add(maphash.Bytes(s.seed, topic))
	s.counts[len(topic)]++
	s.lengths |= 1 << len(topic)
}

// remove notes that a topic is gone.
func (s *sieve) remove(topic []byte) {
	topic = topic[:min(len(topic), sieveLook)]
	s.prints.remove(maphash.Bytes(s.seed, topic))
	if s.counts[len(topic)]--; s.counts[len(topic)] == 0 {
		s.lengths &^= 1 << len(topic)
	}
}

// learn is told of some of the searches whether they found something. There need be no sieve.
func (s *sieve) learn(found bool) {
	switch {
	case s == nil:
	case found:
		s.vain = max(s.vain-1, 0)
	default:
		s.vain = min(s.vain+1, sieveTrust)
	}
}

// stops reports whether b need not be searched for, as no topic is a prefix of it. If it reports false, one may be.
// There need be no sieve.
func (s *sieve) stops(b []byte) bool { return s != nil && s.vain > sieveTrust/2 && s.lacks(b) }

// lacks is stops, whatever was learned.
func (s *sieve) lacks(b []byte) bool {
	if bits.OnesCount64(s.lengths) > sieveLengths {
		return false
	}
	for left := s.lengths; left != 0; left &= left - 1 {
		size := bits.TrailingZeros64(left)
		if size > len(b) {
			break
		}
		if s.prints.has(maphash.Bytes(s.seed, b[:size])) {
			return false
		}
	}
	return true
}

// footprint returns the bytes taken. There need be no sieve.
func (s *sieve) footprint() int {
	if s == nil {
		return 0
	}
	return int(unsafe.Sizeof(*s)) + s.prints.footprint()
}
