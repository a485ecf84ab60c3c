package actor

import (
	"fmt"
	"strings"
	"time"

	"github.com/zeroactor/zmq/mailbox"
)

// A Snapshot is what a node and those below it were doing when it was taken. Nodes
// are looked at one after another, and are not stopped for that.
type Snapshot struct {
	Name     string `json:"name"`
	Activity string `json:"activity"`           // in a word or two: "running", "resting", "actor", ...
	Restarts int    `json:"restarts,omitempty"` // so far

	Mailbox *MailboxSnapshot `json:"mailbox,omitempty"` // nil for what has none

	// Pipes are the other queues of the node. Failures are how many items it failed with, and Lost how many became
	// dead letters. A typed actor has its own in Mailbox.
	Pipes    []PipeSnapshot `json:"pipes,omitempty"`
	Failures int64          `json:"failures,omitempty"`
	Lost     int64          `json:"lost,omitempty"`

	Children []Snapshot `json:"children,omitempty"` // in order of birth

	// Omitted is how many children are left out, for there were more nodes than
	// were asked for.
	Omitted int `json:"omitted,omitempty"`
}

// A MailboxSnapshot is how it stands with a typed actor and its messages. The figures are
// those that the mailbox keeps for itself, so that they cost nothing; what takes time
// to measure is measured from the first look at the actor on. Taken lags
// behind by up to a quarter of HWM while the actor is at work.
type MailboxSnapshot struct {
	In       int64 `json:"in"`       // messages that have come, without those that had to make room
	Taken    int64 `json:"taken"`    // of these, messages that the actor has taken out
	HWM      int   `json:"hwm"`      // most that may wait
	Full     bool  `json:"full"`     // the next one finds no room
	Failures int   `json:"failures"` // messages that the actor failed with
	Lost     int   `json:"lost"`     // messages that became dead letters, those among them
	Dropped  int   `json:"dropped"`  // of these, messages for which there was no room, by the policies DropOldest and DropNewest
	Refused  int   `json:"refused"`  // sends that found no room and were not to wait
	Waited   int   `json:"waited"`   // sends that found no room and waited
	Working  bool  `json:"working"`  // the actor is at work now

	// Age is for how long the oldest message has waited at least, as far as earlier
	// looks tell: who looks each second knows it to the second, give or take the lag of
	// Taken.
	Age time.Duration `json:"age,omitempty"` // in nanoseconds

	// Busy is how long the actor has been at work since it was looked at first,
	// which was Observed ago: with what it waited for in the middle of messages.
	Busy     time.Duration `json:"busy,omitempty"`     // in nanoseconds
	Observed time.Duration `json:"observed,omitempty"` // in nanoseconds
}

// Load is the share of the time that the actor has been at work, from 0 to 1, between an
// earlier snapshot and this one; or since it was looked at first, if earlier is nil.
func (m *MailboxSnapshot) Load(earlier *MailboxSnapshot) float64 {
	busy, over := m.Busy, m.Observed
	if earlier != nil {
		busy, over = busy-earlier.Busy, over-earlier.Observed
	}
	if over <= 0 {
		return 0
	}
	return min(max(float64(busy)/float64(over), 0), 1)
}

// Depth is how many messages wait.
func (m *MailboxSnapshot) Depth() int64 { return m.In - m.Taken }

// Snapshot looks at n and those below it: at up to limit nodes, parents before
// children; those that are too many are counted where they would have been. Less than 1
// is taken for 1. Any goroutine may call it, also when n has ended.
func (n *Node) Snapshot(limit int) Snapshot {
	root := n.snapshot()
	type place struct {
		node *Node
		at   *Snapshot
	}
	left := max(limit, 1) - 1
	for todo := []place{{n, &root}}; len(todo) > 0; todo = todo[1:] {
		p := todo[0]
		children := p.node.childList()
		shown := min(len(children), left)
		left -= shown
		p.at.Omitted = len(children) - shown
		if shown == 0 {
			continue
		}
		p.at.Children = make([]Snapshot, shown)
		for i, c := range children[:shown] {
			p.at.Children[i] = c.snapshot()
			todo = append(todo, place{c, &p.at.Children[i]})
		}
	}
	return root
}

// snapshot looks at n alone.
func (n *Node) snapshot() Snapshot {
	n.mu.Lock()
	s := Snapshot{Name: n.Name(), Activity: n.activity()}
	switch {
	case n.life() != nil:
		s.Restarts = n.life().restarts
	case n.body != nil:
		s.Restarts, s.Mailbox = n.body.counts()
	}
	n.mu.Unlock()
	if s.Mailbox != nil {
		n.body.mailbox(s.Mailbox)
	}
	n.look(&s)
	return s
}

// String returns the line that is the node's in [Node.Tree], without its pipes.
func (s Snapshot) String() string {
	text := s.Name + " " + s.Activity
	if m := s.Mailbox; m != nil {
		text += m.String()
	}
	if s.Failures > 0 {
		text += fmt.Sprintf(", %d failures", s.Failures)
	}
	if s.Lost > 0 {
		text += fmt.Sprintf(", %d lost", s.Lost)
	}
	if s.Restarts > 0 {
		text += fmt.Sprintf(", %d restarts", s.Restarts)
	}
	return text
}

// String returns what there is to be said, each thing after a comma.
func (m *MailboxSnapshot) String() string {
	var b strings.Builder
	if m.Working {
		b.WriteString(", working")
	}
	if m.In > 0 {
		fmt.Fprintf(&b, ", %d in", m.In)
	}
	writeWaiting(&b, m.Depth(), m.HWM, m.Age, m.Full)
	if m.Failures > 0 {
		fmt.Fprintf(&b, ", %d failures", m.Failures)
	}
	if m.Lost > 0 {
		fmt.Fprintf(&b, ", %d lost", m.Lost)
	}
	if m.Busy > 0 {
		fmt.Fprintf(&b, ", busy %.0f%%", 100*m.Load(nil))
	}
	return b.String()
}

// counts returns what is counted of ends. It implements body.
func (c *core) counts() (restarts int, m *MailboxSnapshot) {
	m = &MailboxSnapshot{HWM: c.opts.HWM}
	if c.rare != nil {
		restarts, m.Failures, m.Lost = c.rare.restarts, c.rare.failures, c.rare.lost
		m.Dropped, m.Refused, m.Waited = c.rare.dropped, c.rare.refused, c.rare.waited
	}
	return restarts, m
}

// mailbox fills in what the queue counts. It implements body.
func (c *cell[M]) mailbox(m *MailboxSnapshot) {
	q := c.q.Counts()
	m.In, m.Taken, m.Full, m.Working = q.Put, q.Taken, q.Outcome == mailbox.Full, q.Awake
	c.observe(m, q.Next, q.Oldest)
}

// count changes what is counted of ends, and of sends that find no room.
func (c *core) count(change func(s *seldom)) {
	c.node.mu.Lock()
	defer c.node.mu.Unlock()
	change(c.seldom())
}
