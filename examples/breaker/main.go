// Breaker is a typed request/reply service with supervision and a circuit breaker: two
// actors, of which one answers questions and may fail, and the other stands before it.
//
//	asker ---> guard (breaker) ---> prices (restarted when it fails)
//
//	go run ./examples/breaker
//
// It shows a day in the life of the service: it answers, it breaks and is
// restarted again and again, the breaker opens and answers in its place, and after a rest a
// trial finds it healed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/zeroactor/zmq/actor"
)

// Settings of the breaker.
const (
	failureLimit = 3
	coolDown     = 500 * time.Millisecond
	patience     = 5 * time.Second
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "breaker:", err)
		os.Exit(1)
	}
}

var errDown = errors.New("the exchange is down")

// An exchange is where prices come from. It can be down.
type exchange struct {
	mu       sync.Mutex
	down     bool
	failures int // of the service
}

func (x *exchange) lookUp(_ context.Context, symbol string) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.down {
		return 0, errDown
	}
	return 100 + len(symbol), nil
}

func (x *exchange) set(down bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.down = down
}

func (x *exchange) failed() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.failures++
}

func (x *exchange) count() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.failures
}

// run shows the service.
func run(ctx context.Context, w io.Writer) error {
	var x exchange
	cfg := actor.Config{
		OnFailure:   func(string, error) { x.failed() },
		DeadLetters: func(actor.DeadLetter) {}, // who asked is told
	}
	return actor.Run(ctx, cfg, func(ctx context.Context, s *actor.Supervisor) error {
		g, err := serve(s, x.lookUp)
		if err != nil {
			return err
		}
		ask := func(symbol string) {
			price, err := price(ctx, g, symbol)
			fmt.Fprintln(w, symbol, price, err)
		}
		ask("gold")
		x.set(true)
		for range failureLimit + 2 {
			ask("tin")
		}
		x.set(false)
		ask("lead")
		select {
		case <-time.After(coolDown):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		ask("iron")
		how, err := actor.Ask(ctx, g, func(r actor.ReplyTo[string]) guardMsg { return state{r} })
		fmt.Fprintf(w, "the service failed %d times, and the breaker is %s\n", x.count(), how)
		return err
	})
}

// serve starts the service and its guard.
func serve(s *actor.Supervisor, lookUp func(context.Context, string) (int, error)) (actor.Ref[guardMsg], error) {
	service, err := actor.Start(s, "prices", func(actor.Ref[quote]) actor.Actor[quote] { return prices{lookUp} })
	if err != nil {
		return actor.Ref[guardMsg]{}, err
	}
	b := &breaker{limit: failureLimit, cool: coolDown}
	return actor.Start(s, "guard", func(self actor.Ref[guardMsg]) actor.Actor[guardMsg] {
		return &guard{self: self, service: service, patience: patience, breaker: b}
	})
}

// price asks for a price.
func price(ctx context.Context, g actor.Ref[guardMsg], symbol string) (int, error) {
	return actor.Ask(ctx, g, func(r actor.ReplyTo[int]) guardMsg { return quote{symbol, r} })
}
