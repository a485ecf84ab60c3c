package trie

import "iter"

// root is the number of the root, whose label is empty. As no edge leads to it,
// 0 also says that there is no node.
const root = 0

// tree maps topics to values, which are not 0. It is what [Counted] and [Multi]
// have in common. The root is there from the first topic on.
type tree struct {
	nodes   paged[node]
	blocks  blocks        // of edges and long labels
	used    uint32        // nodes with a lower number have been handed out
	free    uint32        // the head of the list of free nodes, linked by kids
	topics  int           // nodes with a value
	path    []uint32      // the way that find or spell has gone, from the root
	parents paged[uint32] // of the nodes, if linked
	linked  bool          // whether a topic can be told from its node: Multi needs that
	spelled []byte        // what spell returns
}

// next goes from node n along rest to the next node that is not a fork, and returns it
// with what is left of rest; or nil if no kid's label is a prefix of rest, with what of rest it has
// not looked at, which is nothing if a longer rest may lead on. Each look at memory is worth saving: forks are
// passed by their blocks alone.
func (t *tree) next(n *node, rest []byte) (*node, []byte) {
	if n.kids == 0 {
		return nil, rest
	}
	if len(rest) == 0 {
		return nil, nil
	}
	ref := n.kids
	if n.moreKids > 0 {
		ref = t.follow(ref, rest[0])
		for ref >= through {
			if rest = rest[1:]; len(rest) == 0 {
				return nil, nil
			}
			ref = t.follow(ref&^through, rest[0])
		}
		if ref == 0 {
			return nil, rest[1:]
		}
	}
	kid := t.nodes.at(ref)
	size := int(kid.labelLen)
	switch {
	case len(rest) < size:
		return nil, nil
	case size == 1 && kid.label[0] == rest[0]: // without a call
	case string(rest[:size]) != string(t.label(kid)):
		return nil, rest[size:]
	}
	return kid, rest[size:]
}

// find returns the node of topic, and leaves the way to it in t.path, from the
// root to the node itself. It reports false if there is no such node; a node
// that is found may have no value.
func (t *tree) find(topic []byte) (id uint32, found bool) {
	if t.topics == 0 {
		return 0, false
	}
	t.path = append(t.path[:0], root)
	for n := t.nodes.at(root); len(topic) > 0; {
		if id = t.kid(n, topic[0]); id == 0 {
			return 0, false
		}
		n = t.nodes.at(id)
		label := t.label(n)
		if commonPrefix(label, topic) < len(label) {
			return 0, false
		}
		topic = topic[len(label):]
		t.path = append(t.path, id)
	}
	return id, true
}

// make returns the node of topic, and creates it if there is none. It leaves the way to it in
// t.path, as find does. The caller gives a new one its value, by [tree.set], and counts it.
func (t *tree) make(topic []byte) uint32 {
	if t.used == 0 {
		t.newNode()
	}
	t.path = append(t.path[:0], root)
	id := uint32(root)
	for len(topic) > 0 {
		kid := t.kid(t.nodes.at(id), topic[0])
		if kid == 0 {
			label := topic[:min(len(topic), maxLabel)]
			id = t.grow(id, label)
			topic = topic[len(label):]
			continue
		}
		label := t.label(t.nodes.at(kid))
		same := commonPrefix(label, topic)
		if same < len(label) {
			kid = t.split(kid, same)
		}
		t.path = append(t.path, kid)
		id, topic = kid, topic[same:]
	}
	return id
}

// grow gives the last node of t.path a new kid, and adds that to it.
func (t *tree) grow(id uint32, label []byte) (kid uint32) {
	kid = t.newNode()
	t.setLabel(t.nodes.at(kid), label)
	t.addKid(id, kid)
	t.setParent(kid, id)
	t.revise()
	t.path = append(t.path, kid)
	return kid
}

// set gives the last node of t.path another value.
func (t *tree) set(value uint32) {
	t.nodes.at(t.path[len(t.path)-1]).value = value
	t.revise()
}

// revise makes the reference to the last node of t.path anew, since it may have become a fork, have
// been one, or have another block.
func (t *tree) revise() {
	if above := len(t.path) - 2; above >= 0 {
		t.refer(t.path[above], t.path[above+1])
	}
}

// split puts a node between the last one of t.path and a kid of it, that takes the first
// bytes of the kid's label, 0 < at < its length, and returns the new node. Links of a chain
// that have become short enough for it are joined.
func (t *tree) split(kid uint32, at int) uint32 {
	last := len(t.path) - 1
	parent := t.path[last]
	middle := t.newNode()
	m, k := t.nodes.at(middle), t.nodes.at(kid)
	label := t.label(k)
	t.setLabel(m, label[:at])
	t.refer(parent, middle)
	t.setLabel(k, label[at:])
	m.kids = kid
	t.setParent(middle, parent)
	t.setParent(kid, middle)
	if k.isLink() {
		t.join(middle, kid)
	}
	if parent != root && t.nodes.at(parent).isLink() && t.join(t.path[last-1], parent) {
		t.path = t.path[:last]
	}
	return middle
}

// prune removes nodes that are no longer needed, at the end of path, which
// begins at the root. The last topic takes the whole tree along.
func (t *tree) prune(path []uint32) {
	if t.topics == 0 {
		*t = tree{linked: t.linked}
		return
	}
	for ; len(path) > 1; path = path[:len(path)-1] {
		id, parent := path[len(path)-1], path[len(path)-2]
		n := t.nodes.at(id)
		if n.isLink() && t.join(parent, id) {
			return
		}
		if n.value != 0 || n.kids != 0 {
			t.refer(parent, id)
			return
		}
		t.removeKid(parent, t.firstByte(id))
		t.freeNode(id)
	}
}

// join removes node id, which is a link, and lets its kid have its label and its
// place below parent. It does nothing, and returns false, if the label would be too long.
func (t *tree) join(parent, id uint32) bool {
	n := t.nodes.at(id)
	kid := n.kids
	k := t.nodes.at(kid)
	if int(n.labelLen)+int(k.labelLen) > maxLabel {
		return false
	}
	var label [maxLabel]byte
	size := copy(label[:], t.label(n))
	size += copy(label[size:], t.label(k))
	t.setLabel(k, label[:size])
	t.refer(parent, kid)
	t.setParent(kid, parent)
	t.freeNode(id)
	return true
}

func (t *tree) newNode() uint32 {
	if id := t.free; id != 0 {
		n := t.nodes.at(id)
		t.free = n.kids
		*n = node{}
		return id
	}
	id := t.used
	t.used++
	t.nodes.reserve(id)
	if t.linked {
		t.parents.reserve(id)
	}
	return id
}

// freeNode takes back a node that is not the root and that nothing refers to.
func (t *tree) freeNode(id uint32) {
	n := t.nodes.at(id)
	t.dropLabel(n)
	*n = node{kids: t.free}
	t.free = id
}

func (t *tree) setParent(id, parent uint32) {
	if t.linked {
		*t.parents.at(id) = parent
	}
}

// spell returns the topic of a node, valid until the next call, and leaves the
// way to it in t.path. The tree must be linked.
func (t *tree) spell(id uint32) []byte {
	t.path = append(t.path[:0], id)
	for id != root {
		id = *t.parents.at(id)
		t.path = append(t.path, id)
	}
	t.spelled = t.spelled[:0]
	for i, j := 0, len(t.path)-1; i < j; i, j = i+1, j-1 {
		t.path[i], t.path[j] = t.path[j], t.path[i]
	}
	for _, id := range t.path {
		t.spelled = append(t.spelled, t.label(t.nodes.at(id))...)
	}
	return t.spelled
}

// all yields the topics in ascending order of their bytes, a topic before those
// it is a prefix of.
func (t *tree) all() iter.Seq[[]byte] {
	// A stack of our own, as a peer may make the tree as deep as it likes.
	type level struct {
		id   uint32
		kid  int // index of the kid to visit next
		size int // bytes of the topic above the node
	}
	return func(yield func([]byte) bool) {
		if t.topics == 0 {
			return
		}
		var topic []byte
		stack := []level{{id: root}}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			n := t.nodes.at(top.id)
			if top.kid == 0 {
				topic = append(topic[:top.size], t.label(n)...)
				if n.value != 0 && !yield(topic) {
					return
				}
			}
			if top.kid == n.kidCount() {
				stack = stack[:len(stack)-1]
				continue
			}
			kid := t.kidAt(n, top.kid)
			top.kid++
			stack = append(stack, level{id: kid, size: top.size + int(n.labelLen)})
		}
	}
}

// footprint returns the bytes that the tree has taken.
func (t *tree) footprint() int {
	return t.nodes.footprint() + t.blocks.footprint() + t.parents.footprint() + 4*cap(t.path) + cap(t.spelled)
}

// commonPrefix returns the number of bytes that a and b have in common at their
// beginning.
func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
