package sim_test

import (
	"context"
	"fmt"
	"time"

	"github.com/zeroactor/zmq/patterns"
	"github.com/zeroactor/zmq/proptest/sim"
)

// Sockets talk over a network of one millisecond's delay, which cuts everything
// into pieces of up to three bytes.
func ExampleNetwork() {
	network := sim.New(sim.Config{Seed: 7, Latency: time.Millisecond, MaxPiece: 3})
	in := patterns.InContext(patterns.NewContext(patterns.Transport(network)))
	pull, err := patterns.NewPull(in)
	if err != nil {
		panic(err)
	}
	defer pull.Close()
	ep, err := pull.Bind("sim://host")
	if err != nil {
		panic(err)
	}
	push, err := patterns.NewPush(in)
	if err != nil {
		panic(err)
	}
	if err := push.Connect(ep.String()); err != nil {
		panic(err)
	}
	push.SendBytes(context.Background(), []byte("through thick and thin"))
	m, err := pull.Recv(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s\n", m.Frame(0))
	push.Close()
	// Output: through thick and thin
}
