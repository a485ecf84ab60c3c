package actorproto_test

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/actorproto"
	"github.com/zeroactor/zmq/actor/remote"
	"github.com/zeroactor/zmq/patterns"
)

// An actor takes messages of protocol buffers from other processes: here from the same one, over tcp.
func ExampleCodec() {
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
		heard := make(chan string)
		ear, err := actor.Start(s, "ear", func(actor.Ref[*wrapperspb.StringValue]) actor.Actor[*wrapperspb.StringValue] {
			return actor.Func[*wrapperspb.StringValue](func(_ context.Context, m *wrapperspb.StringValue) error {
				heard <- m.Value
				return nil
			})
		})
		if err != nil {
			return err
		}
		server := remote.NewServer(router)
		if err := remote.Export(server, "ear", ear, actorproto.Codec[*wrapperspb.StringValue]()); err != nil {
			return err
		}
		serving, stop := context.WithCancel(ctx)
		defer stop()
		served := make(chan error)
		go func() { served <- server.Serve(serving) }()

		client := remote.NewClient(dealer)
		defer client.Close()
		if err := remote.To(client, "ear", actorproto.Codec[*wrapperspb.StringValue]()).Send(ctx, wrapperspb.String("hello")); err != nil {
			return err
		}
		fmt.Println(<-heard)
		stop()
		<-served
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: hello
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
