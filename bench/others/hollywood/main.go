// Command hollywood is a peer of bench over github.com/anthdm/hollywood. Its
// mailboxes have no bound, so that a flood does not wait for who handles it.
package main

import (
	"os"
	"time"

	"github.com/anthdm/hollywood/actor"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

func main() {
	engine, err := actor.NewEngine(actor.NewEngineConfig())
	if err != nil {
		panic(err) // there is no other node that it might be in conflict with
	}
	os.Exit(peer.RunTroupe(troupe{engine}))
}

type troupe struct{ *actor.Engine }

// Name returns the library's name.
func (troupe) Name() string { return "hollywood" }

// behaviour is an actor that is given its messages.
type behaviour func(c *actor.Context, note *peer.Note)

// Receive handles a message, and nothing else.
func (b behaviour) Receive(c *actor.Context) {
	if note, ok := c.Message().(*peer.Note); ok {
		b(c, note)
	}
}

func (t troupe) start(b behaviour, opts ...actor.OptFunc) *actor.PID {
	return t.Spawn(func() actor.Receiver { return b }, "a", opts...)
}

func (t troupe) flood(to *actor.PID) peer.Flood {
	return func(n int) error {
		note := new(peer.Note)
		for range n {
			t.Send(to, note)
		}
		return nil
	}
}

func (t troupe) counter(g *peer.Goal) *actor.PID {
	return t.start(func(*actor.Context, *peer.Note) { g.Hit() })
}

// Counter starts one actor.
func (t troupe) Counter(g *peer.Goal) (peer.Flood, error) { return t.flood(t.counter(g)), nil }

// Ring starts an actor for each place.
func (t troupe) Ring(size int, g *peer.Goal) (peer.Flood, error) {
	ring := make([]*actor.PID, size)
	for i := range ring {
		ring[i] = t.start(func(c *actor.Context, note *peer.Note) {
			if note.Left--; note.Left == 0 {
				g.Hit()
				return
			}
			c.Send(ring[(i+1)%size], note)
		})
	}
	return func(n int) error {
		t.Send(ring[0], &peer.Note{Left: n})
		return nil
	}, nil
}

// Chain starts an actor for each place.
func (t troupe) Chain(size int, g *peer.Goal) (peer.Flood, error) {
	to := t.counter(g)
	for range size - 1 {
		next := to
		to = t.start(func(c *actor.Context, note *peer.Note) { c.Send(next, note) })
	}
	return t.flood(to), nil
}

// patience is how long an answer may take: longer than a sample.
const patience = time.Minute

// Asker asks from outside.
func (t troupe) Asker() (peer.Flood, error) {
	answer := new(peer.Note)
	to := t.start(func(c *actor.Context, _ *peer.Note) { c.Respond(answer) })
	return func(n int) error {
		note := new(peer.Note)
		for range n {
			if _, err := t.Request(to, note, patience).Result(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// Spawner starts and stops actors.
func (t troupe) Spawner() (peer.Flood, error) {
	nothing := behaviour(func(*actor.Context, *peer.Note) {})
	return func(n int) error {
		for range n {
			<-t.Stop(t.start(nothing)).Done()
		}
		return nil
	}, nil
}

// crowdInbox is the first size of mailboxes that are many: a million of the
// default's would take 28 gigabytes.
const crowdInbox = 16

// Crowd starts actors.
func (t troupe) Crowd(size int) (any, error) {
	nothing := behaviour(func(*actor.Context, *peer.Note) {})
	for range size {
		t.start(nothing, actor.WithInboxSize(crowdInbox))
	}
	return t, nil
}
