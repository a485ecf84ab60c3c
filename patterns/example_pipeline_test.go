package patterns_test

import (
	"context"
	"fmt"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// A PUSH shares its messages among the workers that are connected. Close
// returns when all of them have been handed over.
func ExamplePush() {
	ctx := context.Background()
	tasks, err := patterns.NewPush(patterns.SendHWM(100), patterns.Linger(time.Minute))
	if err != nil {
		panic(err)
	}
	ep, err := tasks.Bind("tcp://127.0.0.1:*")
	if err != nil {
		panic(err)
	}
	done := make(chan int)
	go func() {
		worker, err := patterns.NewPull()
		if err != nil {
			panic(err)
		}
		defer worker.Close()
		if err := worker.Connect(ep.String()); err != nil {
			panic(err)
		}
		n := 0
		for m, err := range worker.Messages(ctx) {
			if err != nil {
				panic(err)
			}
			if n++; string(m.Frame(0)) == "last" {
				break
			}
		}
		done <- n
	}()
	for range 999 {
		if err := tasks.SendBytes(ctx, []byte("task"), []byte("its data")); err != nil {
			panic(err)
		}
	}
	if err := tasks.SendBytes(ctx, []byte("last")); err != nil {
		panic(err)
	}
	fmt.Println(<-done, "received,", tasks.Stats().Sent, "sent")
	fmt.Println(tasks.Close())
	// Output:
	// 1000 received, 1000 sent
	// <nil>
}

// A PULL takes the messages of all who push to it in turn. RecvInto reuses a
// message, and so allocates nothing.
func ExamplePull() {
	ctx := context.Background()
	pull, err := patterns.NewPull(patterns.InContext(patterns.NewContext()))
	if err != nil {
		panic(err)
	}
	defer pull.Close()
	ep, err := pull.Bind("ipc://*")
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
	for i := range 3 {
		if err := push.Send(ctx, zmq.NewMessage("result", fmt.Sprint(i))); err != nil {
			panic(err)
		}
	}
	var m zmq.Message
	for range 3 {
		if err := pull.RecvInto(ctx, &m); err != nil {
			panic(err)
		}
		fmt.Printf("%s %s\n", m.Frame(0), m.Frame(1))
	}
	push.Close()
	// Output:
	// result 0
	// result 1
	// result 2
}

// A context has inproc names of its own, and defaults for its sockets. Shutdown
// closes them all, and says what could not be handed over until its deadline.
func ExampleContext() {
	c := patterns.NewContext(patterns.Linger(-1), patterns.MaxSockets(10))
	push, err := patterns.NewPush(patterns.InContext(c))
	if err != nil {
		panic(err)
	}
	if err := push.Connect("tcp://127.0.0.1:1"); err != nil { // where nobody is
		panic(err)
	}
	if err := push.SendBytes(context.Background(), []byte("x")); err != nil {
		panic(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	fmt.Println(c.Shutdown(ctx))
	// Output: zmq: PUSH close: 1 messages dropped
}

// A proxy is paused, counted and ended from outside.
func ExampleProxyControl() {
	ctx := context.Background()
	in, _ := patterns.NewPull()
	defer in.Close()
	out, _ := patterns.NewPush()
	defer out.Close()
	in.Bind("inproc://example-in")
	out.Bind("inproc://example-out")
	control := new(patterns.ProxyControl)
	ended := make(chan error)
	go func() { ended <- patterns.Proxy(ctx, in, out, patterns.Controlled(control)) }()

	push, _ := patterns.NewPush()
	defer push.Close()
	pull, _ := patterns.NewPull()
	defer pull.Close()
	push.Connect("inproc://example-in")
	pull.Connect("inproc://example-out")
	push.SendBytes(ctx, []byte("through"))
	m, _ := pull.Recv(ctx)
	fmt.Printf("%s\n", m.Frame(0))

	control.Pause(ctx)
	push.SendBytes(ctx, []byte("later"))
	if err := pull.TryRecv(m); err != nil {
		fmt.Println("nothing while it is paused")
	}
	control.Resume()
	m, _ = pull.Recv(ctx)
	fmt.Printf("%s\n", m.Frame(0))
	control.Terminate()
	fmt.Println(<-ended)
	// Output:
	// through
	// nothing while it is paused
	// later
	// <nil>
}
