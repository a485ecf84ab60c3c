// Package actormetrics gives the figures of actors to Prometheus and to OpenTelemetry:
//
//	prometheus.MustRegister(actormetrics.NewCollector(supervisor.Node(), actormetrics.Options{}))
//	registration, err := actormetrics.Register(meter, supervisor.Node(), actormetrics.Options{})
//
// They are those of [actor.Node.Snapshot], which is taken whenever somebody asks, and only
// then. Each is of one actor, whose path is the attribute "actor".
//
// The package is a module of its own, so that who has no use for it needs none of what
// it stands on.
package actormetrics

import (
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

func (o Options) maxNodes() int {
	if o.MaxNodes == 0 {
		return DefaultMaxNodes
	}
	return max(o.MaxNodes, 1)
}

// A figure is one of the things to know of an actor.
type figure struct {
	name    string // as in "messages.in"
	unit    string // as OpenTelemetry writes it
	help    string
	counter bool // it only grows
	of      func(s *actor.Snapshot) float64
}

// figures returns all there are.
func figures() []figure {
	return []figure{
		{"messages.in", "{message}", "Messages that have come into the mailbox.", true, func(s *actor.Snapshot) float64 { return float64(s.Mailbox.In) }},
		{"messages.taken", "{message}", "Messages that the actor has taken out of its mailbox.", true, func(s *actor.Snapshot) float64 { return float64(s.Mailbox.Taken) }},
		{"messages.failed", "{message}", "Messages that the actor failed with.", true, func(s *actor.Snapshot) float64 { return float64(s.Mailbox.Failures) }},
		{"messages.lost", "{message}", "Messages that became dead letters.", true, func(s *actor.Snapshot) float64 { return float64(s.Mailbox.Lost) }},
		{"messages.dropped", "{message}", "Messages that became dead letters as there was no room.", true, func(s *actor.Snapshot) float64 { return float64(s.Mailbox.Dropped) }},
		{"sends.refused", "{send}", "Sends that found no room and were not to wait.", true, func(s *actor.Snapshot) float64 { return float64(s.Mailbox.Refused) }},
		{"sends.waited", "{send}", "Sends that found no room and waited.", true, func(s *actor.Snapshot) float64 { return float64(s.Mailbox.Waited) }},
		{"restarts", "{restart}", "Restarts of the actor.", true, func(s *actor.Snapshot) float64 { return float64(s.Restarts) }},
		{"busy", "s", "Time that the actor has been at work, since somebody looked first.", true, func(s *actor.Snapshot) float64 { return s.Mailbox.Busy.Seconds() }},
		{"mailbox.depth", "{message}", "Messages that wait in the mailbox.", false, func(s *actor.Snapshot) float64 { return float64(s.Mailbox.Depth()) }},
		{"mailbox.limit", "{message}", "High-water mark of the mailbox.", false, func(s *actor.Snapshot) float64 { return float64(s.Mailbox.HWM) }},
		{"mailbox.full", "1", "1 if the next message finds no room in the mailbox, or else 0.", false, func(s *actor.Snapshot) float64 { return truth(s.Mailbox.Full) }},
		{"mailbox.age", "s", "Time that the oldest message has waited at least.", false, func(s *actor.Snapshot) float64 { return s.Mailbox.Age.Seconds() }},
		{"working", "1", "1 if the actor is at work, or else 0.", false, func(s *actor.Snapshot) float64 { return truth(s.Mailbox.Working) }},
	}
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

// look calls each for all actors that there are figures of, and returns how many nodes
// were left out.
func look(root *actor.Node, o Options, each func(path string, s *actor.Snapshot)) (omitted int) {
	tree := root.Snapshot(o.maxNodes())
	top := strings.TrimSuffix(root.Path(), tree.Name)
	type place struct {
		s    *actor.Snapshot
		path string
	}
	for todo := []place{{&tree, top + tree.Name}}; len(todo) > 0; todo = todo[1:] {
		at := todo[0]
		omitted += at.s.Omitted
		if at.s.Mailbox != nil && (o.Unnamed || !strings.HasPrefix(at.s.Name, "~")) {
			each(at.path, at.s)
		}
		for i := range at.s.Children {
			c := &at.s.Children[i]
			todo = append(todo, place{c, at.path + "/" + c.Name})
		}
	}
	return omitted
}
