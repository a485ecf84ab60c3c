package actor

import (
	"fmt"
	"strings"
	"time"
)

// A PipeSnapshot is how it stands with a queue, other than a mailbox, that belongs to a
// node: an edge of a pipeline, by which a stage gets its items, or what a socket has for a
// peer. [Spec.Look] gives it.
type PipeSnapshot struct {
	Name    string `json:"name"`              // where it comes from or leads to
	In      int64  `json:"in"`                // items that have come
	Taken   int64  `json:"taken"`             // of these, items that have left
	HWM     int    `json:"hwm"`               // most that may wait; 0 is no limit
	Full    bool   `json:"full"`              // the next one finds no room
	Waited  int64  `json:"waited,omitempty"`  // times that who gives has waited for room
	Starved int64  `json:"starved,omitempty"` // times that who takes has found nothing

	// Age is as in [MailboxSnapshot]. Node.Snapshot fills it in.
	Age time.Duration `json:"age,omitempty"` // in nanoseconds
}

// Depth is how many items wait.
func (p *PipeSnapshot) Depth() int64 { return p.In - p.Taken }

// String returns the line that is the pipe's in [Node.Tree].
func (p *PipeSnapshot) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s: %d in", p.Name, p.In)
	writeWaiting(&b, p.Depth(), p.HWM, p.Age, p.Full)
	if p.Waited > 0 {
		fmt.Fprintf(&b, ", held up %d times", p.Waited)
	}
	return b.String()
}

// writeWaiting writes how many wait, for how long, and that there is no room.
func writeWaiting(b *strings.Builder, depth int64, hwm int, age time.Duration, full bool) {
	switch {
	case depth > 0 && hwm > 0:
		fmt.Fprintf(b, ", %d of %d wait", depth, hwm)
	case depth > 0:
		fmt.Fprintf(b, ", %d wait", depth)
	}
	if age > 0 {
		fmt.Fprintf(b, " for %v", age.Round(time.Millisecond))
	}
	if full {
		b.WriteString(", full")
	}
}

// look has Spec.Look add what it knows.
func (n *Node) look(s *Snapshot) {
	if n.spec == nil || n.spec.Look == nil {
		return
	}
	n.guard(func() { n.spec.Look(s) })
	if len(s.Pipes) == 0 {
		return
	}
	now := time.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	before := n.spec.looks
	n.spec.looks = make(map[pipeKey]*looks, len(s.Pipes)) // without those that are there no more
	for i := range s.Pipes {
		p := &s.Pipes[i]
		key := pipeKey{p.Name, 0}
		for n.spec.looks[key] != nil {
			key.number++
		}
		l := before[key]
		if l == nil {
			l = new(looks)
		}
		p.Age = l.see(now, p.In, p.Taken)
		n.spec.looks[key] = l
	}
}

// A pipeKey tells the pipes of a node apart: several may have the same name.
type pipeKey struct {
	name   string
	number int
}
