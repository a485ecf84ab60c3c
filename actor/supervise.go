package actor

import (
	"context"
	"errors"
	"time"
)

// runOver is what supervision is told of a run that has ended.
type runOver struct {
	err      error // what Run returned, or its panic
	at       time.Time
	lived    time.Duration
	stopping bool // the node has been asked to stop, or killed
	killed   bool
}

// verdict is what supervision says to it.
type verdict struct {
	restart bool
	delay   time.Duration // before the restart
	err     error         // the node's, if it ends; after a restart that never comes to be, nil
	report  error         // the failure, or nil if there was none
	regroup *regrouping   // restarts the actor together with others; nil if it restarts alone
}

// sequence is the memory of a node's supervision. It has no clock; its only
// effects are on itself.
type sequence struct {
	attempt int       // restarts in a row
	history intensity // when they were
}

// decide says what follows the end of a run.
func (q *sequence) decide(spec *Spec, over runOver) verdict {
	err := over.err
	if errors.Is(err, ErrStop) {
		return verdict{}
	}
	final := false
	if _, final = errors.AsType[*finalError](err); final {
		err = unwrapFinal(err)
	}
	if over.killed {
		return killedVerdict(err)
	}
	v := verdict{err: err, report: err}
	if final || over.stopping || spec.Restart == Temporary || spec.Restart == Transient && err == nil {
		return v
	}
	return q.restart(spec, over)
}

// unwrapFinal takes the mark off an error that Final made. One that something
// was wrapped around later stays as it is.
func unwrapFinal(err error) error {
	if f, ok := err.(*finalError); ok {
		return f.err
	}
	return err
}

// killedVerdict is that on a node that was killed. Whatever its Run said is most
// likely the echo of that, except for a panic.
func killedVerdict(err error) verdict {
	if panicked, ok := errors.AsType[*PanicError](err); ok {
		return verdict{err: err, report: panicked}
	}
	if errors.Is(err, context.Canceled) && !errors.Is(err, ErrKilled) {
		err = ErrKilled
	}
	return verdict{err: err}
}

// restart says whether and when the node may run again.
func (q *sequence) restart(spec *Spec, over runOver) verdict {
	limit, window := spec.MaxRestarts, spec.Window
	if limit == 0 {
		limit = DefaultMaxRestarts
	}
	if window == 0 {
		window = DefaultWindow
	}
	if limit > 0 && !q.history.admit(over.at, limit, window) {
		err := &EscalationError{Restarts: limit, Window: window, Err: over.err}
		return verdict{err: err, report: err}
	}
	if over.lived >= window {
		q.attempt = 0
	}
	q.attempt++
	v := verdict{restart: true, report: over.err}
	if spec.Backoff != nil {
		delay, ok := spec.Backoff(q.attempt, over.lived)
		if !ok {
			return verdict{err: over.err, report: over.err}
		}
		v.delay = max(delay, 0)
	}
	return v
}

// intensity remembers the restarts of the last window, oldest first: never more
// than the limit.
type intensity []time.Time

// admit records a restart at now and returns true, unless limit restarts fall
// within the window that ends now. Times must not go backwards.
func (i *intensity) admit(now time.Time, limit int, window time.Duration) bool {
	old := 0
	for old < len(*i) && now.Sub((*i)[old]) >= window {
		old++
	}
	kept := append((*i)[:0], (*i)[old:]...)
	if len(kept) >= limit {
		*i = kept
		return false
	}
	*i = append(kept, now)
	return true
}
