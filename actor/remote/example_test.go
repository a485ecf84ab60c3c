package remote_test

import (
	"context"
	"fmt"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/remote"
	"github.com/zeroactor/zmq/patterns"
)

type order struct {
	Item  string
	Count int
}

// A desk takes orders from other processes: here from the same one, over tcp.
func Example() {
	ctx := context.Background()
	router := must(patterns.NewRouter(patterns.RouterMandatory(true)))
	defer router.Close()
	at := must(router.Bind("tcp://127.0.0.1:*"))
	dealer := must(patterns.NewDealer())
	defer dealer.Close()
	if err := dealer.Connect(at.String()); err != nil {
		panic(err)
	}

	err := actor.Run(ctx, actor.Config{}, func(ctx context.Context, s *actor.Supervisor) error {
		done := make(chan string)
		desk, err := actor.Start(s, "desk", func(actor.Ref[order]) actor.Actor[order] {
			return actor.Func[order](func(_ context.Context, o order) error {
				done <- fmt.Sprintf("%d cups of %s", o.Count, o.Item)
				return nil
			})
		})
		if err != nil {
			return err
		}
		server := remote.NewServer(router)
		if err := remote.Export(server, "orders", desk, remote.JSON[order]()); err != nil {
			return err
		}
		serving, stop := context.WithCancel(ctx)
		defer stop()
		served := make(chan error)
		go func() { served <- server.Serve(serving) }()

		client := remote.NewClient(dealer)
		defer client.Close()
		orders := remote.To(client, "orders", remote.JSON[order]())
		if err := orders.Send(ctx, order{"tea", 2}); err != nil {
			return err
		}
		fmt.Println(<-done)
		fmt.Println(remote.To(client, "complaints", remote.Bytes()).Send(ctx, nil))
		stop()
		<-served
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 2 cups of tea
	// send to complaints: remote: unknown name (peer: remote: unknown name: "complaints")
}
