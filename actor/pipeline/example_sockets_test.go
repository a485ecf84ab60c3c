package pipeline_test

import (
	"context"
	"fmt"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/patterns"
)

// A socket's methods are a source and a sink as they are: here a pipeline gives to
// another one, which may be in another process, over PUSH and PULL. A stage that is slow
// slows the network down.
func Example_sockets() {
	push, err := patterns.NewPush()
	if err != nil {
		fmt.Println(err)
		return
	}
	endpoint, err := push.Bind("tcp://127.0.0.1:*")
	if err != nil {
		fmt.Println(err)
		return
	}
	first := pipeline.New(pipeline.Config{Name: "first"})
	messages := pipeline.Map(pipeline.Values(first, upTo(3)), func(v int) (*zmq.Message, error) {
		return zmq.NewMessage(fmt.Sprint("message ", v)), nil
	})
	pipeline.ForEach(messages, push.Send)
	ended := make(chan error)
	go func() { ended <- first.Run(context.Background()) }()

	pull, err := patterns.NewPull()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pull.Close()
	if err := pull.Connect(endpoint.String()); err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	second := pipeline.New(pipeline.Config{Name: "second"})
	got := 0
	pipeline.ForEach(pipeline.Source(second, pull.Messages), func(_ context.Context, m *zmq.Message) error {
		defer m.Release()
		fmt.Printf("%s\n", m.Frame(0))
		if got++; got == 3 {
			cancel() // nobody tells a PULL that there will be no more
		}
		return nil
	})
	fmt.Println(second.Run(ctx))
	fmt.Println(<-ended, push.Close())
	// Output:
	// message 0
	// message 1
	// message 2
	// pipeline second: context canceled
	// <nil> <nil>
}
