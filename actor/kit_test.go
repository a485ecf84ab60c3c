package actor_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/actortest"
)

// A mark is the n-th message of a sender.
type mark struct{ sender, n int }

// sorter handles messages of one sender only in even incarnations, and lays aside others;
// every message of which the number is a multiple of 7 fails it.
type sorter struct {
	self   actor.Ref[mark]
	handed func(mark)
	open   bool
}

func (s *sorter) Receive(_ context.Context, m mark) error {
	if m.sender == 0 && !s.open {
		return actor.ErrLater
	}
	if m.n%7 == 6 {
		return errors.New("a seventh")
	}
	if m.sender == 1 && m.n == 4 {
		s.open = true
		actor.Unstash(s.self)
	}
	s.handed(m)
	return nil
}

// Whoever has his turn when: the messages of one sender are handled in their order, over
// full mailboxes, restarts and being laid aside; and those that are not are dead letters.
func TestOrderInAnySchedule(t *testing.T) {
	const senders, each = 3, 10
	actortest.Run(t, actortest.Config{Actors: actor.Config{Supervision: actor.Supervision{MaxRestarts: 100}}}, func(k *actortest.Kit) {
		var handled []mark
		sink, err := actor.Start(k.Root(), "sink", func(self actor.Ref[mark]) actor.Actor[mark] {
			return &sorter{self: self, handed: func(m mark) { handled = append(handled, m) }}
		}, actor.HWM(4))
		k.NoError(err)
		for sender := range senders {
			a, err := actor.Start(k.Root(), fmt.Sprint("sender", sender), func(actor.Ref[int]) actor.Actor[int] {
				return actor.Func[int](func(ctx context.Context, n int) error { return sink.Send(ctx, mark{sender, n}) })
			}, actor.HWM(2))
			k.NoError(err)
			_, err = actor.Start(k.Root(), fmt.Sprint("source", sender), func(self actor.Ref[int]) actor.Actor[int] {
				if err := self.TrySend(0); err != nil {
					k.Errorf("%v", err)
				}
				return actor.Func[int](func(ctx context.Context, n int) error {
					if err := a.Send(ctx, n); err != nil || n == each-1 {
						return err
					}
					return self.Send(ctx, n+1)
				})
			})
			k.NoError(err)
		}
		k.Settle()
		k.NoError(sink.Stop(k.Context()))
		next := make(map[int]int)
		for _, m := range handled {
			if m.n < next[m.sender] {
				k.Errorf("%v after %d: %v", m, next[m.sender]-1, handled)
			}
			next[m.sender] = m.n + 1
		}
		dead := k.DeadLetters()
		if n := len(handled) + len(dead); n != senders*each {
			k.Errorf("%d handled, %d dead letters, want %d in all: %v, %v", len(handled), len(dead), senders*each, handled, dead)
		}
	})
}

// Actors that are restarted together, while one of them waits for room in the mailbox of
// another, do not wait for each other: what is in the way is told so, and is no failure.
func TestRestartTogetherWhileOneWaits(t *testing.T) {
	actortest.Run(t, actortest.Config{}, func(k *actortest.Kit) {
		group, err := actor.Supervise(k.Root(), "group", actor.Supervision{Strategy: actor.OneForAll})
		k.NoError(err)
		p := actortest.NewProbe[string](k, "probe")
		starts := make(map[string]int)
		start := func(name string, receive actor.Func[int], opts ...actor.Option) actor.Ref[int] {
			ref, err := actor.Start(group, name, func(actor.Ref[int]) actor.Actor[int] {
				starts[name]++
				return receive
			}, opts...)
			k.NoError(err)
			return ref
		}
		fails := start("fails", func(context.Context, int) error { return errors.New("boom") })
		var sink actor.Ref[int]
		pusher := start("pusher", func(ctx context.Context, n int) error {
			for range 10 {
				if err := sink.Send(ctx, n); err != nil {
					return err
				}
			}
			return p.Ref().Send(ctx, "pushed")
		})
		sink = start("sink", func(ctx context.Context, _ int) error {
			if starts["sink"] == 1 {
				<-ctx.Done()
			}
			return nil
		}, actor.HWM(2))
		k.NoError(pusher.Send(k.Context(), 1))
		k.Settle() // the pusher waits for room now
		k.NoError(fails.Send(k.Context(), 1))
		k.Settle()
		if dead := k.DeadLetters(); len(dead) != 2 || dead[0].To != "/actors/group/fails" || dead[1].To != "/actors/group/pusher" || !errors.Is(dead[1].Err, actor.ErrSibling) {
			k.Errorf("%v", dead)
		}
		if failures := k.Failures(); len(failures) != 1 {
			k.Errorf("%v", failures)
		}
		for name, n := range starts {
			if n != 2 {
				k.Errorf("%s was started %d times", name, n)
			}
		}
		k.NoError(pusher.Send(k.Context(), 2))
		p.Fish("that all is pushed", func(s string) bool { return s == "pushed" })
	})
}
