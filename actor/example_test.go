package actor_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/zeroactor/zmq/actor"
)

// A worker that finishes gracefully: it is told to stop and says so.
func ExampleNode_Spawn() {
	root := actor.NewRoot("app", actor.Options{})
	ready := make(chan struct{})
	worker, err := root.Spawn("worker", actor.Spec{
		Run: func(ctx context.Context, self *actor.Node) error {
			fmt.Println("running", self.Path())
			close(ready)
			select {
			case <-self.Stopping():
				fmt.Println("finishing")
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		},
		OnExit: func(self *actor.Node, err error) { fmt.Println("exit:", err) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	<-ready
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	fmt.Println(root.Stop(ctx), worker.Err())
	// Output:
	// running /app/worker
	// finishing
	// exit: <nil>
	// <nil> <nil>
}

// A connecter that dials again, with growing delays, until it is refused for
// good.
func ExampleFinal() {
	refused := errors.New("refused")
	root := actor.NewRoot("app", actor.Options{
		OnFailure: func(n *actor.Node, err error) { fmt.Printf("%s: %v\n", n.Path(), err) },
	})
	tries := 0
	dialer, err := root.Spawn("dialer", actor.Spec{
		Restart:     actor.Transient,
		MaxRestarts: -1,
		Backoff:     actor.Exponential{First: time.Millisecond, Max: time.Second}.Delay,
		Run: func(ctx context.Context, self *actor.Node) error {
			if tries++; tries < 3 {
				return fmt.Errorf("try %d: nobody there", tries)
			}
			return actor.Final(refused)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = dialer.Wait(context.Background())
	fmt.Println(errors.Is(err, refused), root.Stop(context.Background()))
	// Output:
	// /app/dialer: try 1: nobody there
	// /app/dialer: try 2: nobody there
	// /app/dialer: refused
	// true <nil>
}

// A socket is passive: it has a place in the tree and no goroutine.
func ExampleNode_Tree() {
	root := actor.NewRoot("context", actor.Options{})
	defer root.Stop(context.Background())
	socket, _ := root.Spawn("PUSH#1", actor.Spec{})
	for _, name := range []string{"tcp://127.0.0.1:5555", "ipc:///tmp/sock"} {
		socket.Spawn(name, actor.Spec{Run: func(ctx context.Context, self *actor.Node) error {
			<-self.Stopping()
			return nil
		}})
	}
	root.Tree(os.Stdout)
	// Output:
	// context passive
	//   PUSH#1 passive
	//     tcp://127.0.0.1:5555 running
	//     ipc:///tmp/sock running
}

// Who does not stop when asked is killed at the deadline.
func ExampleNode_Stop() {
	root := actor.NewRoot("app", actor.Options{})
	stubborn, err := root.Spawn("stubborn", actor.Spec{
		Run: func(ctx context.Context, self *actor.Node) error {
			<-ctx.Done()
			return context.Cause(ctx)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(root.Stop(ctx))
	fmt.Println(errors.Is(stubborn.Err(), actor.ErrKilled))
	// Output:
	// stop app: actor: killed: context deadline exceeded
	// true
}

// The first delays of a back-off that gives up after four tries.
func ExampleExponential() {
	backoff := actor.Exponential{First: 100 * time.Millisecond, Max: 300 * time.Millisecond, Tries: 4}
	for attempt := 1; ; attempt++ {
		delay, ok := backoff.Delay(attempt, 0)
		if !ok {
			break
		}
		fmt.Println(delay)
	}
	// Output:
	// 100ms
	// 200ms
	// 300ms
	// 300ms
}
