package trie

import (
	"iter"
	"math"
)

// Counted holds topics, each with the number of times that it was added: the
// subscriptions of one SUB or XSUB socket. A topic added 2^32-1 times stays
// for ever, whatever is removed.
type Counted struct {
	tree    tree // the values are the counts
	recent  recent
	matched bool // the answer of recent
}

// Add adds topic once more, and reports whether it is the first time. The
// bytes are copied.
func (c *Counted) Add(topic []byte) (first bool) {
	c.recent.forget()
	n := c.tree.nodes.at(c.tree.make(topic))
	switch {
	case n.value == 0:
		c.tree.set(1)
		c.tree.topics++
		return true
	case n.value < math.MaxUint32:
		n.value++
	}
	return false
}

// Remove takes back one Add of topic. It reports whether that was the last one,
// so that topic is gone, and whether topic was there at all; if not, it does
// nothing.
func (c *Counted) Remove(topic []byte) (last, known bool) {
	c.recent.forget()
	id, found := c.tree.find(topic)
	if !found {
		return false, false
	}
	n := c.tree.nodes.at(id)
	switch n.value {
	case 0:
		return false, false
	case 1:
		n.value = 0
		c.tree.topics--
		c.tree.prune(c.tree.path)
		return true, true
	case math.MaxUint32:
		return false, true
	default:
		n.value--
		return false, true
	}
}

// Match reports whether a topic is a prefix of b, or b itself. It does not
// allocate.
func (c *Counted) Match(b []byte) bool {
	if c.tree.topics == 0 {
		return false
	}
	if c.recent.answers(b) {
		return c.matched
	}
	matched, left := c.search(b)
	if c.recent.due() {
		c.matched = matched
		c.recent.keep(b, left)
	}
	return matched
}

// search is Match if there are topics, and nothing is remembered. It also returns what of b it has not looked at.
func (c *Counted) search(b []byte) (matched bool, left []byte) {
	t := &c.tree
	for n := t.nodes.at(root); n != nil; n, b = t.next(n, b) {
		if n.value != 0 {
			return true, b
		}
	}
	return false, b
}

// Len returns the number of distinct topics.
func (c *Counted) Len() int { return c.tree.topics }

// All yields each distinct topic once, in ascending order of bytes. The slice
// is overwritten by the next one. The topics must not change meanwhile.
func (c *Counted) All() iter.Seq[[]byte] { return c.tree.all() }

// Footprint returns the memory that is taken, in bytes, including what is free
// for more topics.
func (c *Counted) Footprint() int { return c.tree.footprint() }
