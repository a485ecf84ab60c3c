package actor

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

var (
	// ErrStopping is the error of spawning under a node that takes no
	// children: it is stopping, has ended, or is between two runs.
	ErrStopping = errors.New("actor: stopping")

	// ErrKilled is the cause of the context of a Run that was killed, and the
	// error of a node whose Run returned because of it.
	ErrKilled = errors.New("actor: killed")

	// ErrSpec is the error of spawning with a [Spec] that contradicts itself.
	ErrSpec = errors.New("actor: bad spec")

	// ErrGoexit is the failure of a Run that called [runtime.Goexit], as
	// testing.T.FailNow does.
	ErrGoexit = errors.New("actor: run ended its goroutine")

	// ErrStop is returned by a Run that is done for good: the node ends without an
	// error, and is not run again even if it is [Permanent]. It may be wrapped.
	ErrStop = errors.New("actor: stop")

	// errRunOver is the cause of the context of a run that has returned.
	errRunOver = errors.New("actor: run is over")
)

// Errors of typed actors.
var (
	// ErrDone is returned by an actor that has done its work: if it is
	// [Permanent] it is built anew, and ends without an error otherwise.
	ErrDone = errors.New("actor: done")

	// ErrStopped is the error of a message that cannot reach an actor because
	// that has ended, or ends before it would have its turn.
	ErrStopped = errors.New("actor: stopped")

	// ErrFull is the error of a message that found the mailbox at its
	// high-water mark and was not to wait.
	ErrFull = errors.New("actor: mailbox is full")

	// ErrNoActor is the error of what is done with the zero [Ref].
	ErrNoActor = errors.New("actor: no actor")

	// ErrDuplicate is the error of starting an actor under a name that one of its
	// siblings has.
	ErrDuplicate = errors.New("actor: name is taken")

	// ErrStoppedInStart is the error of starting an actor that stops, or is
	// stopped, before it has started.
	ErrStoppedInStart = errors.New("actor: stopped while it started")

	// ErrNoBehaviour is the error of an actor whose build function returns nil.
	ErrNoBehaviour = errors.New("actor: built without a behaviour")

	// ErrDeadlock is what every [*DeadlockError] is.
	ErrDeadlock = errors.New("actor: deadlock")
)

// Final makes err, which must not be nil, the last failure of its node: the
// node ends with err and is not run again, whatever its [Restart].
func Final(err error) error { return &finalError{err} }

type finalError struct{ err error }

func (e *finalError) Error() string { return e.err.Error() }
func (e *finalError) Unwrap() error { return e.err }

// A PanicError is a panic in an actor, as the failure that its supervision sees.
type PanicError struct {
	Value any    // what was panicked with, never nil
	Stack []byte // of the goroutine, as debug.Stack formats it
}

func (e *PanicError) Error() string { return fmt.Sprintf("actor: panic: %v", e.Value) }

// Unwrap returns the value of the panic, if it was an error.
func (e *PanicError) Unwrap() error { err, _ := e.Value.(error); return err }

// An EscalationError ends a node that was to be restarted once more than its
// limit allows.
type EscalationError struct {
	Path     string        // of the node
	Restarts int           // how many there were within Window
	Window   time.Duration // the node's
	Err      error         // the last failure, or nil if a Permanent node just returned
}

func (e *EscalationError) Error() string {
	s := fmt.Sprintf("actor: %s restarted %d times within %v", e.Path, e.Restarts, e.Window)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *EscalationError) Unwrap() error { return e.Err }

// A WaitKind says what an actor waits for.
type WaitKind uint8

const (
	ForRoom   WaitKind = iota + 1 // in the mailbox of another actor, to send to it
	ForAnswer                     // of another actor, to a question
	ForEnd                        // of another actor or a part of the tree, with all below it
)

var waitKinds = [...]string{"?", "room in", "an answer of", "the end of"}

func (k WaitKind) String() string {
	if int(k) < len(waitKinds) {
		return waitKinds[k]
	}
	return fmt.Sprintf("WaitKind(%d)", uint8(k))
}

// A Waiting is an actor that waits for another one, by their paths.
type Waiting struct {
	Who  string
	For  WaitKind
	Whom string
}

// A DeadlockError ends a call by which an actor would wait for itself: at once, or by
// way of others that wait as well. It is an [ErrDeadlock].
type DeadlockError struct {
	// Cycle begins with the call that got the error. Each one waits for the next, or
	// for the end of what the next one is below, and the last one for the first.
	Cycle []Waiting
}

// Error names the first [MaxStuckListed] of those that wait.
func (e *DeadlockError) Error() string {
	var b strings.Builder
	b.WriteString(ErrDeadlock.Error())
	before := ""
	for i, w := range e.Cycle {
		switch {
		case i == 0:
			b.WriteString(": " + w.Who)
		case i == MaxStuckListed:
			fmt.Fprintf(&b, ", and so on, %d in all", len(e.Cycle))
			return b.String()
		case w.Who == before:
			b.WriteString(", which")
		default:
			b.WriteString(", below which " + w.Who)
		}
		fmt.Fprintf(&b, " waits for %v %s", w.For, w.Whom)
		before = w.Whom
	}
	return b.String()
}

// Is reports whether target is [ErrDeadlock].
func (e *DeadlockError) Is(target error) bool { return target == ErrDeadlock }

// MaxStuckListed is how many nodes a [StuckError] or [DeadlockError] names: enough to find the
// culprit, and a bound on the text when a whole tree hangs.
const MaxStuckListed = 16

// A StuckError says that killing did not help: Runs or hooks have not returned
// within [Options.KillGrace] of it. Their nodes end if these ever return.
type StuckError struct {
	Paths []string // the first [MaxStuckListed] of the nodes that are in them
	Total int      // how many there are, give or take those that ended while they were counted
}

func (e *StuckError) Error() string {
	s := fmt.Sprintf("actor: %d nodes did not end when killed: %s", e.Total, strings.Join(e.Paths, ", "))
	if e.Total > len(e.Paths) {
		s += ", ..."
	}
	return s
}
