package trie

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// check reports what is wrong with the inside of a tree: with its shape, or
// with the accounts of its nodes and blocks.
func (t *tree) check() error {
	if t.topics == 0 {
		if t.used != 0 || t.footprint() != 0 {
			return fmt.Errorf("an empty tree still has %d nodes and %d bytes", t.used, t.footprint())
		}
		return nil
	}
	c := checker{tree: t, units: make(map[uint32]uint32)}
	c.visit(root, root, true)
	freeNodes := uint32(0)
	for id := t.free; id != 0; id = t.nodes.at(id).kids {
		freeNodes++
	}
	if c.nodes+freeNodes != t.used {
		c.fail("%d nodes in the tree and %d free, but %d handed out", c.nodes, freeNodes, t.used)
	}
	if c.topics != t.topics {
		c.fail("%d topics in the tree, %d counted", c.topics, t.topics)
	}
	c.freeBlocks()
	return c.err
}

type checker struct {
	tree   *tree
	nodes  uint32
	topics int
	units  map[uint32]uint32 // unit → block that it is in
	err    error
}

func (c *checker) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

func (c *checker) visit(id, parent uint32, isRoot bool) {
	t, n := c.tree, c.tree.nodes.at(id)
	c.nodes++
	if n.value != 0 {
		c.topics++
	}
	if n.labelLen > inlineLabel {
		c.block(binary.LittleEndian.Uint32(n.label[:]), int(n.labelLen))
	}
	if !isRoot {
		switch kids := n.kidCount(); {
		case n.labelLen == 0:
			c.fail("node %d has no label", id)
		case n.value == 0 && kids == 0:
			c.fail("node %d has neither value nor kids", id)
		case n.isLink() && int(n.labelLen)+int(t.nodes.at(n.kids).labelLen) <= maxLabel:
			c.fail("node %d has no value and one kid, and could be joined with it", id)
		}
		if t.linked && *t.parents.at(id) != parent {
			c.fail("node %d has parent %d, and says %d", id, parent, *t.parents.at(id))
		}
	}
	if n.moreKids > 0 {
		c.block(n.kids, edgesOf(n.kidCount()))
		if t.referred(n.kids|through) != id {
			c.fail("the block of node %d is that of %d", id, t.referred(n.kids|through))
		}
	}
	before := -1
	for i := range n.kidCount() {
		kid := t.kidAt(n, i)
		first := t.firstByte(kid)
		if int(first) <= before {
			c.fail("the kids of node %d are not in order", id)
		}
		if found := t.kid(n, first); found != kid {
			c.fail("the edge of node %d at %#x leads to %d, want %d", id, first, found, kid)
		}
		if n.moreKids > 0 && t.follow(n.kids, first) != t.ref(kid) {
			c.fail("the edge of node %d at %#x refers to %#x, want %#x", id, first, t.follow(n.kids, first), t.ref(kid))
		}
		before = int(first)
		c.visit(kid, id, false)
	}
}

// block notes that a block is in use, or free, and that nothing else has it.
func (c *checker) block(b uint32, size int) {
	for u := b; u < b+uint32(blockSizes[blockClass(size)])/unit; u++ {
		if other, taken := c.units[u]; taken || u == 0 {
			c.fail("unit %d is in block %d and in block %d", u, other, b)
		}
		c.units[u] = b
	}
}

// freeBlocks checks that each unit is in a block that is in use, in a free one,
// or not handed out yet.
func (c *checker) freeBlocks() {
	s := &c.tree.blocks
	for class, b := range s.free {
		for ; b != 0; b = binary.LittleEndian.Uint32(s.at(b)) {
			c.block(b, int(blockSizes[class]))
		}
	}
	if len(s.pages) > 0 && len(c.units) != int(s.next)-1 { // without unit 0
		c.fail("%d units in blocks, but %d handed out", len(c.units), s.next-1)
	}
}

// check reports what is wrong with the inside of m.
func (m *Multi[S]) check() error {
	if err := m.tree.check(); err != nil {
		return err
	}
	if m.sieve != nil {
		if err := m.sieve.check(&m.tree); err != nil {
			return err
		}
	}
	listed := 0
	for s, number := range m.numbers {
		sub := &m.subscribers[number]
		if sub.s != s || len(sub.topics) == 0 {
			return fmt.Errorf("subscriber %v: number %d is that of %v, with %d topics", s, number, sub.s, len(sub.topics))
		}
		listed += len(sub.topics)
		for place, id := range sub.topics {
			if !m.has(id, number) {
				return fmt.Errorf("subscriber %v lists node %d, which does not know it", s, id)
			}
			if noted := m.noted(id, number); noted != uint32(place) {
				return fmt.Errorf("subscriber %v has node %d at %d, noted is %d", s, id, place, noted)
			}
			topic := bytes.Clone(m.tree.spell(id))
			if found, ok := m.tree.find(topic); !ok || found != id {
				return fmt.Errorf("node %d spells %q, which leads to node %d", id, topic, found)
			}
		}
	}
	if listed != m.subscriptions {
		return fmt.Errorf("%d subscriptions listed, %d counted", listed, m.subscriptions)
	}
	if used := len(m.sets) - len(m.idleSets); used > m.tree.topics {
		return fmt.Errorf("%d sets for %d topics", used, m.tree.topics)
	}
	return nil
}

// noted returns the place that the node's entry says its topic has in the
// subscriber's list.
func (m *Multi[S]) noted(id, number uint32) uint32 {
	value := m.tree.nodes.at(id).value
	if value < many {
		return *m.places.at(id)
	}
	for _, member := range m.sets[value&^many] {
		if member.subscriber == number {
			return member.place
		}
	}
	return 1<<32 - 1
}
