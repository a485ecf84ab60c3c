package actor

import (
	"bytes"
	"context"
	"encoding/json"
	"runtime/pprof"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What is measured from the first look on: how long an actor is at work, also in the middle of
// that, and how long messages have waited.
func TestBusyAndAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(t.Context(), Config{})
		if err != nil {
			t.Fatal(err)
		}
		ref := mustStart(t, s, "sleeper", func(Ref[time.Duration]) Actor[time.Duration] {
			return Func[time.Duration](func(_ context.Context, d time.Duration) error {
				time.Sleep(d)
				return nil
			})
		})
		look := func() *MailboxSnapshot {
			synctest.Wait()
			return s.Node().Snapshot(10).Children[0].Mailbox
		}
		mustSend(t, t.Context(), ref, time.Hour)
		time.Sleep(2 * time.Hour)
		if m := look(); m.Busy != 0 || m.Observed != 0 || m.Working {
			t.Errorf("%+v", *m)
		}
		mustSend(t, t.Context(), ref, 3*time.Second)
		mustSend(t, t.Context(), ref, 1*time.Second)
		time.Sleep(time.Second)
		before := look() // the second one has been seen now
		if before.Busy != time.Second || before.Observed != time.Second || !before.Working || before.Age != 0 {
			t.Errorf("%+v", *before)
		}
		time.Sleep(time.Second)
		mustSend(t, t.Context(), ref, 0)
		if m := look(); m.Age != time.Second || m.Depth() != 2 {
			t.Errorf("%+v", *m)
		}
		time.Sleep(3 * time.Second) // the actor ends a second before that
		m := look()
		if m.Busy != 4*time.Second || m.Observed != 5*time.Second || m.Age != 0 || m.Working {
			t.Errorf("%+v", *m)
		}
		if l := m.Load(nil); l != 0.8 {
			t.Errorf("load %v", l)
		}
		if l := m.Load(before); l != 0.75 {
			t.Errorf("load %v", l)
		}
		var text bytes.Buffer
		if err := s.Node().Tree(&text); err != nil {
			t.Error(err)
		}
		expect(t, "tree", text.String(), "actors passive\n  sleeper actor, 4 in, busy 80%\n")
		data, err := json.Marshal(m)
		if err != nil {
			t.Error(err)
		}
		expect(t, "JSON", string(data), `{"in":4,"taken":4,"hwm":1000,"full":false,"failures":0,"lost":0,"dropped":0,"refused":0,"waited":0,"working":false,"busy":4000000000,"observed":5000000000}`)
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Looks that begin in the middle of the work measure the rest of it.
func TestLookInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(t.Context(), Config{})
		if err != nil {
			t.Fatal(err)
		}
		ref := mustStart(t, s, "sleeper", func(Ref[int]) Actor[int] {
			return Func[int](func(context.Context, int) error {
				time.Sleep(10 * time.Second)
				return nil
			})
		}, HWM(4))
		for range 4 {
			mustSend(t, t.Context(), ref, 1)
		}
		time.Sleep(5 * time.Second)
		first := s.Node().Snapshot(2).Children[0].Mailbox
		for i := range 40 { // more looks than are remembered
			time.Sleep(time.Second)
			m := s.Node().Snapshot(2).Children[0].Mailbox
			at := time.Duration(6+i) * time.Second
			if want := min(at, 40*time.Second) - 5*time.Second; m.Busy != want {
				t.Errorf("at %v: busy %v, want %v", at, m.Busy, want)
			}
			if at < 30*time.Second && (m.Age > at-5*time.Second || m.Age < at-6*time.Second) {
				t.Errorf("at %v: age %v", at, m.Age)
			}
		}
		if first.Busy != 0 || !first.Working {
			t.Errorf("%+v", *first)
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// With labels, a profile tells whose goroutine is whose.
func TestActorLabels(t *testing.T) {
	// Each system has a name of its own: goroutines of one that has ended may still be on
	// their way out.
	for name, labels := range map[string]bool{"labelled": true, "plain": false} {
		err := Run(t.Context(), Config{Name: name, Labels: labels}, func(ctx context.Context, s *Supervisor) error {
			in, out := make(chan struct{}), make(chan struct{})
			build := func(Ref[int]) Actor[int] {
				return Func[int](func(context.Context, int) error {
					in <- struct{}{}
					<-out
					return nil
				})
			}
			for _, worker := range []string{"worker", ""} {
				mustSend(t, ctx, mustStart(t, s, worker, build), 1)
				<-in
			}
			var profile bytes.Buffer
			if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
				t.Error(err)
			}
			for _, want := range []string{`"actor":"/` + name + `/worker"`, `"actor":"/` + name + `/~1"`} {
				if strings.Contains(profile.String(), want) != labels {
					t.Errorf("labels %v: %s", labels, profile.String())
				}
			}
			close(out)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
