package modeltest

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A fakeT records how a test that explores has ended.
type fakeT struct {
	testing.TB
	name  string
	fatal string
	errs  []string
}

func (f *fakeT) Helper()             {}
func (f *fakeT) Name() string        { return f.name }
func (f *fakeT) Logf(string, ...any) {}

func (f *fakeT) Errorf(format string, args ...any) {
	f.errs = append(f.errs, fmt.Sprintf(format, args...))
}

func (f *fakeT) Fatalf(format string, args ...any) {
	f.fatal = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// explore runs Explore as a test of its own would.
func explore(cfg Config, setup func(w *World)) *fakeT {
	f := &fakeT{name: "TestFake"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		Explore(f, cfg, setup)
	}()
	<-done
	return f
}

// Two threads of n steps each have (2n)!/(n!n!) interleavings of what comes
// after the steps, of which each is run once.
func TestAllSchedules(t *testing.T) {
	seen := make(map[string]int)
	f := explore(Config{Preemptions: -1}, func(w *World) {
		var order []byte
		for _, name := range []string{"a", "b"} {
			w.Go(name, func() {
				for range 3 {
					order = append(order, name[0])
					w.Step()
				}
			})
		}
		w.Finally(func() error { seen[string(order)]++; return nil })
	})
	if f.fatal != "" || len(seen) != 20 {
		t.Errorf("%d orders, want 20; %s", len(seen), f.fatal)
	}
}

// With a bound the schedules are those with so many preemptions: a switch at the
// end of a thread is free.
func TestBound(t *testing.T) {
	for bound, want := range []string{
		"aaabbb bbbaaa",
		"aaabbb aabbba abbbaa baaabb bbaaab bbbaaa",
	} {
		seen := make(map[string]bool)
		explore(Config{Preemptions: bound}, func(w *World) {
			var order []byte
			for _, name := range []string{"a", "b"} {
				w.Go(name, func() {
					for i := range 3 {
						if i > 0 {
							w.Step()
						}
						order = append(order, name[0])
					}
				})
			}
			w.Finally(func() error { seen[string(order)] = true; return nil })
		})
		var orders []string
		for o := range seen {
			orders = append(orders, o)
		}
		slices.Sort(orders)
		if got := strings.Join(orders, " "); got != want {
			t.Errorf("up to %d preemptions: %s, want %s", bound, got, want)
		}
	}
}

// lostUpdate is what every model checker must find.
func lostUpdate(w *World) {
	counter := 0
	for _, name := range []string{"a", "b"} {
		w.Go(name, func() {
			w.Step()
			old := counter
			w.Step()
			counter = old + 1
		})
	}
	w.Finally(func() error {
		if counter != 2 {
			return fmt.Errorf("counted %d of 2", counter)
		}
		return nil
	})
}

func TestFindsLostUpdate(t *testing.T) {
	if f := explore(Config{Preemptions: 0}, lostUpdate); f.fatal != "" {
		t.Errorf("without a preemption: %s", f.fatal)
	}
	for _, cfg := range []Config{{Preemptions: 1}, {Preemptions: -1}, {Preemptions: 0, Random: 500}} {
		if f := explore(cfg, lostUpdate); !strings.Contains(f.fatal, "counted 1 of 2") {
			t.Errorf("%+v: %q", cfg, f.fatal)
		}
	}
}

// A schedule that is printed fails again, alone.
func TestReplay(t *testing.T) {
	first := explore(Config{Preemptions: 1}, lostUpdate)
	_, rest, _ := strings.Cut(first.fatal, variable+"='")
	schedule, _, ok := strings.Cut(rest, "'")
	if !ok {
		t.Fatalf("no schedule in %q", first.fatal)
	}
	t.Setenv(variable, schedule)
	runs := 0
	again := explore(Config{Preemptions: 0}, func(w *World) { runs++; lostUpdate(w) })
	if !strings.Contains(again.fatal, "counted 1 of 2") || !strings.Contains(again.fatal, "before lostUpdate") {
		t.Errorf("again: %q", again.fatal)
	}
	if runs != 2 { // once to run it, once to print its trace
		t.Errorf("%d runs, want 2", runs)
	}
	t.Setenv(variable, "TestOther=1:0")
	if f := explore(Config{Preemptions: 0}, lostUpdate); f.fatal != "" {
		t.Errorf("a schedule for another test: %s", f.fatal)
	}
	for _, bad := range []string{"TestFake=0.1", "TestFake=1:0.x", "TestFake=1:0.-1"} {
		t.Setenv(variable, bad)
		if f := explore(Config{}, lostUpdate); !strings.Contains(f.fatal, variable) {
			t.Errorf("%s: %q", bad, f.fatal)
		}
	}
}

func TestFailures(t *testing.T) {
	tests := []struct {
		name, want string
		setup      func(w *World)
	}{
		{"deadlock", "deadlock: a, b waits for ever", func(w *World) {
			for _, name := range []string{"a", "b"} {
				w.Go(name, func() { w.Block(func() bool { return false }) })
			}
		}},
		{"livelock", "livelock", func(w *World) {
			w.Go("a", func() {
				for {
					w.Step()
				}
			})
		}},
		{"panic", "index out of range", func(w *World) {
			w.Go("a", func() { _ = w.threads[len(w.threads)] })
		}},
		{"requirement", "a: 1 is not 2", func(w *World) {
			w.Go("a", func() { w.Require(1 == 2, "%d is not %d", 1, 2) })
		}},
		{"final check", "not well", func(w *World) {
			w.Finally(func() error { return errors.New("not well") })
		}},
		{"unlock", "unlocked mutex", func(w *World) {
			w.Go("a", func() { new(Mutex).Unlock(w) })
		}},
	}
	for _, tt := range tests {
		if f := explore(Config{}, tt.setup); !strings.Contains(f.fatal, tt.want) {
			t.Errorf("%s: %q", tt.name, f.fatal)
		}
	}
}

// A scenario that does not come to what it is for, or grows too large, fails.
func TestConfig(t *testing.T) {
	twoSteps := func(w *World) {
		for _, name := range []string{"a", "b"} {
			w.Go(name, func() { w.Step(); w.Reached("step of " + name) })
		}
	}
	if f := explore(Config{Preemptions: -1, Budget: 2}, twoSteps); !strings.Contains(f.fatal, "budget of 2") {
		t.Errorf("over budget: %q", f.fatal)
	}
	f := explore(Config{Reach: []string{"step of a", "step of c"}}, twoSteps)
	if len(f.errs) != 1 || !strings.Contains(f.errs[0], `"step of c"`) {
		t.Errorf("not reached: %q", f.errs)
	}
}

// A scenario that does not repeat itself cannot be explored.
func TestNotDeterministic(t *testing.T) {
	runs := 0
	f := explore(Config{Preemptions: -1}, func(w *World) {
		runs++
		w.Go("a", func() { w.Choose(5 - 2*runs) })
	})
	if !strings.Contains(f.fatal, "does not repeat itself") {
		t.Errorf("%q", f.fatal)
	}
}

// A mutex keeps others out, lets everyone in, and TryLock does not wait.
func TestMutex(t *testing.T) {
	tried := make(map[bool]bool)
	f := explore(Config{Preemptions: -1}, func(w *World) {
		var mu Mutex
		inside, entered := 0, 0
		enter := func() {
			entered++
			inside++
			w.Require(inside == 1, "%d inside", inside)
			w.Step()
			inside--
			mu.Unlock(w)
		}
		for _, name := range []string{"a", "b"} {
			w.Go(name, func() { mu.Lock(w); enter() })
		}
		w.Go("c", func() {
			ok := mu.TryLock(w)
			if tried[ok] = true; ok {
				enter()
			}
		})
		w.Finally(func() error {
			if entered < 2 {
				return fmt.Errorf("%d entered", entered)
			}
			return nil
		})
	})
	if f.fatal != "" || !tried[true] || !tried[false] {
		t.Errorf("TryLock gave %v; %s", tried, f.fatal)
	}
}

// Threads may start threads.
func TestGoWithinThread(t *testing.T) {
	ran := 0
	f := explore(Config{Preemptions: -1}, func(w *World) {
		w.Go("a", func() {
			done := false
			w.Go("b", func() { w.Step(); done = true })
			w.Block(func() bool { return done })
			ran++
		})
	})
	if f.fatal != "" || ran == 0 {
		t.Errorf("%d runs; %s", ran, f.fatal)
	}
}

// What goes wrong in the final check is a failure as well.
func TestFinalCheck(t *testing.T) {
	for _, c := range []struct {
		want  string
		check func(w *World) error
	}{
		{"", func(w *World) error { w.Block(func() bool { return true }); return nil }},
		{"wrong in the end", func(*World) error { return errors.New("wrong in the end") }},
		{"waits for ever", func(w *World) error { w.Block(func() bool { return false }); return nil }},
		{"panic in the final check: oops", func(*World) error { panic("oops") }},
	} {
		f := explore(Config{}, func(w *World) {
			w.Go("a", func() {})
			w.Finally(func() error { return c.check(w) })
		})
		if (f.fatal == "") != (c.want == "") || !strings.Contains(f.fatal, c.want) {
			t.Errorf("%q, want %q", f.fatal, c.want)
		}
	}
}
