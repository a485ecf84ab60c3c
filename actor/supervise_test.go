package actor

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
)

var errBoom = errors.New("boom")

func TestDecide(t *testing.T) {
	panicked := &PanicError{Value: "boom"}
	final := Final(errBoom)
	deadline := fmt.Errorf("stop x: %w: %w", ErrKilled, context.DeadlineExceeded)
	for _, c := range []struct {
		name    string
		restart Restart
		over    runOver
		want    verdict
	}{
		{"temporary done", Temporary, runOver{}, verdict{}},
		{"temporary failed", Temporary, runOver{err: errBoom}, verdict{err: errBoom, report: errBoom}},
		{"temporary panicked", Temporary, runOver{err: panicked}, verdict{err: panicked, report: panicked}},
		{"transient done", Transient, runOver{}, verdict{}},
		{"transient failed", Transient, runOver{err: errBoom}, verdict{restart: true, report: errBoom}},
		{"transient panicked", Transient, runOver{err: panicked}, verdict{restart: true, report: panicked}},
		{"permanent done", Permanent, runOver{}, verdict{restart: true}},
		{"permanent failed", Permanent, runOver{err: errBoom}, verdict{restart: true, report: errBoom}},
		{"permanent said stop", Permanent, runOver{err: ErrStop}, verdict{}},
		{"permanent said stop, wrapped", Permanent, runOver{err: fmt.Errorf("so: %w", ErrStop)}, verdict{}},
		{"permanent said final", Permanent, runOver{err: final}, verdict{err: errBoom, report: errBoom}},
		{"stopping, done", Permanent, runOver{stopping: true}, verdict{}},
		{"stopping, failed", Permanent, runOver{err: errBoom, stopping: true}, verdict{err: errBoom, report: errBoom}},
		{"killed, done", Permanent, runOver{stopping: true, killed: true}, verdict{}},
		{"killed, echo", Permanent, runOver{err: deadline, stopping: true, killed: true}, verdict{err: deadline}},
		{"killed, ctx.Err", Permanent, runOver{err: context.Canceled, stopping: true, killed: true}, verdict{err: ErrKilled}},
		{"killed, other error", Transient, runOver{err: errBoom, stopping: true, killed: true}, verdict{err: errBoom}},
		{"killed, final", Transient, runOver{err: final, stopping: true, killed: true}, verdict{err: errBoom}},
		{"killed, panicked", Transient, runOver{err: panicked, stopping: true, killed: true}, verdict{err: panicked, report: panicked}},
		{"canceled, but not by us", Temporary, runOver{err: context.Canceled}, verdict{err: context.Canceled, report: context.Canceled}},
	} {
		var q sequence
		if got := q.decide(&Spec{Restart: c.restart}, c.over); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestDecideFinalWrapped(t *testing.T) {
	var q sequence
	err := fmt.Errorf("dial: %w", Final(errBoom))
	if got, want := q.decide(&Spec{Restart: Permanent}, runOver{err: err}), (verdict{err: err, report: err}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestEscalatesBeyondTheLimit(t *testing.T) {
	spec := &Spec{Restart: Transient, MaxRestarts: 2, Window: time.Minute}
	var q sequence
	now := time.Unix(1000, 0)
	for i := range 2 {
		if v := q.decide(spec, runOver{err: errBoom, at: now}); !v.restart {
			t.Fatalf("restart %d refused: %+v", i+1, v)
		}
		now = now.Add(time.Second)
	}
	v := q.decide(spec, runOver{err: errBoom, at: now})
	up, ok := v.err.(*EscalationError)
	if v.restart || !ok || v.report != v.err {
		t.Fatalf("third restart within the window: %+v", v)
	}
	if up.Restarts != 2 || up.Window != time.Minute || !errors.Is(up, errBoom) {
		t.Errorf("escalation %+v", up)
	}
	// The first restart is a minute old now, and the second is not.
	now = time.Unix(1000, 0).Add(time.Minute)
	if v := q.decide(spec, runOver{err: errBoom, at: now}); !v.restart {
		t.Errorf("after the window: %+v", v)
	}
	if v := q.decide(spec, runOver{err: errBoom, at: now}); v.restart {
		t.Errorf("second and third in the window: %+v", v)
	}
}

func TestDefaultLimit(t *testing.T) {
	var q sequence
	for i := range DefaultMaxRestarts + 1 {
		v := q.decide(&Spec{Restart: Permanent}, runOver{})
		if v.restart != (i < DefaultMaxRestarts) {
			t.Errorf("restart %d: %+v", i+1, v)
		}
	}
}

func TestAttemptsInARow(t *testing.T) {
	var seen []string
	spec := &Spec{Restart: Transient, MaxRestarts: -1, Window: time.Minute,
		Backoff: func(attempt int, lived time.Duration) (time.Duration, bool) {
			seen = append(seen, fmt.Sprint(attempt, " ", lived))
			return time.Duration(attempt) * time.Second, attempt < 3
		}}
	var q sequence
	var verdicts []string
	for _, lived := range []time.Duration{0, time.Minute - 1, time.Minute, time.Second, time.Second} {
		v := q.decide(spec, runOver{err: errBoom, lived: lived})
		verdicts = append(verdicts, fmt.Sprint(v.restart, v.delay, v.err))
	}
	if got, want := fmt.Sprint(seen), "[1 0s 2 59.999999999s 1 1m0s 2 1s 3 1s]"; got != want {
		t.Errorf("Backoff saw %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(verdicts), "[true 1s <nil> true 2s <nil> true 1s <nil> true 2s <nil> false 0s boom]"; got != want {
		t.Errorf("verdicts %s, want %s", got, want)
	}
}

func TestNegativeDelayIsNone(t *testing.T) {
	var q sequence
	v := q.decide(&Spec{Restart: Permanent, Backoff: func(int, time.Duration) (time.Duration, bool) { return -1, true }}, runOver{})
	if !v.restart || v.delay != 0 {
		t.Errorf("%+v", v)
	}
}

// TestIntensityProperty compares intensity with a twin that forgets nothing.
func TestIntensityProperty(t *testing.T) {
	properties := gopter.NewProperties(nil) // prints the seed of a failure
	properties.Property("no window holds more than the limit, and none is refused without need", prop.ForAll(
		func(gaps []uint8, limit int, window uint8) string {
			var tested intensity
			var admitted []time.Time
			now := time.Unix(0, 0)
			for i, gap := range gaps {
				now = now.Add(time.Duration(gap))
				recent := 0
				for _, at := range admitted {
					if now.Sub(at) < time.Duration(window) {
						recent++
					}
				}
				want := recent < limit
				if want {
					admitted = append(admitted, now)
				}
				if got := tested.admit(now, limit, time.Duration(window)); got != want {
					return fmt.Sprintf("restart %d: %v, want %v", i, got, want)
				}
				if len(tested) > limit {
					return fmt.Sprintf("remembers %d times of %d", len(tested), limit)
				}
			}
			return ""
		},
		gen.SliceOf(gen.UInt8Range(0, 20)), gen.IntRange(1, 5), gen.UInt8Range(1, 60),
	))
	properties.TestingRun(t)
}
