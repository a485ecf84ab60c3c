package pipeline

import (
	"context"
	"errors"
	"time"

	"github.com/zeroactor/zmq/actor"
)

// A Policy says what becomes of an item that a stage failed on, by an error or a
// panic. The zero Policy is that of [Stop].
type Policy struct {
	then  action
	retry *actor.Exponential
	wrong string // what makes no sense, or ""
}

type action uint8

const (
	stop action = iota
	skip
	letter
)

// Stop ends the pipeline: the item is a dead letter, as is all that comes to the
// stage later; the sources are told to end, and Run returns the error.
func Stop() Policy { return Policy{then: stop} }

// Skip drops the item, counts it ([StageStats].Skipped), and goes on.
func Skip() Policy { return Policy{then: skip} }

// DeadLetter hands the item to [Config].DeadLetter, and goes on.
func DeadLetter() Policy { return Policy{then: letter} }

// Retry tries the item again, with back-off, before it does what then says; then
// must not be another Retry. The stage waits meanwhile, and what comes behind
// it; a worker of a MapN waits alone. Without backoff.Tries there is no end to
// it, and a negative number in it, but for First, is an [ErrGraph]. A source that fails is opened again. What FlatMap or Apply had given for an item
// before they failed on it, they give again.
func Retry(backoff actor.Exponential, then Policy) Policy {
	p := Policy{then: then.then, retry: &backoff}
	switch {
	case then.retry != nil:
		p.wrong = "a Retry after a Retry"
	case backoff.Factor < 0 || backoff.Max < 0 || backoff.Tries < 0 || backoff.Jitter < 0 || backoff.Jitter > 1:
		p.wrong = "a Retry with a negative number, or a Jitter that is not from 0 to 1"
	}
	return p
}

// A settler settles what becomes of items that failed. It belongs to one
// goroutine.
type settler struct {
	s       *stage
	attempt int // failures of the item in hand, so far
}

// outcome is what follows a failure that has been settled.
type outcome uint8

const (
	goOn   outcome = iota // the item is done with
	broken                // the stage has failed for good; the item is done with
	ended                 // killed; the item is done with
)

// settle does what the policy says to an item that failed with err; again tries it
// again.
func (t *settler) settle(ctx context.Context, item any, err error, again func() error) outcome {
	for {
		if errors.Is(err, errAborted) {
			return ended // what could not be passed on is a dead letter already
		}
		t.s.failure(err)
		if ctx.Err() != nil {
			t.attempt = 0
			t.s.p.dead(t.s, item, err)
			return ended
		}
		if !t.waits(ctx) {
			return t.give(ctx, item, err)
		}
		if err = again(); err == nil {
			t.attempt = 0
			return goOn
		}
	}
}

// waits waits for the next try, and returns false if there is to be none.
func (t *settler) waits(ctx context.Context) bool {
	t.attempt++
	retry := t.s.policy.retry
	if retry == nil {
		return false
	}
	delay, ok := retry.Delay(t.attempt, 0)
	if !ok {
		return false
	}
	t.s.count(func(c *StageStats) { c.Retries++ })
	if delay <= 0 {
		return ctx.Err() == nil
	}
	if t.s.lazy {
		t.s.host().flushOutlets()
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// give gives an item up.
func (t *settler) give(ctx context.Context, item any, err error) outcome {
	t.attempt = 0
	switch {
	case t.s.policy.then == skip:
		t.s.count(func(c *StageStats) { c.Skipped++ })
		return goOn
	case t.s.policy.then == letter || ctx.Err() != nil:
		t.s.p.dead(t.s, item, err)
		return goOn
	}
	t.s.p.dead(t.s, item, err)
	t.s.p.fail(t.s, err)
	return broken
}
