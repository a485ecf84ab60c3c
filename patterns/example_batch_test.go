package patterns_test

import (
	"context"
	"fmt"
	"log"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// Many small messages are sent and received several times as fast in a Batch.
func ExamplePush_SendAll() {
	ctx := context.Background()
	pull, err := patterns.NewPull()
	if err != nil {
		log.Fatal(err)
	}
	defer pull.Close()
	if _, err := pull.Bind("inproc://samples"); err != nil {
		log.Fatal(err)
	}
	push, err := patterns.NewPush()
	if err != nil {
		log.Fatal(err)
	}
	defer push.Close()
	if err := push.Connect("inproc://samples"); err != nil {
		log.Fatal(err)
	}

	var out zmq.Batch
	for i := range 5 {
		out.Append(fmt.Append(nil, "sample ", i))
	}
	if err := push.SendAll(ctx, &out); err != nil { // which leaves out empty
		log.Fatal(err)
	}

	var in zmq.Batch
	for received := 0; received < 5; received += in.Len() {
		if err := pull.RecvAll(ctx, &in); err != nil { // as many as are there
			log.Fatal(err)
		}
		for body := range in.Frames() {
			fmt.Printf("%s\n", body)
		}
	}
	// Output:
	// sample 0
	// sample 1
	// sample 2
	// sample 3
	// sample 4
}
