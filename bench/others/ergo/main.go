// Command ergo is a peer of bench over ergo.services/ergo. Its mailboxes have no
// bound, so that a flood does not wait for who handles it.
package main

import (
	"fmt"
	"os"

	"ergo.services/ergo"
	"ergo.services/ergo/act"
	"ergo.services/ergo/gen"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

func main() {
	opts := gen.NodeOptions{}
	opts.Network.Mode = gen.NetworkModeDisabled
	opts.Log.Level = gen.LogLevelError
	opts.Log.DefaultLogger.Disable = true
	node, err := ergo.StartNode("bench@localhost", opts)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(peer.RunTroupe(troupe{node}))
}

type troupe struct{ gen.Node }

// Name returns the library's name.
func (troupe) Name() string { return "ergo" }

// A process is an actor that is given its messages.
type process struct {
	act.Actor
	handle func(p *process, m any) error
	answer any
	ended  chan struct{} // closed at its end, if it is not nil
}

// HandleMessage handles a message.
func (p *process) HandleMessage(_ gen.PID, m any) error { return p.handle(p, m) }

// HandleCall answers a question.
func (p *process) HandleCall(gen.PID, gen.Ref, any) (any, error) { return p.answer, nil }

// Terminate tells of the end.
func (p *process) Terminate(error) {
	if p.ended != nil {
		close(p.ended)
	}
}

func (t troupe) start(p *process) (gen.PID, error) {
	return t.Spawn(func() gen.ProcessBehavior { return p }, gen.ProcessOptions{})
}

func (t troupe) counter(g *peer.Goal) (gen.PID, error) {
	return t.start(&process{handle: func(*process, any) error {
		g.Hit()
		return nil
	}})
}

func (t troupe) flood(to gen.PID) peer.Flood {
	return func(n int) error {
		note := new(peer.Note)
		for range n {
			if err := t.Send(to, note); err != nil {
				return err
			}
		}
		return nil
	}
}

// Counter starts one actor.
func (t troupe) Counter(g *peer.Goal) (peer.Flood, error) {
	to, err := t.counter(g)
	return t.flood(to), err
}

// Ring starts an actor for each place.
func (t troupe) Ring(size int, g *peer.Goal) (peer.Flood, error) {
	ring := make([]gen.PID, size)
	for i := range ring {
		pid, err := t.start(&process{handle: func(p *process, m any) error {
			note := m.(*peer.Note)
			if note.Left--; note.Left == 0 {
				g.Hit()
				return nil
			}
			return p.Send(ring[(i+1)%size], note)
		}})
		if err != nil {
			return nil, err
		}
		ring[i] = pid
	}
	return func(n int) error { return t.Send(ring[0], &peer.Note{Left: n}) }, nil
}

// Chain starts an actor for each place.
func (t troupe) Chain(size int, g *peer.Goal) (peer.Flood, error) {
	to, err := t.counter(g)
	for range size - 1 {
		if err != nil {
			return nil, err
		}
		next := to
		to, err = t.start(&process{handle: func(p *process, m any) error { return p.Send(next, m) }})
	}
	return t.flood(to), err
}

// Asker asks from another actor, as only these can.
func (t troupe) Asker() (peer.Flood, error) {
	to, err := t.start(&process{answer: new(peer.Note)})
	if err != nil {
		return nil, err
	}
	errs := make(chan error)
	asker, err := t.start(&process{handle: func(p *process, m any) error {
		note := m.(*peer.Note)
		for range note.Left {
			if _, err := p.Call(to, note); err != nil {
				errs <- err
				return nil
			}
		}
		errs <- nil
		return nil
	}})
	return func(n int) error {
		if err := t.Send(asker, &peer.Note{Left: n}); err != nil {
			return err
		}
		return <-errs
	}, err
}

// Spawner starts and stops actors.
func (t troupe) Spawner() (peer.Flood, error) {
	return func(n int) error {
		for range n {
			ended := make(chan struct{})
			pid, err := t.start(&process{ended: ended})
			if err != nil {
				return err
			}
			if err := t.SendExit(pid, gen.TerminateReasonNormal); err != nil {
				return err
			}
			<-ended
		}
		return nil
	}, nil
}

// Crowd starts actors.
func (t troupe) Crowd(size int) (any, error) {
	for range size {
		if _, err := t.start(&process{}); err != nil {
			return nil, err
		}
	}
	return t, nil
}
