package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

var (
	// ErrAnswered is the error of a second answer to one question.
	ErrAnswered = errors.New("actor: answered already")

	// ErrNobodyWaits is the error of an answer to a question that was given up,
	// or has failed. The system's dead letters get the answer.
	ErrNobodyWaits = errors.New("actor: nobody waits for the answer")
)

// pending is a question that is waiting for its answer.
type pending struct {
	mu    sync.Mutex
	state askState
	err   error
	ready chan struct{} // closed when it waits no more; nil if the asker does not wait yet
}

type askState uint8

const (
	waiting askState = iota
	answered
	lost    // an error came instead of an answer
	givenUp // by who asked
)

// answeredYet reports whether the question waits no more. Before it says that it does,
// it makes the channel that tells of the end.
func (p *pending) answeredYet() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == waiting && p.ready == nil {
		p.ready = make(chan struct{})
	}
	return p.state != waiting
}

// settle changes the state if the question still waits, after set. It returns what
// the state was.
func (p *pending) settle(to askState, set func()) askState {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.state
	if was == waiting {
		p.state = to
		if set != nil {
			set()
		}
		if p.ready != nil {
			close(p.ready)
		}
	}
	return was
}

// waits reports whether the question does.
func (p *pending) waits() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state == waiting
}

// fail gives an error instead of the answer.
func (p *pending) fail(err error) { p.settle(lost, func() { p.err = err }) }

type question[R any] struct {
	pending
	answer R
	core   *core // who is asked
}

// errNoReason is in place of a nil error: who asked is not to take the zero answer for one.
var errNoReason = errors.New("actor: the question was failed without an error")

// A ReplyTo is the address that a question carries for its one answer. It may be
// kept, and used later, by any goroutine. Nobody waits for what is sent to the zero ReplyTo.
type ReplyTo[R any] struct{ q *question[R] }

// Send answers the question. It never waits: the answer does not pass any mailbox.
// The error is [ErrAnswered], or [ErrNobodyWaits]; it may well be ignored.
func (r ReplyTo[R]) Send(answer R) error {
	if r.q == nil {
		return ErrNobodyWaits
	}
	switch r.q.settle(answered, func() { r.q.answer = answer }) {
	case answered:
		return ErrAnswered
	case lost, givenUp:
		if c := r.q.core; c != nil {
			c.sup.sys.dead(DeadLetter{To: "who asked " + c.path(), Message: answer, Reason: NobodyWaited})
		}
		return ErrNobodyWaits
	}
	return nil
}

// Fail answers the question with an error, which [Ask] returns as it is; for nil it
// returns one that says so. Its own errors are those of Send.
func (r ReplyTo[R]) Fail(err error) error {
	if r.q == nil {
		return ErrNobodyWaits
	}
	if err == nil {
		err = errNoReason
	}
	switch r.q.settle(lost, func() { r.q.err = err }) {
	case answered:
		return ErrAnswered
	case lost, givenUp:
		return ErrNobodyWaits
	}
	return nil
}

// Ask sends the question that ask makes around a reply address, and waits for the
// answer. ask is called once, by Ask itself. M and R are inferred:
//
//	n, err := actor.Ask(ctx, counter, func(r actor.ReplyTo[int]) CounterMsg { return Get{r} })
//
// The error is that of sending; what [ReplyTo.Fail] was given; what the actor failed
// with while it handled the question; [ErrStopped] if it ended before that, or without
// an answer; [ErrDeadlock] if an actor asks and so waits for itself, be it by way of others; or
// the cause of ctx. An answer that is there beats a ctx that is done.
func Ask[M, R any](ctx context.Context, to Ref[M], ask func(ReplyTo[R]) M) (R, error) {
	var none R
	if to.c == nil {
		return none, ErrNoActor
	}
	by := callerOf(ctx)
	if by.of(&to.c.core) {
		return none, fmt.Errorf("ask %s: %w", to.Path(), selfDeadlock(by.core, ForAnswer, &to.c.node))
	}
	q := &question[R]{core: &to.c.core}
	if err := to.c.put(ctx, item[M]{m: ask(ReplyTo[R]{q}), ask: &q.pending}, true); err != nil {
		q.settle(givenUp, nil)
		return none, fmt.Errorf("ask %s: %w", to.Path(), err)
	}
	if by == nil { // who was asleep, and answers at once, has done so after this
		runtime.Gosched()
	}
	if q.answeredYet() {
		return q.answer, q.err
	}
	if err := q.wait(ctx, by); err != nil {
		q.fail(fmt.Errorf("ask %s: %w", to.Path(), err))
	}
	return q.answer, q.err
}

// wait waits for the answer, or returns why not. If it is an actor that does, by is
// its incarnation.
func (q *question[R]) wait(ctx context.Context, by *runCtx) (err error) {
	by.passOnEarly()
	defer q.core.node.resume(by)
	if by != nil {
		w := by.core.sup.sys.waits.get(by, ForAnswer, &q.core.node)
		w.question = &q.pending
		w.enter(ctx)
		defer func() {
			err = w.leave(err)
			w.put()
		}()
	}
	select {
	case <-q.ready:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-q.core.node.Done():
		return ErrStopped
	}
}
