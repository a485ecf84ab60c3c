package own

import (
	"context"
	"iter"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/bench/internal/peer"
)

type behaviour = actor.Func[*peer.Note]

// tree returns a tree of actors, which lives as long as the process.
func tree() (*actor.Supervisor, error) { return actor.New(context.Background(), actor.Config{}) }

// start starts one actor.
func start(s *actor.Supervisor, f behaviour) (actor.Ref[*peer.Note], error) {
	return actor.Start(s, "", func(actor.Ref[*peer.Note]) actor.Actor[*peer.Note] { return f })
}

// counter is an actor that counts.
func counter(s *actor.Supervisor, g *peer.Goal) (actor.Ref[*peer.Note], error) {
	return start(s, func(context.Context, *peer.Note) error {
		g.Hit()
		return nil
	})
}

func flood(to actor.Ref[*peer.Note]) peer.Flood {
	return func(n int) error {
		ctx, note := context.Background(), new(peer.Note)
		for range n {
			if err := to.Send(ctx, note); err != nil {
				return err
			}
		}
		return nil
	}
}

// Counter starts one actor.
func (*Library) Counter(g *peer.Goal) (peer.Flood, error) {
	s, err := tree()
	if err != nil {
		return nil, err
	}
	c, err := counter(s, g)
	return flood(c), err
}

// Ring starts an actor for each place.
func (*Library) Ring(size int, g *peer.Goal) (peer.Flood, error) {
	s, err := tree()
	if err != nil {
		return nil, err
	}
	ring := make([]actor.Ref[*peer.Note], size)
	for i := range ring {
		ring[i], err = start(s, func(ctx context.Context, note *peer.Note) error {
			if note.Left--; note.Left == 0 {
				g.Hit()
				return nil
			}
			return ring[(i+1)%size].Send(ctx, note)
		})
		if err != nil {
			return nil, err
		}
	}
	return func(n int) error { return ring[0].Send(context.Background(), &peer.Note{Left: n}) }, nil
}

// Chain starts an actor for each place.
func (*Library) Chain(size int, g *peer.Goal) (peer.Flood, error) {
	s, err := tree()
	if err != nil {
		return nil, err
	}
	to, err := counter(s, g)
	for range size - 1 {
		if err != nil {
			return nil, err
		}
		next := to
		to, err = start(s, func(ctx context.Context, note *peer.Note) error { return next.Send(ctx, note) })
	}
	return flood(to), err
}

// Stages runs a pipeline.
func (*Library) Stages(size int) (peer.Flood, error) {
	pass := func(note *peer.Note) (*peer.Note, error) { return note, nil }
	return func(n int) error {
		p := pipeline.New(pipeline.Config{})
		s := pipeline.Source(p, notes(n))
		for range size - 1 {
			s = pipeline.Map(s, pass)
		}
		pipeline.ForEach(s, func(context.Context, *peer.Note) error { return nil })
		return p.Run(context.Background())
	}, nil
}

// notes is a source of n notes.
func notes(n int) func(context.Context) iter.Seq2[*peer.Note, error] {
	return func(context.Context) iter.Seq2[*peer.Note, error] {
		return func(yield func(*peer.Note, error) bool) {
			note := new(peer.Note)
			for range n {
				if !yield(note, nil) {
					return
				}
			}
		}
	}
}

// Asker asks from outside.
func (*Library) Asker() (peer.Flood, error) {
	s, err := tree()
	if err != nil {
		return nil, err
	}
	type question = actor.ReplyTo[int]
	c, err := actor.Start(s, "", func(actor.Ref[question]) actor.Actor[question] {
		return actor.Func[question](func(_ context.Context, q question) error { return q.Send(1) })
	})
	return func(n int) error {
		for range n {
			if _, err := actor.Ask(context.Background(), c, func(r question) question { return r }); err != nil {
				return err
			}
		}
		return nil
	}, err
}

// Spawner starts and stops actors without a name.
func (*Library) Spawner() (peer.Flood, error) {
	s, err := tree()
	nothing := behaviour(func(context.Context, *peer.Note) error { return nil })
	return func(n int) error {
		for range n {
			c, err := start(s, nothing)
			if err != nil {
				return err
			}
			if err := c.Stop(context.Background()); err != nil {
				return err
			}
		}
		return nil
	}, err
}

// Crowd starts actors.
func (*Library) Crowd(size int) (any, error) {
	s, err := tree()
	nothing := behaviour(func(context.Context, *peer.Note) error { return nil })
	for range size {
		if err != nil {
			return nil, err
		}
		_, err = start(s, nothing)
	}
	return s, err
}
