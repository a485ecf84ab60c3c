//go:build !ypipemodel

package mailbox

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// TestTurnStress posts from many goroutines while others take the turn. The
// state they touch has no other lock, so that the race detector watches too.
func TestTurnStress(t *testing.T) {
	const goroutines, rounds = 4, 2000
	var turn Turn
	state, runs := 0, 0
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			var done atomic.Int32
			own := Event{Do: func() { runs++; done.Add(1) }}
			for i := range rounds {
				before := done.Load()
				turn.Post(&own)
				if i%3 == 0 {
					turn.Lock()
					state++
					turn.Unlock()
					// Whoever took it before us has run it before it let us in.
					if done.Load() == before {
						t.Error("an event waited for the next call")
						return
					}
				}
			}
		})
	}
	wg.Wait()
	turn.Lock()
	defer turn.Unlock()
	if want := goroutines * ((rounds + 2) / 3); state != want {
		t.Errorf("counted %d in the turn, want %d", state, want)
	}
	if runs < goroutines || runs > goroutines*rounds {
		t.Errorf("%d runs of %d posts", runs, goroutines*rounds)
	}
}

// An event that is posted while it waits runs once; while it runs, again.
func TestPostAgain(t *testing.T) {
	var turn Turn
	runs := 0
	var e Event
	e.Do = func() {
		if runs++; runs == 2 {
			turn.Post(&e)
		}
	}
	turn.Lock()
	turn.Post(&e)
	turn.Post(&e)
	if runs != 0 {
		t.Errorf("ran %d times while the turn was held", runs)
	}
	turn.Pending()
	if runs != 1 {
		t.Errorf("ran %d times for two posts before it ran, want 1", runs)
	}
	turn.Unlock()
	turn.Post(&e)
	if runs != 3 {
		t.Errorf("ran %d times, want 3: one more for itself", runs)
	}
}

// Events run oldest first.
func TestPostOrder(t *testing.T) {
	var turn Turn
	var order []int
	turn.Lock()
	for i := range 5 {
		turn.Post(&Event{Do: func() { order = append(order, i) }})
	}
	turn.Unlock()
	for i, v := range order {
		if i != v {
			t.Fatalf("order %v", order)
		}
	}
	if len(order) != 5 {
		t.Errorf("%d of 5 ran", len(order))
	}
}

// TestActivationStress wakes from many goroutines; whatever was there to do
// before a wake-up is done in the end.
func TestActivationStress(t *testing.T) {
	const goroutines, rounds = 4, 2000
	var due atomic.Int64
	done := int64(0) // of the activation
	all := make(chan struct{})
	a := NewActivation(func() {
		if n := due.Swap(0); n > 0 {
			if done += n; done == goroutines*rounds {
				close(all)
			}
		}
	})
	for range goroutines {
		go func() {
			for range rounds {
				due.Add(1)
				a.Wake()
			}
		}()
	}
	<-all
}

func TestActivationIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		proceed := make(chan struct{})
		a := NewActivation(func() {
			runs++
			<-proceed
		})
		a.Wake()
		synctest.Wait()
		a.Wake() // during work: once more
		a.Wake()
		for want := 1; want <= 2; want++ {
			synctest.Wait()
			if runs != want {
				t.Fatalf("%d runs, want %d", runs, want)
			}
			proceed <- struct{}{}
		}
		synctest.Wait()
		if runs != 2 {
			t.Errorf("%d runs, want 2", runs)
		}
		a.Wake()
		proceed <- struct{}{}
		synctest.Wait()
		if runs != 3 || a.state.Load() != idle {
			t.Errorf("%d runs, want 3; state %d", runs, a.state.Load())
		}
	})
}

// waiters joins n goroutines to a line and returns where they say that they were
// woken, or cancelled.
func waiters(turn *Turn, line *WaitList, ctx context.Context, n int) chan int {
	woken := make(chan int, n)
	for i := range n {
		turn.Lock()
		w := line.Join()
		turn.Unlock()
		go func() {
			if err := w.Wait(ctx); err != nil {
				i = -1
			}
			turn.Lock()
			line.Leave(w)
			turn.Unlock()
			woken <- i
		}()
	}
	return woken
}

func TestWaitListOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turn Turn
		var line WaitList
		line.Wake() // nobody
		woken := waiters(&turn, &line, context.Background(), 3)
		for want := range 3 {
			turn.Lock()
			line.Wake()
			turn.Unlock()
			if got := <-woken; got != want {
				t.Errorf("woke %d, want %d", got, want)
			}
			synctest.Wait()
			if n := len(woken); n != 0 {
				t.Errorf("woke %d more", n)
			}
		}
		if !line.Empty() {
			t.Error("somebody is left")
		}
		woken = waiters(&turn, &line, context.Background(), 3)
		turn.Lock()
		line.WakeAll()
		turn.Unlock()
		for range 3 {
			<-woken
		}
	})
}

func TestWaitListCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turn Turn
		var line WaitList
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(context.Background())
		woken := waiters(&turn, &line, ctx, 3)
		turn.Lock()
		w := line.Join()
		turn.Unlock()
		cancel(cause)
		for range 3 {
			if got := <-woken; got != -1 {
				t.Errorf("%d was woken", got)
			}
		}
		if err := w.Wait(ctx); err != cause {
			t.Errorf("Wait: %v, want the cause", err)
		}
		turn.Lock()
		defer turn.Unlock()
		line.Wake() // after it was cancelled, before it has left
		if !line.Leave(w) {
			t.Error("Leave does not say that it was woken")
		}
		if !line.Empty() {
			t.Error("somebody is left")
		}
		w = line.Join()
		if line.Leave(w) {
			t.Error("Leave says that it was woken")
		}
		if w = line.Join(); w.woken.clear() {
			t.Error("a place has kept its last wake-up")
		}
		line.Wake()
		if err := w.Wait(ctx); err != nil {
			t.Errorf("woken and cancelled: %v, want none", err)
		}
		line.Leave(w)
	})
}

func TestAllocations(t *testing.T) {
	var turn Turn
	e := Event{Do: func() {}}
	var line WaitList
	turns := 0
	ctx := context.Background()
	for name, f := range map[string]func(){
		"turn": func() { turn.Lock(); turns++; turn.Unlock() },
		"post": func() { turn.Post(&e) },
		"wait": func() {
			w := line.Join()
			line.Wake()
			if err := w.Wait(ctx); err != nil {
				t.Error(err)
			}
			line.Leave(w)
		},
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkTurn(b *testing.B) {
	var turn Turn
	turns := 0
	for b.Loop() {
		turn.Lock()
		turns++
		turn.Unlock()
	}
}

func BenchmarkPost(b *testing.B) {
	var turn Turn
	e := Event{Do: func() {}}
	for b.Loop() {
		turn.Post(&e)
	}
}

// BenchmarkWake measures from a wake-up to the work.
func BenchmarkWake(b *testing.B) {
	done := make(chan struct{})
	a := NewActivation(func() { done <- struct{}{} })
	for b.Loop() {
		a.Wake()
		<-done
	}
}
