// Package actormetrics gives the figures of actors to Prometheus and to OpenTelemetry:
//
//	prometheus.MustRegister(actormetrics.NewCollector(supervisor.Node(), actormetrics.Options{}))
//	registration, err := actormetrics.Register(meter, supervisor.Node(), actormetrics.Options{})
//
// They are those of [actor.Node.Snapshot], which is taken whenever somebody asks, and only
// then. Each is of one actor, or stage of a pipeline, whose path is the attribute "actor"; or of one of the pipes
// of that, the edges by which a stage gets its items, whose name is the attribute "pipe".
//
// The package is a module of its own, so that who has no use for it needs none of what
// it stands on.
package actormetrics

import (
	"fmt"
	"strings"

	"github.com/zeroactor/zmq/actor"
)

// DefaultMaxNodes is the [Options.MaxNodes] of who names none: a few thousand time series are
// what monitoring bears.
const DefaultMaxNodes = 1000

// Options say of whom there are figures. The zero value is fine.
type Options struct {
	// MaxNodes is at how many nodes of the tree to look, parents before children. How
	// many more there are is a figure as well. 0 is [DefaultMaxNodes]; it must not be
	// negative.
	MaxNodes int

	// Unnamed has figures of actors that were started without a name, too. They
	// have numbers, which are never used again: each makes time series of its own.
	Unnamed bool
}

// Names of attributes.
const (
	actorLabel = "actor"
	pipeLabel  = "pipe"
)

func (o Options) maxNodes() int {
	if o.MaxNodes == 0 {
		return DefaultMaxNodes
	}
	return max(o.MaxNodes, 1)
}

// A figure is one of the things to know of an actor, or of a pipe.
type figure struct {
	name    string // as in "messages.in"
	unit    string // as OpenTelemetry writes it
	help    string
	counter bool // it only grows

	// One of these is set.
	ofActor func(s *actor.Snapshot) float64
	ofBox   func(m *actor.MailboxSnapshot) float64 // only of an actor that has a mailbox
	ofPipe  func(p *actor.PipeSnapshot) float64
}

// labels are the names of its attributes.
func (f figure) labels() []string {
	if f.ofPipe != nil {
		return []string{actorLabel, pipeLabel}
	}
	return []string{actorLabel}
}

// figures returns all there are.
func figures() []figure {
	type (
		node = actor.Snapshot
		box  = actor.MailboxSnapshot
		pipe = actor.PipeSnapshot
	)
	return []figure{
		{name: "messages.in", unit: "{message}", help: "Messages that have come into the mailbox.", counter: true, ofBox: func(m *box) float64 { return float64(m.In) }},
		{name: "messages.taken", unit: "{message}", help: "Messages that the actor has taken out of its mailbox.", counter: true, ofBox: func(m *box) float64 { return float64(m.Taken) }},
		{name: "messages.failed", unit: "{message}", help: "Messages, or items, that the actor failed with.", counter: true, ofActor: failed},
		{name: "messages.lost", unit: "{message}", help: "Messages, or items, that became dead letters.", counter: true, ofActor: lost},
		{name: "messages.dropped", unit: "{message}", help: "Messages that became dead letters as there was no room.", counter: true, ofBox: func(m *box) float64 { return float64(m.Dropped) }},
		{name: "sends.refused", unit: "{send}", help: "Sends that found no room and were not to wait.", counter: true, ofBox: func(m *box) float64 { return float64(m.Refused) }},
		{name: "sends.waited", unit: "{send}", help: "Sends that found no room and waited.", counter: true, ofBox: func(m *box) float64 { return float64(m.Waited) }},
		{name: "restarts", unit: "{restart}", help: "Restarts of the actor.", counter: true, ofActor: func(s *node) float64 { return float64(s.Restarts) }},
		{name: "busy", unit: "s", help: "Time that the actor has been at work, since somebody looked first.", counter: true, ofBox: func(m *box) float64 { return m.Busy.Seconds() }},
		{name: "mailbox.depth", unit: "{message}", help: "Messages that wait in the mailbox.", ofBox: func(m *box) float64 { return float64(m.Depth()) }},
		{name: "mailbox.limit", unit: "{message}", help: "High-water mark of the mailbox.", ofBox: func(m *box) float64 { return float64(m.HWM) }},
		{name: "mailbox.full", unit: "1", help: "1 if the next message finds no room in the mailbox, or else 0.", ofBox: func(m *box) float64 { return truth(m.Full) }},
		{name: "mailbox.age", unit: "s", help: "Time that the oldest message has waited at least.", ofBox: func(m *box) float64 { return m.Age.Seconds() }},
		{name: "working", unit: "1", help: "1 if the actor is at work, or else 0.", ofBox: func(m *box) float64 { return truth(m.Working) }},
		{name: "pipe.in", unit: "{item}", help: "Items that have come into the pipe.", counter: true, ofPipe: func(p *pipe) float64 { return float64(p.In) }},
		{name: "pipe.taken", unit: "{item}", help: "Items that have left the pipe.", counter: true, ofPipe: func(p *pipe) float64 { return float64(p.Taken) }},
		{name: "pipe.waited", unit: "{wait}", help: "Times that who gives has waited for room in the pipe.", counter: true, ofPipe: func(p *pipe) float64 { return float64(p.Waited) }},
		{name: "pipe.starved", unit: "{look}", help: "Times that who takes has found nothing in the pipe.", counter: true, ofPipe: func(p *pipe) float64 { return float64(p.Starved) }},
		{name: "pipe.depth", unit: "{item}", help: "Items that wait in the pipe.", ofPipe: func(p *pipe) float64 { return float64(p.Depth()) }},
		{name: "pipe.limit", unit: "{item}", help: "High-water mark of the pipe, or 0 if it has none.", ofPipe: func(p *pipe) float64 { return float64(p.HWM) }},
		{name: "pipe.full", unit: "1", help: "1 if the next item finds no room in the pipe, or else 0.", ofPipe: func(p *pipe) float64 { return truth(p.Full) }},
		{name: "pipe.age", unit: "s", help: "Time that the oldest item has waited in the pipe at least.", ofPipe: func(p *pipe) float64 { return p.Age.Seconds() }},
	}
}

func failed(s *actor.Snapshot) float64 {
	if s.Mailbox != nil {
		return float64(s.Mailbox.Failures)
	}
	return float64(s.Failures)
}

func lost(s *actor.Snapshot) float64 {
	if s.Mailbox != nil {
		return float64(s.Mailbox.Lost)
	}
	return float64(s.Lost)
}

// How the one figure that is not of an actor is called.
const (
	omittedName = "omitted"
	omittedHelp = "Nodes of the tree that were not looked at."
)

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// look calls each for all figures, with those that there are of actors and pipes, and returns how many nodes
// were left out. labels are the values of the figure's attributes.
func look(root *actor.Node, o Options, all []figure, each func(figure int, value float64, labels ...string)) (omitted int) {
	tree := root.Snapshot(o.maxNodes())
	top := strings.TrimSuffix(root.Path(), tree.Name)
	paths := make(names)
	type place struct {
		s    *actor.Snapshot
		path string
	}
	for todo := []place{{&tree, top + tree.Name}}; len(todo) > 0; todo = todo[1:] {
		at := todo[0]
		omitted += at.s.Omitted
		if hasFigures(at.s) && (o.Unnamed || !strings.HasPrefix(at.s.Name, "~")) {
			tell(at.s, paths.once(at.path), all, each)
		}
		for i := range at.s.Children {
			c := &at.s.Children[i]
			todo = append(todo, place{c, at.path + "/" + c.Name})
		}
	}
	return omitted
}

// hasFigures reports whether a node is an actor or has pipes.
func hasFigures(s *actor.Snapshot) bool { return s.Mailbox != nil || len(s.Pipes) > 0 }

// names counts how often each has been seen: stages, and pipes, may have the same, and time series must not.
type names map[string]int

// once returns a name that it has not returned before.
func (n names) once(name string) string {
	if n[name]++; n[name] > 1 {
		return fmt.Sprintf("%s (%d)", name, n[name])
	}
	return name
}

// tell calls each for the figures of a node.
func tell(s *actor.Snapshot, path string, all []figure, each func(figure int, value float64, labels ...string)) {
	seen := make(names)
	pipes := make([]string, len(s.Pipes))
	for i, p := range s.Pipes {
		pipes[i] = seen.once(p.Name)
	}
	for i, f := range all {
		switch {
		case f.ofActor != nil:
			each(i, f.ofActor(s), path)
		case f.ofBox != nil && s.Mailbox != nil:
			each(i, f.ofBox(s.Mailbox), path)
		case f.ofPipe != nil:
			for j := range s.Pipes {
				each(i, f.ofPipe(&s.Pipes[j]), path, pipes[j])
			}
		}
	}
}
