package actor

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/mailbox"
)

// Whom an actor has woken runs, whatever the actor does after that.
func TestWokenByAnActor(t *testing.T) {
	boom := errors.New("boom")
	for what, after := range map[string]func(ctx context.Context, ran <-chan struct{}) error{
		"returns":          func(context.Context, <-chan struct{}) error { return nil },
		"fails":            func(context.Context, <-chan struct{}) error { return boom },
		"stops":            func(context.Context, <-chan struct{}) error { return ErrStop },
		"lays it aside":    func(context.Context, <-chan struct{}) error { return ErrLater },
		"panics":           func(context.Context, <-chan struct{}) error { panic(boom) },
		"exits":            func(context.Context, <-chan struct{}) error { runtime.Goexit(); return nil },
		"waits for it":     func(_ context.Context, ran <-chan struct{}) error { <-ran; return nil },
		"waits, and so on": func(_ context.Context, ran <-chan struct{}) error { <-ran; panic(boom) },
	} {
		t.Run(what, func(t *testing.T) {
			var d diary
			within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
				ran := make(chan struct{}, 2)
				heirs := make([]Ref[int], 2)
				for i := range heirs {
					heirs[i] = mustStart(t, s, "", func(Ref[int]) Actor[int] {
						return Func[int](func(context.Context, int) error { ran <- struct{}{}; return nil })
					})
				}
				waker := mustStart(t, s, "waker", func(Ref[int]) Actor[int] {
					return Func[int](func(ctx context.Context, _ int) error {
						for _, h := range heirs { // there is a place for one of them
							if err := h.Send(ctx, 1); err != nil {
								t.Error(err)
							}
						}
						return after(ctx, ran)
					})
				})
				mustSend(t, ctx, waker, 1)
				<-ran
				if what != "waits for it" && what != "waits, and so on" {
					<-ran
				}
			})
		})
	}
}

// Who is woken by an actor that then waits for something else is left for so long, and
// no longer; and an actor that always does so leaves nobody for long any more.
func TestPatience(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		late := make(chan time.Duration)
		heir := mustStart(t, s, "heir", func(Ref[time.Time]) Actor[time.Time] {
			return Func[time.Time](func(_ context.Context, sent time.Time) error {
				late <- time.Since(sent)
				return nil
			})
		})
		waker := mustStart(t, s, "waker", func(Ref[int]) Actor[int] {
			return Func[int](func(ctx context.Context, _ int) error {
				if err := heir.Send(ctx, time.Now()); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Hour)
				return nil
			})
		})
		for i := range leastPenalty + 2 {
			mustSend(t, ctx, waker, i)
			want := time.Duration(0)
			if i == 0 || i == leastPenalty+1 {
				want = mailbox.Patience
			}
			if took := <-late; took != want {
				t.Fatalf("message %d: left for %v, want %v", i, took, want)
			}
			synctest.Wait()
			time.Sleep(2 * time.Hour)
		}
	})
}

// An actor that leaves others for too long is trusted less each time, until they have not been
// for some time.
func TestTrust(t *testing.T) {
	var p pass
	for _, want := range []uint32{leastPenalty, 2 * leastPenalty, 4 * leastPenalty} {
		if p.punish(); p.shy != want {
			t.Fatalf("shy for %d messages, want %d", p.shy, want)
		}
	}
	for range proofs - 1 {
		p.praise()
	}
	if p.punish(); p.shy != 8*leastPenalty {
		t.Errorf("shy for %d messages: forgotten too soon", p.shy)
	}
	for range proofs {
		p.praise()
	}
	if p.punish(); p.shy != leastPenalty {
		t.Errorf("shy for %d messages: not forgotten", p.shy)
	}
	for range 40 {
		p.punish()
	}
	if p.shy != mostPenalty {
		t.Errorf("shy for %d messages, want %d at most", p.shy, mostPenalty)
	}
}

// A goroutine that uses an actor's context when that has nothing to do wakes others all the same.
func TestWokenByAnActorsGoroutine(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		given, ran := make(chan context.Context, 1), make(chan struct{})
		heir := mustStart(t, s, "heir", func(Ref[int]) Actor[int] {
			return Func[int](func(context.Context, int) error { ran <- struct{}{}; return nil })
		})
		giver := mustStart(t, s, "giver", func(Ref[int]) Actor[int] {
			return Func[int](func(ctx context.Context, _ int) error { given <- ctx; return nil })
		})
		mustSend(t, ctx, giver, 1)
		its := <-given
		for range 1000 {
			mustSend(t, its, heir, 1)
			<-ran
		}
	})
}
