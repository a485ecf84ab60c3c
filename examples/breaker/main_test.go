package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if err := run(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		want := []string{"gold 104 <nil>", "tin 0 *" + errDown.Error(), "tin 0 *" + errDown.Error(), "tin 0 *" + errDown.Error(),
			"tin 0 *" + errOpen.Error(), "tin 0 *" + errOpen.Error(), "lead 0 *" + errOpen.Error(), "iron 104 <nil>",
			"the service failed 3 times, and the breaker is closed"}
		got := strings.Split(strings.TrimSpace(out.String()), "\n")
		for i, line := range got {
			begin, end, _ := strings.Cut(want[min(i, len(want)-1)], "*")
			if len(got) != len(want) || !strings.HasPrefix(line, begin) || !strings.HasSuffix(line, end) {
				t.Fatalf("line %d of\n%s\nwant\n%s", i, out.String(), strings.Join(want, "\n"))
			}
		}
	})
}

// While the breaker is open nobody waits, also if the service hangs; of many that ask
// after the rest one is let through.
func TestHanging(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		healed := make(chan struct{})
		lookUp := func(ctx context.Context, _ string) (int, error) {
			asked.Add(1)
			select {
			case <-healed:
				return 1, nil
			case <-time.After(patience + time.Second):
				panic("late")
			}
		}
		cfg := actor.Config{OnFailure: func(string, error) {}, DeadLetters: func(actor.DeadLetter) {}, Supervision: actor.Supervision{MaxRestarts: 100}}
		err := actor.Run(t.Context(), cfg, func(ctx context.Context, s *actor.Supervisor) error {
			g, err := serve(s, lookUp)
			if err != nil {
				return err
			}
			for range failureLimit {
				if _, err := price(ctx, g, "gold"); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("a service that hangs: %v", err)
				}
			}
			begin := time.Now()
			for range 100 {
				if _, err := price(ctx, g, "gold"); !errors.Is(err, errOpen) {
					t.Errorf("an open breaker: %v", err)
				}
			}
			if took := time.Since(begin); took != 0 {
				t.Errorf("an open breaker took %v", took)
			}
			time.Sleep(10 * patience)
			before := asked.Load()
			close(healed)
			if _, err := price(ctx, g, "gold"); err != nil {
				t.Error(err)
			}
			if n := asked.Load() - before; n != 1 {
				t.Errorf("the service was asked %d times", n)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// The breaker by itself, step by step.
func TestBreaker(t *testing.T) {
	b := breaker{limit: 2, cool: time.Minute}
	now := time.Unix(0, 0)
	steps := []struct {
		what  string
		do    func() bool
		state string
	}{
		{"passes", func() bool { return b.allow(now) }, "closed"},
		{"fails once", func() bool { b.record(now, true, false); return true }, "closed"},
		{"passes again", func() bool { return b.allow(now) }, "closed"},
		{"a success makes it forget", func() bool { b.record(now, false, false); return true }, "closed"},
		{"fails", func() bool { b.record(now, true, false); return true }, "closed"},
		{"fails twice", func() bool { b.record(now, true, false); return true }, "open"},
		{"rests", func() bool { return !b.allow(now.Add(time.Minute - 1)) }, "open"},
		{"hears of an old success", func() bool { b.record(now, false, false); return true }, "open"},
		{"tries", func() bool { return b.allow(now.Add(time.Minute)) }, "half open"},
		{"tries only once", func() bool { return !b.allow(now.Add(time.Hour)) }, "half open"},
		{"fails the trial", func() bool { b.record(now.Add(time.Hour), true, true); return true }, "open"},
		{"rests again", func() bool { return !b.allow(now.Add(time.Hour + time.Second)) }, "open"},
		{"tries again", func() bool { return b.allow(now.Add(2 * time.Hour)) }, "half open"},
		{"has healed", func() bool { b.record(now, false, true); return true }, "closed"},
		{"passes as before", func() bool { return b.allow(now) }, "closed"},
	}
	for _, s := range steps {
		if !s.do() || b.String() != s.state {
			t.Fatalf("%s: it is %v, want %s", s.what, &b, s.state)
		}
	}
}
