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

// The block of a node with n > 1 kids holds n-1 in a byte, the n first bytes of their
// labels in ascending order, n references to them, and the number of the node itself.
// Ten kids, as those of a digit in a number are, fill a line of the cache.
//
// A reference is the kid's number, unless that is a fork: then it is the number of the fork's
// own block, marked by through. So a search goes from block to block where there is nothing
// else to see.
const (
	through = 1 << 31

	edgeSize  = 5 // bytes of a block for each kid
	edgesSize = 5 // bytes of a block beside those
)

// edgesOf returns how many bytes a block for n kids has.
func edgesOf(n int) int { return edgesSize + edgeSize*n }

// refs returns where in a block for n kids their references are.
func refs(n int) int { return 1 + n }

// isFork reports whether n has nothing but its kids: no topic ends there, and its label
// is what the edge to it says.
func (n *node) isFork() bool { return n.value == 0 && n.labelLen == 1 && n.moreKids > 0 }

// ref returns the reference to a node.
func (t *tree) ref(id uint32) uint32 {
	if n := t.nodes.at(id); n.isFork() {
		return n.kids | through
	}
	return id
}

// referred returns the number of the node that a reference is to.
func (t *tree) referred(ref uint32) uint32 {
	if ref < through {
		return ref
	}
	block := t.blocks.at(ref &^ through)
	return binary.LittleEndian.Uint32(block[edgesOf(int(block[0])+1)-4:])
}

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
	return t.referred(t.follow(n.kids, first))
}

// follow returns the reference to the kid whose label begins with first, in the
// block of a node with several kids; or 0.
func (t *tree) follow(block uint32, first byte) (ref uint32) {
	edges := t.blocks.at(block)
	count := int(edges[0]) + 1
	i := bytes.IndexByte(edges[1:1+count], first)
	if i < 0 {
		return 0
	}
	return binary.LittleEndian.Uint32(edges[refs(count)+4*i:])
}

// kidAt returns the kid of n with index i < n.kidCount(), in ascending order of
// their first bytes.
func (t *tree) kidAt(n *node, i int) uint32 {
	if n.moreKids == 0 {
		return n.kids
	}
	return t.referred(binary.LittleEndian.Uint32(t.blocks.at(n.kids)[refs(n.kidCount())+4*i:]))
}

// firstByte returns the first byte of the label of a node that is not the root.
func (t *tree) firstByte(id uint32) byte { return t.label(t.nodes.at(id))[0] }

// addKid gives a node a kid, whose label begins with a byte that no kid's has yet.
// The reference to the node is to be made anew.
func (t *tree) addKid(id, kid uint32) {
	n := t.nodes.at(id)
	if n.kids == 0 {
		n.kids = kid
		return
	}
	e := t.edges(n)
	first := t.firstByte(kid)
	i := 0
	for i < e.count && e.firsts[i] < first {
		i++
	}
	copy(e.refs[i+1:e.count+1], e.refs[i:e.count])
	copy(e.firsts[i+1:e.count+1], e.firsts[i:e.count])
	e.refs[i], e.firsts[i] = t.ref(kid), first
	e.count++
	t.setEdges(id, &e)
}

// removeKid takes the kid away from a node whose label begins with first. The reference
// to the node is to be made anew.
func (t *tree) removeKid(id uint32, first byte) {
	n := t.nodes.at(id)
	if n.moreKids == 0 {
		n.kids = 0
		return
	}
	e := t.edges(n)
	i := bytes.IndexByte(e.firsts[:e.count], first)
	copy(e.refs[i:], e.refs[i+1:e.count])
	copy(e.firsts[i:], e.firsts[i+1:e.count])
	e.count--
	t.setEdges(id, &e)
}

// refer makes the reference to a kid anew, which may be another kid than before if its label
// begins with the same byte.
func (t *tree) refer(parent, kid uint32) {
	n := t.nodes.at(parent)
	if n.moreKids == 0 {
		n.kids = kid
		return
	}
	edges := t.blocks.at(n.kids)
	count := n.kidCount()
	i := bytes.IndexByte(edges[1:1+count], t.firstByte(kid))
	binary.LittleEndian.PutUint32(edges[refs(count)+4*i:], t.ref(kid))
}

// edges are those of one node, with room for as many as there may be.
type edges struct {
	count  int
	refs   [256]uint32
	firsts [256]byte
}

// edges returns those of n, of which there is at least one.
func (t *tree) edges(n *node) (e edges) {
	e.count = n.kidCount()
	if e.count == 1 {
		e.refs[0], e.firsts[0] = t.ref(n.kids), t.firstByte(n.kids)
		return e
	}
	block := t.blocks.at(n.kids)
	copy(e.firsts[:e.count], block[1:])
	for i := range e.count {
		e.refs[i] = binary.LittleEndian.Uint32(block[refs(e.count)+4*i:])
	}
	return e
}

// setEdges gives a node, which has kids, other ones: at least one.
func (t *tree) setEdges(id uint32, e *edges) {
	n := t.nodes.at(id)
	oldSize, size := edgesOf(n.kidCount()), edgesOf(e.count)
	hasBlock, wantsBlock := n.moreKids > 0, e.count > 1
	block := n.kids
	if fits := hasBlock && wantsBlock && blockClass(oldSize) == blockClass(size); !fits {
		if hasBlock {
			t.blocks.release(block, oldSize)
		}
		if wantsBlock {
			block = t.blocks.alloc(size)
		}
	}
	n.moreKids = uint8(e.count - 1)
	if !wantsBlock {
		n.kids = t.referred(e.refs[0])
		return
	}
	n.kids = block
	b := t.blocks.at(block)
	b[0] = n.moreKids
	copy(b[1:], e.firsts[:e.count])
	for i, ref := range e.refs[:e.count] {
		binary.LittleEndian.PutUint32(b[refs(e.count)+4*i:], ref)
	}
	binary.LittleEndian.PutUint32(b[size-4:], id)
}
