// Command protoactor is a peer of bench over github.com/asynkron/protoactor-go. Its
// mailboxes have no bound, so that a flood does not wait for who handles it.
package main

import (
	"log/slog"
	"os"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

func main() { os.Exit(peer.RunTroupe(troupe{actor.NewActorSystem(actor.WithLoggerFactory(quiet))})) }

// quiet is a logger that says what is wrong.
func quiet(*actor.ActorSystem) *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

type troupe struct{ *actor.ActorSystem }

// Name returns the library's name.
func (troupe) Name() string { return "protoactor" }

// behaviour is an actor that is given its messages.
type behaviour func(ctx actor.Context, note *peer.Note)

// Receive handles a message, and nothing else.
func (b behaviour) Receive(ctx actor.Context) {
	if note, ok := ctx.Message().(*peer.Note); ok {
		b(ctx, note)
	}
}

func (t troupe) start(b behaviour) *actor.PID {
	return t.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return b }))
}

func (t troupe) flood(to *actor.PID) peer.Flood {
	return func(n int) error {
		note := new(peer.Note)
		for range n {
			t.Root.Send(to, note)
		}
		return nil
	}
}

func (t troupe) counter(g *peer.Goal) *actor.PID {
	return t.start(func(actor.Context, *peer.Note) { g.Hit() })
}

// Counter starts one actor.
func (t troupe) Counter(g *peer.Goal) (peer.Flood, error) { return t.flood(t.counter(g)), nil }

// Ring starts an actor for each place.
func (t troupe) Ring(size int, g *peer.Goal) (peer.Flood, error) {
	ring := make([]*actor.PID, size)
	for i := range ring {
		ring[i] = t.start(func(ctx actor.Context, note *peer.Note) {
			if note.Left--; note.Left == 0 {
				g.Hit()
				return
			}
			ctx.Send(ring[(i+1)%size], note)
		})
	}
	return func(n int) error {
		t.Root.Send(ring[0], &peer.Note{Left: n})
		return nil
	}, nil
}

// Chain starts an actor for each place.
func (t troupe) Chain(size int, g *peer.Goal) (peer.Flood, error) {
	to := t.counter(g)
	for range size - 1 {
		next := to
		to = t.start(func(ctx actor.Context, note *peer.Note) { ctx.Send(next, note) })
	}
	return t.flood(to), nil
}

// patience is how long an answer may take: longer than a sample.
const patience = time.Minute

// Asker asks from outside.
func (t troupe) Asker() (peer.Flood, error) {
	answer := new(peer.Note)
	to := t.start(func(ctx actor.Context, _ *peer.Note) { ctx.Respond(answer) })
	return func(n int) error {
		note := new(peer.Note)
		for range n {
			if _, err := t.Root.RequestFuture(to, note, patience).Result(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// Spawner starts and stops actors without a name.
func (t troupe) Spawner() (peer.Flood, error) {
	nothing := behaviour(func(actor.Context, *peer.Note) {})
	return func(n int) error {
		for range n {
			if err := t.Root.StopFuture(t.start(nothing)).Wait(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// Crowd starts actors.
func (t troupe) Crowd(size int) (any, error) {
	nothing := behaviour(func(actor.Context, *peer.Note) {})
	for range size {
		t.start(nothing)
	}
	return t, nil
}
