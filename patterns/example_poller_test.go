package patterns_test

import (
	"context"
	"fmt"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// A poller in a select with other channels.
func ExamplePoller() {
	ctx := context.Background()
	jobs, err := patterns.NewPull()
	if err != nil {
		panic(err)
	}
	defer jobs.Close()
	if _, err := jobs.Bind("inproc://example-poller"); err != nil {
		panic(err)
	}
	push, err := patterns.NewPush()
	if err != nil {
		panic(err)
	}
	defer push.Close()
	if err := push.Connect("inproc://example-poller"); err != nil {
		panic(err)
	}
	if err := push.SendBytes(ctx, []byte("a job")); err != nil {
		panic(err)
	}

	p := patterns.NewPoller()
	defer p.Close()
	if err := p.Add(jobs, patterns.PollIn); err != nil {
		panic(err)
	}
	quit := make(chan string, 1)
	timeout := time.After(time.Minute)
	var m zmq.Message
	for {
		select {
		case <-p.C():
			for _, ready := range p.Ready() {
				if ready.Socket == jobs && jobs.TryRecv(&m) == nil {
					fmt.Printf("%s\n", m.Frame(0))
					quit <- "done"
				}
			}
		case reason := <-quit:
			fmt.Println(reason)
			return
		case <-timeout:
			fmt.Println("nothing to do")
			return
		}
	}
	// Output:
	// a job
	// done
}
