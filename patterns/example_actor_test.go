package patterns_test

import (
	"context"
	"fmt"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/patterns"
)

// A socket is the input of an actor, which sends its results over another one. While
// the actor is behind, nothing is received, and the peers wait.
func Example_actor() {
	c := patterns.NewContext()
	defer c.Close()
	in, ctx := patterns.InContext(c), context.Background()
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	pull, err := patterns.NewPull(in)
	must(err)
	results, err := patterns.NewPush(in)
	must(err)
	orders, err := patterns.NewPush(in)
	must(err)
	answers, err := patterns.NewPull(in)
	must(err)
	_, err = pull.Bind("inproc://orders")
	must(err)
	must(orders.Connect("inproc://orders"))
	_, err = results.Bind("inproc://results")
	must(err)
	must(answers.Connect("inproc://results"))

	err = actor.Run(ctx, actor.Config{}, func(ctx context.Context, s *actor.Supervisor) error {
		desk, err := actor.Start(s, "desk", func(actor.Ref[*zmq.Message]) actor.Actor[*zmq.Message] {
			return actor.Func[*zmq.Message](func(ctx context.Context, m *zmq.Message) error {
				defer m.Release()
				return results.SendBytes(ctx, fmt.Appendf(nil, "%s: done", m.Frame(0)))
			})
		})
		if err != nil {
			return err
		}
		if _, err := actor.Feed(s, "orders", pull.Recv, desk); err != nil {
			return err
		}
		if err := orders.SendBytes(ctx, []byte("tea")); err != nil {
			return err
		}
		m, err := answers.Recv(ctx)
		if err == nil {
			fmt.Printf("%s\n", m.Frame(0))
		}
		return err
	})
	must(err)
	// Output: tea: done
}
