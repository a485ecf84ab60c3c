package actor

// A brood is the children of a node, in order of birth. It is a table and not a list,
// as the garbage collector finds the nodes of a list one after the other, and those of
// a table many at once: see docs/decisions/0015. It is guarded by the node's mu. A nil
// brood is empty.
type brood struct {
	table []*Node // nil where one has left; the last one is there
	holes int
}

// roomy is the capacity up to which a table need not shrink.
const roomy = 64

func (b *brood) empty() bool { return b == nil || len(b.table) == 0 }

// last returns the child that was born last, or nil.
func (b *brood) last() *Node {
	if b.empty() {
		return nil
	}
	return b.table[len(b.table)-1]
}

// list appends the children to all.
func (b *brood) list(all []*Node) []*Node {
	if b == nil {
		return all
	}
	for _, c := range b.table {
		if c != nil {
			all = append(all, c)
		}
	}
	return all
}

// add makes c the latest.
func (b *brood) add(c *Node) {
	c.place = uint32(len(b.table))
	b.table = append(b.table, c)
}

// remove takes c out.
func (b *brood) remove(c *Node) {
	b.table[c.place] = nil
	b.holes++
	for len(b.table) > 0 && b.last() == nil {
		b.table = b.table[:len(b.table)-1]
		b.holes--
	}
	switch left := len(b.table) - b.holes; {
	case cap(b.table) > roomy && left < cap(b.table)/4:
		b.move(make([]*Node, 0, 2*left))
	case b.holes > roomy/2+left:
		old := b.table
		b.move(b.table[:0])
		clear(old[left:])
	}
}

// move closes the holes, into a table that may be a part of the present one.
func (b *brood) move(to []*Node) {
	old := b.table
	b.table, b.holes = to, 0
	for _, c := range old {
		if c != nil {
			b.add(c)
		}
	}
}
