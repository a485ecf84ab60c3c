package actor

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A deed is a message that says what to do.
type deed func(ctx context.Context) error

// doer is the actor that does it.
func doer(Ref[deed]) Actor[deed] {
	return Func[deed](func(ctx context.Context, d deed) error { return d(ctx) })
}

// answering returns the question that is answered in its turn.
func answering(r ReplyTo[int]) deed {
	return func(context.Context) error { return r.Send(1) }
}

func nothing(context.Context) error { return nil }

// doers starts actors by these names.
func doers(t *testing.T, s *Supervisor, names string, opts ...Option) map[string]Ref[deed] {
	t.Helper()
	all := make(map[string]Ref[deed])
	for _, name := range strings.Fields(names) {
		all[name] = mustStart(t, s, name, doer, opts...)
	}
	return all
}

// deadlock returns the names in the cycle that err tells of.
func deadlock(err error) string {
	dead, ok := errors.AsType[*DeadlockError](err)
	if !ok || !errors.Is(err, ErrDeadlock) {
		return ""
	}
	return strings.ReplaceAll(dead.Error(), "/actors/", "")
}

// Of actors that ask each other in a circle, the one that has closed it gets an error
// with all names, after the time in which an answer might have come from elsewhere.
func TestAskCycle(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		a := doers(t, s, "a b c")
		got := make(chan error, 1)
		ask := func(ctx context.Context, whom string, d deed) error {
			_, err := Ask(ctx, a[whom], func(r ReplyTo[int]) deed {
				return func(ctx context.Context) error {
					time.Sleep(time.Millisecond) // who asks waits by then: the last to wait gets the error
					if err := d(ctx); err != nil {
						return r.Fail(err)
					}
					return r.Send(1)
				}
			})
			return err
		}
		begun := time.Now()
		mustSend(t, ctx, a["a"], func(ctx context.Context) error {
			got <- ask(ctx, "b", func(ctx context.Context) error {
				return ask(ctx, "c", func(ctx context.Context) error { return ask(ctx, "a", nothing) })
			})
			return nil
		})
		want := "actor: deadlock: c waits for an answer of a, which waits for an answer of b, which waits for an answer of c"
		if err := <-got; deadlock(err) != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
		if took := time.Since(begun); took < DefaultDeadlockGrace || took > DefaultDeadlockGrace+2*lookAfter {
			t.Errorf("took %v", took)
		}
	})
}

// Full mailboxes are told of at once, as there is no other end to it.
func TestRoomCycle(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		a := doers(t, s, "a b", HWM(1))
		got := make(chan error, 2)
		flood := func(to string) deed {
			return func(ctx context.Context) error {
				for {
					if err := a[to].Send(ctx, nothing); err != nil {
						got <- err
						return nil
					}
					time.Sleep(time.Millisecond)
				}
			}
		}
		begun := time.Now()
		mustSend(t, ctx, a["a"], flood("b"))
		mustSend(t, ctx, a["b"], flood("a"))
		err := <-got
		if s := deadlock(err); s != "actor: deadlock: a waits for room in b, which waits for room in a" && s != "actor: deadlock: b waits for room in a, which waits for room in b" {
			t.Errorf("%v", err)
		}
		if took := time.Since(begun); took > 3*lookAfter {
			t.Errorf("took %v", took)
		}
		s.Node().Kill()
		if err := <-got; !errors.Is(err, ErrKilled) && !errors.Is(err, ErrStopped) {
			t.Errorf("%v", err)
		}
	})
}

// An actor that stops what asks it, or waits for room in it, is told so too; and so is
// one that stops what it is itself below.
func TestEndCycle(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		below, err := Supervise(s, "below", Supervision{})
		if err != nil {
			t.Fatal(err)
		}
		boss, worker := mustStart(t, s, "boss", doer, HWM(1)), mustStart(t, below, "worker", doer)
		got := make(chan error, 2)
		mustSend(t, ctx, boss, func(ctx context.Context) error {
			if err := boss.TrySend(nothing); err != nil {
				t.Error(err)
			}
			if err := worker.Send(ctx, func(ctx context.Context) error {
				got <- boss.Send(ctx, nothing)
				return nil
			}); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
			got <- below.Stop(ctx)
			return nil
		})
		want := "actor: deadlock: boss waits for the end of below, below which below/worker waits for room in boss, which waits for the end of below"
		if err := <-got; !strings.HasPrefix(want, deadlock(err)) || deadlock(err) == "" {
			t.Errorf("got %v\nwant %s", err, want)
		}
		if err := <-got; err != nil {
			t.Errorf("%v", err)
		}
		if err := below.Node().Wait(ctx); err != nil { // it was asked to all the same
			t.Error(err)
		}

		self := mustStart(t, s, "self", doer)
		mustSend(t, ctx, self, func(ctx context.Context) error {
			got <- self.Node().Wait(ctx)
			got <- s.Stop(ctx)
			return nil
		})
		for range 2 {
			if err := <-got; deadlock(err) == "" {
				t.Errorf("%v", err)
			}
		}
		if err := s.Node().Wait(ctx); err != nil {
			t.Error(err)
		}
	})
}

// An actor that asks several at once waits for all of them.
func TestFanOutCycle(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		a := doers(t, s, "hub spoke rim")
		got := make(chan error, 1)
		mustSend(t, ctx, a["hub"], func(ctx context.Context) error {
			var all sync.WaitGroup
			all.Go(func() {
				if _, err := Ask(ctx, a["rim"], answering); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				_, err := Ask(ctx, a["spoke"], func(r ReplyTo[int]) deed {
					return func(ctx context.Context) error {
						time.Sleep(time.Millisecond) // the hub waits by then
						n, err := Ask(ctx, a["hub"], answering)
						got <- err
						return r.Send(n)
					}
				})
				if err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			return nil
		})
		want := "actor: deadlock: spoke waits for an answer of hub, which waits for an answer of spoke"
		if err := <-got; deadlock(err) != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	})
}

// With a negative grace an answer is waited for, whatever may come.
func TestNoGrace(t *testing.T) {
	var d diary
	cfg := quietly(&d)
	cfg.DeadlockGrace = -1
	within(t, cfg, func(ctx context.Context, s *Supervisor) {
		a := doers(t, s, "a b")
		got := make(chan error, 1)
		outside := make(chan ReplyTo[int], 1)
		mustSend(t, ctx, a["a"], func(ctx context.Context) error {
			_, err := Ask(ctx, a["b"], func(r ReplyTo[int]) deed {
				outside <- r
				return func(ctx context.Context) error {
					_, err := Ask(ctx, a["a"], answering)
					return err
				}
			})
			got <- err
			return nil
		})
		time.Sleep(24 * time.Hour)
		if err := (<-outside).Send(1); err != nil {
			t.Error(err)
		}
		if err := <-got; err != nil {
			t.Error(err)
		}
	})
	expect(t, "history", d.take(), "")
}

// A cycle of very many is named by its first ones.
func TestLongCycle(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		const n = 2000
		all := make([]Ref[deed], n)
		got := make(chan error, n)
		busy := make(chan struct{})
		for i := range all {
			all[i] = mustStart(t, s, "", doer)
		}
		for i := range all {
			mustSend(t, ctx, all[i], func(ctx context.Context) error {
				<-busy
				_, err := Ask(ctx, all[(i+1)%n], answering)
				got <- err
				return nil
			})
		}
		close(busy)
		dead, _ := errors.AsType[*DeadlockError](<-got)
		if dead == nil || len(dead.Cycle) != n || !strings.HasSuffix(dead.Error(), ", and so on, 2000 in all") || len(dead.Error()) > 100*MaxStuckListed {
			t.Errorf("%v", dead)
		}
		for range n - 1 {
			if err := <-got; err != nil {
				t.Error(err)
			}
		}
	})
}

// A bubble that is left to itself ends, whether or not somebody waits: looks don't go on
// by themselves.
func TestLooksEnd(t *testing.T) {
	var d diary
	within(t, quietly(&d), func(ctx context.Context, s *Supervisor) {
		a := doers(t, s, "a b")
		release := make(chan struct{})
		mustSend(t, ctx, a["b"], func(context.Context) error { <-release; return nil })
		mustSend(t, ctx, a["a"], func(ctx context.Context) error {
			_, err := Ask(ctx, a["b"], answering)
			return err
		})
		synctest.Wait()
		time.Sleep(time.Hour)
		y := &s.sys.waits
		y.mu.Lock()
		if y.due || y.first == nil {
			t.Errorf("due %v, waits %v", y.due, y.first)
		}
		y.mu.Unlock()
		close(release)
	})
	expect(t, "history", d.take(), "")
}
