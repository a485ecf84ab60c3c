// Package actortest tests actors: it runs them one at a time, in an order that a seed
// decides, and in virtual time. Whatever the machine does, the same seed gives the same
// order; many seeds try many orders.
//
//	func TestCounter(t *testing.T) {
//		actortest.Run(t, actortest.Config{}, func(k *actortest.Kit) {
//			probe := actortest.NewProbe[Total](k, "probe")
//			counter, err := actor.Start(k.Root(), "counter", newCounter)
//			k.NoError(err)
//			k.NoError(counter.Send(k.Context(), Report{To: probe.Ref()}))
//			probe.ExpectMsg(Total{0})
//		})
//	}
//
// The actors are those of package actor, with their mailboxes, supervision and timers;
// what differs is that each waits for its turn before it begins, handles a message, or
// goes on after it had to wait. The test itself is one of those that take turns: it
// has one until it waits, in a method of a [Kit] or a [Probe], in [actor.Ref.Send] or
// [actor.Ask], or until the end.
//
// # What is decided by the seed
//
// All that actors do to each other by messages, questions, timers, watches, stops
// and failures. A goroutine that an actor starts by itself runs beside
// the others, as do channels that one waits for; what comes of these
// may differ from run to run. What waits for something outside of the bubble that
// testing/synctest makes, as a network, stands still for ever: test that without this.
//
// # Concurrency
//
// A Kit and its Probes are for the goroutine that body runs on. Do not call
// synctest.Wait: [Kit.Settle] is that.
package actortest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/actor/internal/turns"
)

// SeedVariable is the environment variable whose value is the only seed that [Run]
// tries, if it is set.
const SeedVariable = "ACTORTEST_SEED"

// DefaultSeeds is how many seeds [Run] tries if it is not told: most mistakes in the order
// of a few messages show within these, in a few milliseconds.
const DefaultSeeds = 50

// DefaultPatience is how long a [Probe] waits, in virtual time, if it is not told. It is
// longer than the usual back-offs of a supervisor.
const DefaultPatience = time.Minute

// A Config says how [Run] is to try. The zero value is fine.
type Config struct {
	// Seeds is how many seeds are tried; 0 is [DefaultSeeds]. It must not be negative.
	Seeds int

	// First is the first seed; those that follow are the next numbers. 0 draws one.
	First uint64

	// Patience is how long a [Probe] waits for a message, in virtual time; 0 is
	// [DefaultPatience]. It must not be negative.
	Patience time.Duration

	// Actors configures the system that is tested. Dead letters and failures are
	// recorded by the [Kit], before they go to its functions, if it has any.
	Actors actor.Config
}

// Run calls body once for each seed, until one fails, with a system of actors of its own that
// is stopped after body. The failure says how to see it again.
func Run(t *testing.T, cfg Config, body func(k *Kit)) {
	t.Helper()
	for _, seed := range seeds(t, cfg) {
		Play(t, seed, cfg, body)
		if t.Failed() {
			return
		}
	}
}

func seeds(t *testing.T, cfg Config) (all []uint64) {
	if text := os.Getenv(SeedVariable); text != "" {
		seed, err := strconv.ParseUint(text, 0, 64)
		if err != nil {
			t.Fatalf("%s: %v", SeedVariable, err)
		}
		return []uint64{seed}
	}
	first := cfg.First
	if first == 0 {
		first = rand.Uint64()
	}
	n := cfg.Seeds
	if n < 0 || cfg.Patience < 0 {
		t.Fatalf("actortest: a negative number in the Config: %d seeds, a patience of %v", n, cfg.Patience)
	}
	if n == 0 {
		n = DefaultSeeds
	}
	for i := range n {
		all = append(all, first+uint64(i))
	}
	return all
}

// Play is Run for one seed; Config.Seeds and First are not used. It returns who had a turn, in order: the paths of
// actors, and "(test)".
func Play(t *testing.T, seed uint64, cfg Config, body func(k *Kit)) (steps []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		steps = play(t, t.Name(), seed, cfg, body)
	})
	return steps
}

// reporter is what a Kit needs of a test.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

func play(t reporter, name string, seed uint64, cfg Config, body func(k *Kit)) (steps []string) {
	k := &Kit{t: t, name: name, seed: seed, patience: cfg.Patience, schedule: newSchedule(seed)}
	if k.patience == 0 {
		k.patience = DefaultPatience
	}
	go k.schedule.run()
	defer k.schedule.end()
	ctx, cancel := context.WithCancel(turns.With(context.Background(), k.schedule))
	defer cancel()
	root, err := actor.New(ctx, k.recording(cfg.Actors))
	if err != nil {
		k.report("%v", err)
		return nil
	}
	k.ctx, k.root = ctx, root
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.run(body)
	}()
	<-done
	k.stop()
	return k.schedule.steps()
}

// run calls body, and reports a panic as a failure with the seed.
func (k *Kit) run(body func(k *Kit)) {
	defer func() {
		if v := recover(); v != nil {
			k.report("panic: %v\n%s", v, debug.Stack())
		}
	}()
	k.schedule.Turn("")
	body(k)
}

// stop ends the system.
func (k *Kit) stop() {
	ctx, cancel := context.WithTimeout(k.ctx, actor.DefaultDrain)
	defer cancel()
	if k.failed {
		k.root.Node().Kill()
	}
	if err := k.root.Stop(ctx); err != nil && !k.failed {
		k.report("%v", err)
	}
}

// A Kit is what one run of a test has.
type Kit struct {
	t        reporter
	name     string
	seed     uint64
	patience time.Duration
	schedule *schedule
	ctx      context.Context
	root     *actor.Supervisor
	failed   bool // owned by the test's goroutine

	mu       sync.Mutex
	letters  []actor.DeadLetter
	failures []error
}

// recording returns cfg with functions that record.
func (k *Kit) recording(cfg actor.Config) actor.Config {
	letters, failures := cfg.DeadLetters, cfg.OnFailure
	cfg.DeadLetters = func(l actor.DeadLetter) {
		k.mu.Lock()
		k.letters = append(k.letters, l)
		k.mu.Unlock()
		if letters != nil {
			letters(l)
		}
	}
	cfg.OnFailure = func(path string, err error) {
		k.mu.Lock()
		k.failures = append(k.failures, fmt.Errorf("%s: %w", path, err))
		k.mu.Unlock()
		if failures != nil {
			failures(path, err)
		}
	}
	return cfg
}

// Root is where actors are started.
func (k *Kit) Root() *actor.Supervisor { return k.root }

// Context is for Send and Ask by the test. It is done after body.
func (k *Kit) Context() context.Context { return k.ctx }

// Seed is what decides this run.
func (k *Kit) Seed() uint64 { return k.seed }

// Settle lets the actors do all that they can do now, until each waits for a message
// or for time to pass.
func (k *Kit) Settle() { k.schedule.settle() }

// Sleep lets d of virtual time pass, and the actors do what they do then; 0 or less is [Kit.Settle].
func (k *Kit) Sleep(d time.Duration) {
	time.Sleep(d)
	k.schedule.settle()
}

// DeadLetters returns the dead letters so far, and forgets them.
func (k *Kit) DeadLetters() (all []actor.DeadLetter) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all, k.letters = k.letters, nil
	return all
}

// Failures returns the failures of actors so far, each with its path before it, and
// forgets them.
func (k *Kit) Failures() (all []error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all, k.failures = k.failures, nil
	return all
}

// Errorf makes the test fail, and says how to see it again.
func (k *Kit) Errorf(format string, args ...any) {
	k.t.Helper()
	k.report(format, args...)
}

// Fatalf is Errorf, and ends the run.
func (k *Kit) Fatalf(format string, args ...any) {
	k.t.Helper()
	k.report(format, args...)
	runtime.Goexit()
}

// NoError ends the run if err is not nil.
func (k *Kit) NoError(err error) {
	k.t.Helper()
	if err != nil {
		k.Fatalf("%v", err)
	}
}

func (k *Kit) report(format string, args ...any) {
	k.t.Helper()
	k.failed = true
	k.t.Errorf("%s\n%v\nto see this again: %s=%d go test -run '^%s$'",
		fmt.Sprintf(format, args...), k.schedule, SeedVariable, k.seed, k.name)
}
