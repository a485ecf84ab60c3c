package modeltest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A Config says how much of a scenario is explored.
type Config struct {
	// Preemptions bounds how often a thread is interrupted that could go on, in
	// each schedule. Negative is no bound: the exploration is complete.
	Preemptions int

	// Budget is the number of schedules above which the test fails, so that a
	// scenario cannot grow out of hand unseen. 0 is DefaultBudget.
	Budget int

	// Random is the number of schedules that are drawn at random besides,
	// without a bound on preemptions.
	Random int

	// Reach lists what at least one schedule must come to, by [World.Reached]:
	// what the scenario is there for.
	Reach []string
}

// DefaultBudget is the number of schedules, of some ten microseconds each, that
// a scenario may have if it does not say otherwise.
const DefaultBudget = 300_000

// quick is the environment variable that lessens all exploration: to as many preemptions
// as it says, to quickBudget schedules, and to nothing at random. Most mutants are
// caught by that.
const (
	quick       = "MODELTEST_QUICK"
	quickBudget = 5000
)

// stuckAfter is how long one schedule may take, which is some microseconds if
// its threads come to their steps.
const stuckAfter = 5 * time.Second

// variable is the environment variable for one schedule of one test.
const variable = "MODELTEST_SCHEDULE"

// Explore runs a scenario under all schedules that cfg asks for, and fails t with
// the first that goes wrong. setup is called for each schedule anew: it makes
// the threads, and everything they touch.
func Explore(t testing.TB, cfg Config, setup func(w *World)) {
	t.Helper()
	e := &explorer{t: t, cfg: cfg, setup: setup, reached: make(map[string]bool)}
	e.lessen(os.Getenv(quick))
	if plan, bound, ok := planFor(t); ok {
		w := e.once(plan, bound, nil, true)
		t.Logf("%s\nerror: %v", strings.Join(w.trace, "\n"), w.err)
		e.judge(w)
		return
	}
	e.watchdog = time.AfterFunc(stuckAfter, func() {
		panic("modeltest: " + t.Name() + ": a thread goes on for ever without a step")
	})
	defer e.watchdog.Stop()
	start := time.Now()
	e.all()
	e.someAtRandom()
	for _, what := range e.cfg.Reach {
		if !e.reached[what] {
			t.Errorf("modeltest: no schedule came to %q", what)
		}
	}
	bound := "any number of"
	if cfg.Preemptions >= 0 {
		bound = "up to " + strconv.Itoa(cfg.Preemptions)
	}
	t.Logf("%d schedules with %s preemptions, %d at random, of up to %d steps, in %v",
		e.schedules, bound, cfg.Random, e.longest, time.Since(start).Round(time.Millisecond))
}

// lessen takes the value of the variable named quick.
func (e *explorer) lessen(preemptions string) {
	if preemptions == "" {
		return
	}
	bound, err := strconv.Atoi(preemptions)
	if err != nil || bound < 0 {
		e.t.Fatalf("%s is %q, and not a number of preemptions", quick, preemptions)
	}
	if e.cfg.Preemptions < 0 || e.cfg.Preemptions > bound {
		e.cfg.Preemptions = bound
	}
	e.cfg.Random, e.cfg.Reach, e.glance = 0, nil, true
}

type explorer struct {
	t         testing.TB
	cfg       Config
	glance    bool // the exploration may be cut short
	setup     func(w *World)
	reached   map[string]bool
	schedules int
	longest   int
	watchdog  *time.Timer // nil if one schedule is looked at
}

// once runs the scenario under one schedule.
func (e *explorer) once(plan []int, bound int, random *rand.Rand, tracing bool) *World {
	if e.watchdog != nil {
		e.watchdog.Reset(stuckAfter)
	}
	w := &World{plan: plan, bound: bound, random: random, tracing: tracing, reached: e.reached}
	e.setup(w)
	w.run()
	e.longest = max(e.longest, w.steps)
	return w
}

// all walks the tree of choices depth first.
func (e *explorer) all() {
	e.t.Helper()
	budget := cmp.Or(e.cfg.Budget, DefaultBudget)
	if e.glance {
		budget = quickBudget
	}
	for plan := []int{}; plan != nil; {
		w := e.once(plan, e.cfg.Preemptions, nil, false)
		e.judge(w)
		if e.schedules++; e.schedules > budget {
			if e.glance {
				return
			}
			e.t.Fatalf("modeltest: more than the budget of %d schedules", budget)
		}
		plan = following(w.choices, w.widths)
	}
}

// following returns the start of the schedule after one: it differs in the last
// choice that has an untried sibling. It is nil after the last schedule.
func following(choices, widths []int) []int {
	for i, c := range slices.Backward(choices) {
		if c+1 < widths[i] {
			return append(slices.Clone(choices[:i]), c+1)
		}
	}
	return nil
}

func (e *explorer) someAtRandom() {
	e.t.Helper()
	seed := uint64(time.Now().UnixNano())
	for i := range e.cfg.Random {
		// What fails is printed as a schedule, so that the seed need not be.
		e.judge(e.once(nil, -1, rand.New(rand.NewPCG(seed, uint64(i))), false))
	}
}

// judge fails the test if the run went wrong.
func (e *explorer) judge(w *World) {
	e.t.Helper()
	if w.err == nil {
		return
	}
	again := e.once(w.choices, w.bound, nil, true)
	const most = 150
	trace := again.trace[max(0, len(again.trace)-most):]
	e.t.Fatalf("modeltest: %v\nafter %d schedules; to see this one again:\n  %s='%s=%s'\nswitches:\n  %s",
		w.err, e.schedules, variable, e.t.Name(), format(w.bound, w.choices), strings.Join(trace, "\n  "))
}

// format writes a schedule down: the bound on preemptions, which decides where
// there is a choice, and the choices.
func format(bound int, plan []int) string {
	return fmt.Sprint(bound, ":", strings.Trim(strings.ReplaceAll(fmt.Sprint(plan), " ", "."), "[]"))
}

// planFor returns the schedule that the environment gives for this test.
func planFor(t testing.TB) (plan []int, bound int, ok bool) {
	name, text, ok := strings.Cut(os.Getenv(variable), "=")
	if !ok || name != t.Name() {
		return nil, 0, false
	}
	first, rest, ok := strings.Cut(text, ":")
	bound, err := strconv.Atoi(first)
	if !ok || err != nil {
		t.Fatalf("%s: %q begins with no bound on preemptions", variable, text)
	}
	for part := range strings.SplitSeq(rest, ".") {
		if part == "" {
			continue
		}
		c, err := strconv.Atoi(part)
		if err != nil || c < 0 {
			t.Fatalf("%s: %q is no choice", variable, part)
		}
		plan = append(plan, c)
	}
	return plan, bound, true
}
