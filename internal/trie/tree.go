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

// step goes from node n along rest to a kid, and returns its number and itself,
// with what is left of rest; or 0 if no kid's label is a prefix of rest. Each look
// for a node is worth saving: searches go from node to node, not from number to
// number.
func (t *tree) step(n *node, rest []byte) (id uint32, kid *node, left []byte) {
	if len(rest) == 0 || n.kids == 0 {
		return 0, nil, nil
	}
	id = n.kids
	if n.moreKids > 0 {
		if id = t.kidOf(n, rest[0]); id == 0 {
			return 0, nil, nil
		}
	}
	kid = t.nodes.at(id)
	size := int(kid.labelLen)
	switch {
	case len(rest) < size:
		return 0, nil, nil
	case size == 1 && kid.label[0] == rest[0]: // as of each digit of a number
	case string(rest[:size]) != string(t.label(kid)):
		return 0, nil, nil
	}
	return id, kid, rest[size:]
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
		if id, n, topic = t.step(n, topic); id == 0 {
			return 0, false
		}
		t.path = append(t.path, id)
	}
	return id, true
}

// make returns the node of topic, and creates it if there is none. The caller
// gives a new one its value, and counts it.
func (t *tree) make(topic []byte) uint32 {
	if t.used == 0 {
		t.newNode()
	}
	id, above := uint32(root), uint32(root)
	for len(topic) > 0 {
		n := t.nodes.at(id)
		kid := t.kid(n, topic[0])
		if kid == 0 {
			kid = t.newNode()
			label := topic[:min(len(topic), maxLabel)]
			t.setLabel(t.nodes.at(kid), label)
			t.addKid(n, kid)
			t.setParent(kid, id)
			id, above, topic = kid, id, topic[len(label):]
			continue
		}
		label := t.label(t.nodes.at(kid))
		same := commonPrefix(label, topic)
		if same < len(label) {
			kid = t.split(above, id, kid, same)
		}
		id, above, topic = kid, id, topic[same:]
	}
	return id
}

// split puts a node between parent and kid that takes the first bytes of the
// kid's label, 0 < at < its length, and returns the new node. Links of a chain
// that have become short enough for it are joined; above is the parent's parent.
func (t *tree) split(above, parent, kid uint32, at int) uint32 {
	middle := t.newNode()
	m, k := t.nodes.at(middle), t.nodes.at(kid)
	label := t.label(k)
	t.setLabel(m, label[:at])
	t.replaceKid(t.nodes.at(parent), label[0], middle)
	t.setLabel(k, label[at:])
	m.kids = kid
	t.setParent(middle, parent)
	t.setParent(kid, middle)
	if k.isLink() {
		t.join(middle, kid)
	}
	if parent != root && t.nodes.at(parent).isLink() {
		t.join(above, parent)
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
		if n.isLink() {
			t.join(parent, id)
			return
		}
		if n.value != 0 || n.kids != 0 {
			return
		}
		t.removeKid(t.nodes.at(parent), t.firstByte(id))
		t.freeNode(id)
	}
}

// join removes node id, which is a link, and lets its kid have its label and its
// place below parent. It does nothing if the label would be too long.
func (t *tree) join(parent, id uint32) {
	n := t.nodes.at(id)
	kid := n.kids
	k := t.nodes.at(kid)
	if int(n.labelLen)+int(k.labelLen) > maxLabel {
		return
	}
	var label [maxLabel]byte
	size := copy(label[:], t.label(n))
	size += copy(label[size:], t.label(k))
	t.setLabel(k, label[:size])
	t.replaceKid(t.nodes.at(parent), label[0], kid)
	t.setParent(kid, parent)
	t.freeNode(id)
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
