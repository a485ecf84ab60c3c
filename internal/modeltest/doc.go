// Package modeltest explores how threads may interleave: it runs a scenario once
// for every schedule of its threads, and so proves, within the scenario's size,
// what a stress test only makes likely.
//
// The code under test is built with atomic operations that call [World.Step]
// before they act. Go's atomics are sequentially consistent, so that switching
// threads between whole operations shows all behaviours of a program without
// data races; those are the race detector's business. Threads are coroutines on
// one goroutine: nothing here runs in parallel.
//
// Schedules are walked depth first. Where they are too many, a scenario states
// how often a thread may be interrupted that could have gone on (its
// preemptions): a bound of two or three finds nearly all bugs, since what
// matters is where a switch happens and not how many there are. Switches at
// which a thread waits or ends are free. Random schedules without bound may be
// added.
//
// A thread that waits for what never comes is a deadlock, which is how a lost
// wake-up shows; one that goes on for ever is a livelock. A schedule that fails
// is printed, with a trace of its steps, and can be run again alone:
//
//	MODELTEST_SCHEDULE='TestModelPipe=2:0.1.0.2' go test -tags ypipemodel -run 'TestModelPipe$' ./ypipe
//
// A model that finds nothing proves nothing by itself. [Mutants] breaks the code
// in ways that are listed, each of which the model must notice.
package modeltest
