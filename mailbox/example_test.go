//go:build !ypipemodel

package mailbox_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/zeroactor/zmq/mailbox"
)

// An event runs in the turn: by whoever posts it if the turn is free, else by
// its holder.
func ExampleTurn() {
	var turn mailbox.Turn
	state := 0
	arrived := mailbox.Event{Do: func() { state++; fmt.Println("state is", state) }}
	turn.Post(&arrived)

	turn.Lock()
	turn.Post(&arrived)
	fmt.Println("not yet: the turn is ours")
	turn.Unlock()
	// Output:
	// state is 1
	// not yet: the turn is ours
	// state is 2
}

// Who waits does so in line, outside the turn, as long as its context allows.
func ExampleWaitList() {
	var turn mailbox.Turn
	var line mailbox.WaitList
	turn.Lock()
	w := line.Join()
	line.Wake()
	turn.Unlock()
	err := w.Wait(context.Background())
	turn.Lock()
	fmt.Println(err, line.Leave(w))

	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("changed my mind"))
	w = line.Join()
	turn.Unlock()
	err = w.Wait(ctx)
	turn.Lock()
	fmt.Println(err, line.Leave(w), line.Empty())
	turn.Unlock()
	// Output:
	// <nil> true
	// changed my mind false true
}

// An activation has a goroutine only while there is work.
func ExampleActivation() {
	done := make(chan bool)
	a := mailbox.NewActivation(func() {
		fmt.Println("working")
		done <- true
	})
	a.Wake()
	<-done
	// Output: working
}
