package patterns_test

import (
	"context"
	"fmt"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// A proxy shares the requests of many clients among many services.
func ExampleProxy() {
	ctx := context.Background()
	front, err := patterns.NewRouter()
	if err != nil {
		panic(err)
	}
	defer front.Close()
	back, err := patterns.NewDealer()
	if err != nil {
		panic(err)
	}
	defer back.Close()
	for _, bind := range []func() (zmq.Endpoint, error){
		func() (zmq.Endpoint, error) { return front.Bind("inproc://example-clients") },
		func() (zmq.Endpoint, error) { return back.Bind("inproc://example-services") },
	} {
		if _, err := bind(); err != nil {
			panic(err)
		}
	}
	control := new(patterns.ProxyControl)
	ended := make(chan error)
	go func() { ended <- patterns.Proxy(ctx, front, back, patterns.Controlled(control)) }()

	service, err := patterns.NewRep()
	if err != nil {
		panic(err)
	}
	defer service.Close()
	if err := service.Connect("inproc://example-services"); err != nil {
		panic(err)
	}
	go func() {
		for request, err := range service.Requests(ctx) {
			if err != nil {
				return // closed
			}
			request.ReplyBytes([]byte("hello, "), request.Frame(0))
		}
	}()

	client, err := patterns.NewReq()
	if err != nil {
		panic(err)
	}
	defer client.Close()
	if err := client.Connect("inproc://example-clients"); err != nil {
		panic(err)
	}
	var m zmq.Message
	m.AppendString("proxy")
	reply, err := client.Do(ctx, &m)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s%s\n", reply.Frame(0), reply.Frame(1))

	if err := control.Pause(ctx); err != nil { // so that everything is counted
		panic(err)
	}
	fmt.Println(control.Statistics().Front.Sent.Messages, "reply")
	control.Terminate()
	fmt.Println(<-ended)
	// Output:
	// hello, proxy
	// 1 reply
	// <nil>
}
