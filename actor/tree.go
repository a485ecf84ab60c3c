package actor

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// Path returns the names from the root down to n, each after a slash, as in
// "/context/PUSH#3/tcp://127.0.0.1:5555". Names are not escaped: a path is for
// people.
func (n *Node) Path() string {
	var names []string
	for ; n != nil; n = n.parent {
		names = append(names, n.Name())
	}
	slices.Reverse(names)
	return "/" + strings.Join(names, "/")
}

// Children returns the children that n has now, in order of birth.
func (n *Node) Children() iter.Seq[*Node] {
	return slices.Values(n.childList())
}

func (n *Node) childList() []*Node {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.children.list(nil)
}

// maxIndent is the depth from which a tree's text is indented no further, so
// that a deep chain does not give text that grows with the square of its length.
const maxIndent = 32

// Tree writes n and all below it as text, a node a line: its name, what it is
// doing, how it stands with its messages, and how often it has restarted; and behind each node a line for each of its
// pipes. Nodes that come and go meanwhile may or may not be in it. The error is w's.
func (n *Node) Tree(w io.Writer) error {
	for depth, c := range n.all() {
		indent := 2 * min(depth, maxIndent)
		s := c.snapshot()
		if _, err := fmt.Fprintf(w, "%*s%s\n", indent, "", s); err != nil {
			return err
		}
		for i := range s.Pipes {
			if _, err := fmt.Fprintf(w, "%*s%v\n", indent+2, "", &s.Pipes[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// String returns n's line of the tree.
func (n *Node) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.Name() + " " + n.activity()
	if n.life() != nil && n.life().restarts > 0 {
		s += fmt.Sprintf(", %d restarts", n.life().restarts)
	}
	return s
}

// activity says what n is doing. n.mu is held.
func (n *Node) activity() string {
	switch {
	case n.state == ended:
		return "ended"
	case n.killed:
		return "killed"
	case n.told:
		return "stopping"
	case n.state == stopping:
		return "stopping its children"
	case n.body != nil:
		return n.body.activity()
	case n.life() == nil:
		return "passive"
	case n.life().wake != nil:
		return "resting"
	case n.sealed:
		return "ending its children"
	}
	return "running"
}

// all yields n and all below it with their depths, parents before children and
// siblings in order of birth.
func (n *Node) all() iter.Seq2[int, *Node] {
	type place struct {
		depth int
		node  *Node
	}
	return func(yield func(int, *Node) bool) {
		todo := []place{{0, n}}
		for len(todo) > 0 {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if !yield(at.depth, at.node) {
				return
			}
			for _, c := range slices.Backward(at.node.childList()) {
				todo = append(todo, place{at.depth + 1, c})
			}
		}
	}
}

// stuck lists the nodes that keep n from ending: those in a run, and those that
// are still there although they have no children, whose hooks do not return.
func (n *Node) stuck() *StuckError {
	e := new(StuckError)
	for _, c := range n.all() {
		if c.lingers() {
			e.Total++
			if len(e.Paths) < MaxStuckListed {
				e.Paths = append(e.Paths, c.Path())
			}
		}
	}
	return e
}

func (n *Node) lingers() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.state == ended {
		return false
	}
	return n.children.empty() || n.life() != nil && n.life().running != nil || n.body != nil && n.told
}
