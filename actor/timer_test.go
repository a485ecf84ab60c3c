package actor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// clockwork starts an actor that writes down its messages with the time.
func clockwork(t *testing.T, s *Supervisor, d *diary) Ref[string] {
	start := time.Now()
	return mustStart(t, s, "clockwork", func(Ref[string]) Actor[string] {
		return Func[string](func(_ context.Context, m string) error {
			d.add("%s %v", m, time.Since(start))
			switch m {
			case "fail":
				return errors.New("failed")
			case "sleep":
				time.Sleep(10 * time.Second)
			}
			return nil
		})
	})
}

func TestTimers(t *testing.T) {
	var d diary
	within(t, silent(), func(ctx context.Context, s *Supervisor) {
		c := clockwork(t, s, &d)
		once, err := After(c, 3*time.Second, "once")
		if err != nil {
			t.Fatal(err)
		}
		never, _ := After(c, time.Second, "never")
		if !never.Stop() || never.Stop() {
			t.Error("stopping says the wrong thing")
		}
		ticker, _ := Every(c, 2*time.Second, "tick")
		time.Sleep(5 * time.Second)
		if once.Stop() {
			t.Error("prevented what has happened")
		}
		expect(t, "history", d.take(), "tick 2s; once 3s; tick 4s")
		mustSend(t, ctx, c, "sleep") // it misses the ticks at 6 to 14 s
		time.Sleep(12 * time.Second)
		synctest.Wait()
		expect(t, "history", d.take(), "sleep 5s; tick 15s; tick 16s")
		if !ticker.Stop() {
			t.Error("the ticker has ended")
		}
		if _, err := Every(c, 0, "x"); !errors.Is(err, ErrSpec) {
			t.Errorf("%v", err)
		}
		if _, err := ReceiveTimeout(c, -1, "x"); !errors.Is(err, ErrSpec) {
			t.Errorf("%v", err)
		}
		if _, err := After(Ref[string]{}, 0, "x"); err != ErrNoActor {
			t.Errorf("%v", err)
		}
		time.Sleep(time.Minute)
		expect(t, "after the stop", d.take(), "")
	})
}

// Timers end with the incarnation that they are for, and with the actor.
func TestTimersEnd(t *testing.T) {
	var d diary
	within(t, silent(), func(ctx context.Context, s *Supervisor) {
		c := clockwork(t, s, &d)
		Every(c, time.Second, "tick")
		time.Sleep(1500 * time.Millisecond)
		mustSend(t, ctx, c, "fail")
		time.Sleep(5 * time.Second)
		expect(t, "restarted", d.take(), "tick 1s; fail 1.5s")
		tick, _ := Every(c, time.Second, "tick")
		if err := c.Stop(ctx); err != nil {
			t.Error(err)
		}
		if tick.Stop() {
			t.Error("the timer outlives its actor")
		}
		if _, err := After(c, 0, "late"); !errors.Is(err, ErrStopped) {
			t.Errorf("%v", err)
		}
	})
}

// A timer goes past a full mailbox.
func TestTimerOvertakes(t *testing.T) {
	var d diary
	within(t, silent(), func(ctx context.Context, s *Supervisor) {
		c := clockwork(t, s, &d)
		After(c, time.Second, "timer")
		for _, m := range []string{"sleep", "a", "b"} {
			mustSend(t, ctx, c, m)
		}
		time.Sleep(time.Minute)
		expect(t, "history", d.take(), "sleep 0s; timer 10s; a 10s; b 10s")
	})
}

func TestReceiveTimeout(t *testing.T) {
	var d diary
	within(t, silent(), func(ctx context.Context, s *Supervisor) {
		c := clockwork(t, s, &d)
		ReceiveTimeout(c, 10*time.Second, "idle")
		for range 5 {
			mustSend(t, ctx, c, "m")
			time.Sleep(8 * time.Second)
		}
		if got := d.take(); got != "m 0s; m 8s; m 16s; m 24s; m 32s" {
			t.Errorf("%s", got)
		}
		time.Sleep(12 * time.Second) // until 52 s: the last was at 32
		expect(t, "history", d.take(), "idle 50s")
	})
}

// A watch tells of the end, for good, of an actor; also of one that is over.
func TestWatch(t *testing.T) {
	var d diary
	within(t, silent(), func(ctx context.Context, s *Supervisor) {
		c := clockwork(t, s, &d)
		note := func(err error) string { return "gone: " + map[bool]string{true: "well", false: "ill"}[err == nil] }
		boom := mustStart(t, s, "boom", starting(func(context.Context) error { return nil }), Restarts(Temporary))
		fine := mustStart(t, s, "fine", starting(func(context.Context) error { return nil }))
		for _, to := range []Ref[counterMsg]{boom, fine, fine} {
			if _, err := Watch(c, to, note); err != nil {
				t.Error(err)
			}
		}
		cancel, _ := Watch(c, fine, note)
		cancel()
		mustSend(t, ctx, boom, counterMsg(fail{errors.New("x")}))
		synctest.Wait()
		expect(t, "boom", d.take(), "gone: ill 0s")
		if err := fine.Stop(ctx); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		expect(t, "fine", d.take(), "gone: well 0s; gone: well 0s")
		Watch(c, fine, note)
		Watch(c, boom, note)
		synctest.Wait()
		expect(t, "over", d.take(), "gone: well 0s; gone: ill 0s")
		if _, err := Watch(c, Ref[counterMsg]{}, note); !errors.Is(err, ErrNoActor) {
			t.Errorf("%v", err)
		}
	})
}

// Who is linked shares failures, and only these.
func TestLink(t *testing.T) {
	for _, first := range []bool{false, true} {
		for _, how := range []string{"fail", "stop", "cancelled"} {
			within(t, silent(), func(ctx context.Context, s *Supervisor) {
				a := mustStart(t, s, "a", starting(func(context.Context) error { return nil }), Restarts(Temporary))
				b := mustStart(t, s, "b", starting(func(context.Context) error { return nil }), Restarts(Temporary))
				cancel, err := Link(a, b)
				if err != nil {
					t.Fatal(err)
				}
				ends, other := a, b
				if first {
					ends, other = b, a
				}
				switch how {
				case "stop":
					ends.BeginStop()
				case "cancelled":
					cancel()
					fallthrough
				case "fail":
					mustSend(t, ctx, ends, counterMsg(fail{errors.New("x")}))
				}
				synctest.Wait()
				if shared := isEnded(other.Node()); shared != (how == "fail") {
					t.Errorf("%s: %v", how, shared)
				}
			})
		}
	}
}

// Messages that come too early are laid aside, and handled in order when it is time; as
// many as the high-water mark says.
func TestStash(t *testing.T) {
	var d diary
	cfg := quietly(&d)
	within(t, cfg, func(ctx context.Context, s *Supervisor) {
		c := mustStart(t, s, "c", func(self Ref[string]) Actor[string] {
			var b *Behaviour[string]
			ready := func(_ context.Context, m string) error {
				d.add("%s", m)
				if m == "fail" {
					return errors.New("failed")
				}
				return nil
			}
			b = Becoming(Func[string](func(_ context.Context, m string) error {
				if m != "open" {
					return ErrLater
				}
				b.Become(ready)
				Unstash(self)
				return nil
			}))
			return b
		}, HWM(3))
		for _, m := range []string{"1", "2", "fail", "4", "open", "5"} {
			mustSend(t, ctx, c, m)
			synctest.Wait()
		}
		expect(t, "history", d.take(), "letter to /actors/c: dropped as the newest, actor: later; "+
			"1; 2; fail; letter to /actors/c: unhandled, failed; failure /actors/c: failed")
		synctest.Wait() // the new incarnation lays 5 aside
	})
	expect(t, "what was aside at the end", d.take(), "letter to /actors/c: stopped, <nil>")
}
