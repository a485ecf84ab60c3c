package patterns_test

import (
	"context"
	"fmt"

	"github.com/zeroactor/zmq/patterns"
)

// A monitor made before Bind sees all that happens until the socket is closed.
func ExamplePull_Monitor() {
	ctx := context.Background()
	pull, err := patterns.NewPull()
	if err != nil {
		panic(err)
	}
	events := pull.Monitor(ctx)
	ep, err := pull.Bind("tcp://127.0.0.1:*")
	if err != nil {
		panic(err)
	}
	push, err := patterns.NewPush()
	if err != nil {
		panic(err)
	}
	if err := push.Connect(ep.String()); err != nil {
		panic(err)
	}
	for ev := range events {
		fmt.Println(ev.Kind)
		switch ev.Kind {
		case patterns.HandshakeSucceeded:
			fmt.Println("the peer is a", ev.Peer.SocketType)
			push.Close()
		case patterns.Disconnected:
			go pull.Close()
		}
	}
	// Output:
	// Listening
	// Accepted
	// HandshakeSucceeded
	// the peer is a PUSH
	// Disconnected
	// Closed
	// MonitorStopped
}
