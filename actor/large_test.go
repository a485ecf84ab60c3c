package actor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/invariant"
)

// A register has who handled a message and who ended, in order.
type register struct {
	mu             sync.Mutex
	handled, ended []int
}

// registered is an actor that writes into it.
type registered struct {
	*register
	number int
}

func (r registered) Receive(context.Context, int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handled = append(r.handled, r.number)
	return nil
}

func (r registered) Ended(context.Context, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = append(r.ended, r.number)
}

// startMany starts so many actors, under ten supervisors, and gives each a message.
func startMany(t *testing.T, s *Supervisor, n int, r *register) {
	t.Helper()
	for at := range 10 {
		below, err := Supervise(s, fmt.Sprint("group", at), Supervision{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range n / 10 {
			ref := mustStart(t, below, "", func(Ref[int]) Actor[int] { return registered{r, at*n/10 + i} })
			mustSend(t, t.Context(), ref, 1)
		}
	}
}

// A tree of 100,000 actors stops in order, the latest started first, and each has handled
// its message; or is killed at its deadline, and then no message is lost unnoticed either.
func TestLargeTreeStops(t *testing.T) {
	n := 100_000
	if invariant.Enabled {
		n = 10_000
	}
	r := &register{}
	s, err := New(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	startMany(t, s, n, r)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if len(r.handled) != n || len(r.ended) != n {
		t.Fatalf("%d messages handled, %d actors ended, want %d", len(r.handled), len(r.ended), n)
	}
	for i, number := range r.ended {
		if number != n-1-i {
			t.Fatalf("actor %d ended as number %d of %d", number, i, n)
		}
	}

	letters := 0
	r = &register{}
	s, err = New(t.Context(), Config{DeadLetters: func(DeadLetter) {
		r.mu.Lock()
		defer r.mu.Unlock()
		letters++
	}, KillGrace: 2 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	startMany(t, s, n, r)
	cancel()
	if err := s.Stop(ctx); !errors.Is(err, ErrKilled) {
		t.Errorf("%v", err)
	}
	if len(r.handled)+letters != n || len(r.ended) != n {
		t.Errorf("%d messages handled, %d dead letters, %d actors ended, want %d", len(r.handled), letters, len(r.ended), n)
	}
}
