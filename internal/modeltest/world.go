package modeltest

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
)

// maxSteps is how long a schedule may be before it counts as a livelock. The
// longest scenario has some hundred steps.
const maxSteps = 20_000

// A World is one run of a scenario, under one schedule. Its methods are for the
// scenario's setup and threads.
type World struct {
	threads []*thread
	current *thread // running; nil in the setup and the final check
	next    *thread // to run after current has yielded
	finally []func() error
	reached map[string]bool

	bound       int // preemptions allowed; negative: any number
	preemptions int
	steps       int

	plan    []int      // choices that are given
	random  *rand.Rand // makes the choices after those; nil: the first one
	choices []int      // that were made
	widths  []int      // among how many
	err     error

	tracing bool
	trace   []string
}

type thread struct {
	name   string
	resume func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
	wait   func() bool // nil: may run
	done   bool
}

// A failure is what [World.Failf] panics with, to leave its thread.
type failure struct{ error }

// abandoned unwinds the threads of a run that is over early.
type abandoned struct{}

// Go adds a thread. It may be called during the run too.
func (w *World) Go(name string, fn func()) {
	th := &thread{name: name}
	th.resume, th.stop = iter.Pull(func(yield func(struct{}) bool) {
		th.yield = yield
		defer func() { w.recovered(th, recover()) }()
		fn()
	})
	w.threads = append(w.threads, th)
}

func (w *World) recovered(th *thread, r any) {
	switch r := r.(type) {
	case nil, abandoned:
	case failure:
		w.err = fmt.Errorf("%s: %w", th.name, r.error)
	default:
		w.err = fmt.Errorf("%s: panic: %v\n%s", th.name, r, debug.Stack())
	}
}

// Finally adds a check for when all threads have ended.
func (w *World) Finally(check func() error) { w.finally = append(w.finally, check) }

// Failf ends the run as failed.
func (w *World) Failf(format string, args ...any) {
	panic(failure{fmt.Errorf(format, args...)})
}

// Require ends the run as failed unless ok.
func (w *World) Require(ok bool, format string, args ...any) {
	if !ok {
		w.Failf(format, args...)
	}
}

// Reached notes that the run has come to something that [Config.Reach] asks for.
func (w *World) Reached(what string) { w.reached[what] = true }

// Step is a point at which the threads may be switched. Code under test calls
// it before each operation that other threads can observe. Outside of threads it
// does nothing.
func (w *World) Step() {
	if w.current == nil {
		return
	}
	if w.steps++; w.steps > maxSteps {
		w.Failf("livelock: more than %d steps", maxSteps)
	}
	w.yield()
}

// Block waits until cond holds. cond must not change anything, nor step. Outside of
// threads it must hold already.
func (w *World) Block(cond func() bool) {
	th := w.current
	if th == nil {
		w.Require(cond(), "deadlock: the final check waits for ever")
		return
	}
	for !cond() {
		th.wait = cond
		w.yield()
	}
	th.wait = nil
}

// Choose makes one of n choices, all of which are explored: for what the code
// under test leaves to chance.
func (w *World) Choose(n int) int {
	c := 0
	switch d := len(w.choices); {
	case d < len(w.plan):
		c = w.plan[d]
	case w.random != nil:
		c = w.random.IntN(n)
	}
	if c >= n {
		panic(failure{fmt.Errorf("choice %d of %d: the scenario does not repeat itself", c, n)})
	}
	w.choices, w.widths = append(w.choices, c), append(w.widths, n)
	return c
}

// yield lets the thread run that the schedule says, maybe the same.
func (w *World) yield() {
	th := w.current
	w.next = w.pick()
	if w.next == th {
		return
	}
	if w.tracing {
		w.trace = append(w.trace, fmt.Sprintf("%-10s %s", th.name, location()))
	}
	if !th.yield(struct{}{}) {
		panic(abandoned{})
	}
}

// pick chooses among the threads that can run, the current one first. It returns
// nil if there is none.
func (w *World) pick() *thread {
	var room [8]*thread
	enabled := room[:0]
	preempts := w.current != nil && w.current.enabled()
	if preempts {
		enabled = append(enabled, w.current)
	}
	if !preempts || w.bound < 0 || w.preemptions < w.bound {
		for _, th := range w.threads {
			if th != w.current && th.enabled() {
				enabled = append(enabled, th)
			}
		}
	}
	switch len(enabled) {
	case 0:
		return nil
	case 1:
		return enabled[0]
	}
	c := w.Choose(len(enabled))
	if c > 0 && preempts {
		w.preemptions++
	}
	return enabled[c]
}

func (th *thread) enabled() bool { return !th.done && (th.wait == nil || th.wait()) }

// run runs the threads to their end, or to the first failure.
func (w *World) run() {
	defer func() {
		w.current = nil
		for _, th := range w.threads {
			th.stop()
		}
	}()
	defer func() {
		switch r := recover().(type) { // outside of threads
		case nil:
		case failure: // of Choose
			w.err = r.error
		default:
			w.err = fmt.Errorf("panic in the final check: %v\n%s", r, debug.Stack())
		}
	}()
	for th := w.pick(); th != nil; {
		w.current = th
		if _, alive := th.resume(); !alive {
			th.done = true
			w.current = nil
			w.next = nil
			if w.err == nil {
				w.next = w.pick()
			}
		}
		if w.err != nil {
			return
		}
		th = w.next
	}
	w.current = nil
	var waiting []string
	for _, th := range w.threads {
		if !th.done {
			waiting = append(waiting, th.name)
		}
	}
	if len(waiting) > 0 {
		w.err = fmt.Errorf("deadlock: %s waits for ever", strings.Join(waiting, ", "))
		return
	}
	for _, check := range w.finally {
		if w.err = check(); w.err != nil {
			return
		}
	}
}

// location names the operation that a thread is about to do: the frames
// between the model's own and the scenario's.
func location() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	var where []string
	for {
		f, more := frames.Next()
		name := f.Function[strings.LastIndexByte(f.Function, '/')+1:]
		if !strings.HasPrefix(name, "modeltest.(*") && !strings.HasPrefix(name, "iter.") && len(where) < 5 {
			where = append(where, fmt.Sprintf("%s:%d", name[strings.IndexByte(name, '.')+1:], f.Line))
		}
		if !more {
			return "before " + strings.Join(where, " < ")
		}
	}
}
