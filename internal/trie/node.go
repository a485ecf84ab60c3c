package trie

import (
	"bytes"
	"encoding/binary"
)

const (
	inlineLabel = 6   // bytes of a label that fit into its node
	maxLabel    = 255 // bytes of a label; a longer way is a chain of nodes
)

// A node stands for the topic that the labels from the root down to it spell.
// It is 16 bytes large; its number stays the same as long as it has a value.
type node struct {
	value    uint32            // 0: no topic ends here
	kids     uint32            // none: 0; one: its number; several: the block of edges
	label    [inlineLabel]byte // the label, or the number of its block if it is longer
	labelLen uint8
	moreKids uint8 // the number of kids without the first
}

// The block of a node with n > 1 kids holds their numbers, four bytes each, and
// then the n first bytes of their labels, in ascending order: what a search
// reads is together, and its place follows from n alone.
const edgeSize = 5 // bytes of a block for each kid

func (n *node) kidCount() int {
	if n.kids == 0 {
		return 0
	}
	return int(n.moreKids) + 1
}

// isLink reports whether n is there only because a label has a maximum length.
// The root is not to be asked.
func (n *node) isLink() bool { return n.value == 0 && n.kids != 0 && n.moreKids == 0 }

// label returns the label of n, valid until n changes.
func (t *tree) label(n *node) []byte {
	if n.labelLen <= inlineLabel {
		return n.label[:n.labelLen]
	}
	return t.blocks.at(binary.LittleEndian.Uint32(n.label[:]))[:n.labelLen]
}

// setLabel gives n a label, which may be a part of its old one. The old one's
// memory is released.
func (t *tree) setLabel(n *node, label []byte) {
	var text [maxLabel]byte // a copy, as the releases below write to freed blocks
	size := copy(text[:], label)
	t.dropLabel(n)
	n.labelLen = uint8(size)
	if size <= inlineLabel {
		copy(n.label[:], text[:size])
		return
	}
	block := t.blocks.alloc(size)
	copy(t.blocks.at(block), text[:size])
	binary.LittleEndian.PutUint32(n.label[:], block)
}

// dropLabel makes the label of n empty.
func (t *tree) dropLabel(n *node) {
	if n.labelLen > inlineLabel {
		t.blocks.release(binary.LittleEndian.Uint32(n.label[:]), int(n.labelLen))
	}
	n.labelLen = 0
}

// kid returns the kid of n whose label begins with first, or 0.
func (t *tree) kid(n *node, first byte) uint32 {
	if n.moreKids == 0 {
		if n.kids != 0 && t.firstByte(n.kids) == first {
			return n.kids
		}
		return 0
	}
	return t.kidOf(n, first)
}

// kidOf is kid for a node with several kids.
func (t *tree) kidOf(n *node, first byte) uint32 {
	count := int(n.moreKids) + 1
	edges := t.blocks.at(n.kids)[:edgeSize*count]
	i := bytes.IndexByte(edges[4*count:], first)
	if i < 0 {
		return 0
	}
	return binary.LittleEndian.Uint32(edges[4*i:])
}

// kidAt returns the kid of n with index i < n.kidCount(), in ascending order of
// their first bytes.
func (t *tree) kidAt(n *node, i int) uint32 {
	if n.moreKids == 0 {
		return n.kids
	}
	return binary.LittleEndian.Uint32(t.blocks.at(n.kids)[4*i:])
}

// firstByte returns the first byte of the label of a node that is not the root.
func (t *tree) firstByte(id uint32) byte { return t.label(t.nodes.at(id))[0] }

// addKid gives n a kid, whose label begins with a byte that no kid's has yet.
func (t *tree) addKid(n *node, kid uint32) {
	if n.kids == 0 {
		n.kids = kid
		return
	}
	var numbers [256]uint32
	var firsts [256]byte
	count := t.edges(n, &numbers, &firsts)
	first := t.firstByte(kid)
	i := 0
	for i < count && firsts[i] < first {
		i++
	}
	copy(numbers[i+1:count+1], numbers[i:count])
	copy(firsts[i+1:count+1], firsts[i:count])
	numbers[i], firsts[i] = kid, first
	t.setEdges(n, numbers[:count+1], firsts[:count+1])
}

// removeKid takes the kid away from n whose label begins with first.
func (t *tree) removeKid(n *node, first byte) {
	if n.moreKids == 0 {
		n.kids = 0
		return
	}
	var numbers [256]uint32
	var firsts [256]byte
	count := t.edges(n, &numbers, &firsts)
	i := bytes.IndexByte(firsts[:count], first)
	copy(numbers[i:], numbers[i+1:count])
	copy(firsts[i:], firsts[i+1:count])
	t.setEdges(n, numbers[:count-1], firsts[:count-1])
}

// replaceKid puts another kid in the place of the one whose label begins with
// first; so does the other one's.
func (t *tree) replaceKid(n *node, first byte, kid uint32) {
	if n.moreKids == 0 {
		n.kids = kid
		return
	}
	count := int(n.moreKids) + 1
	edges := t.blocks.at(n.kids)[:edgeSize*count]
	i := bytes.IndexByte(edges[4*count:], first)
	binary.LittleEndian.PutUint32(edges[4*i:], kid)
}

// edges reads the kids of n, of which there is at least one, and returns how
// many there are.
func (t *tree) edges(n *node, numbers *[256]uint32, firsts *[256]byte) int {
	count := n.kidCount()
	if count == 1 {
		numbers[0], firsts[0] = n.kids, t.firstByte(n.kids)
		return 1
	}
	block := t.blocks.at(n.kids)
	for i := range count {
		numbers[i] = binary.LittleEndian.Uint32(block[4*i:])
	}
	copy(firsts[:count], block[4*count:])
	return count
}

// setEdges gives n, which has kids, other ones: at least one.
func (t *tree) setEdges(n *node, numbers []uint32, firsts []byte) {
	oldSize, size := edgeSize*n.kidCount(), edgeSize*len(numbers)
	hasBlock, wantsBlock := n.moreKids > 0, len(numbers) > 1
	block := n.kids
	if fits := hasBlock && wantsBlock && blockClass(oldSize) == blockClass(size); !fits {
		if hasBlock {
			t.blocks.release(block, oldSize)
		}
		if wantsBlock {
			block = t.blocks.alloc(size)
		}
	}
	n.moreKids = uint8(len(numbers) - 1)
	if !wantsBlock {
		n.kids = numbers[0]
		return
	}
	n.kids = block
	edges := t.blocks.at(block)
	for i, number := range numbers {
		binary.LittleEndian.PutUint32(edges[4*i:], number)
	}
	copy(edges[4*len(numbers):], firsts)
}
