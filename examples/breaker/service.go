package main

import (
	"context"
	"errors"
	"time"

	"github.com/zeroactor/zmq/actor"
)

// errOpen is the answer to a question that the breaker does not let pass.
var errOpen = errors.New("the service is resting")

// quote is the question that can be asked: the price of something.
type quote struct {
	symbol string
	reply  actor.ReplyTo[int]
}

// prices is the service: one actor that looks prices up. It has no care for failures:
// an error or a panic ends it, who asked is told, and its supervisor builds it anew.
type prices struct {
	lookUp func(ctx context.Context, symbol string) (int, error)
}

// Receive answers one question.
func (p prices) Receive(ctx context.Context, q quote) error {
	price, err := p.lookUp(ctx, q.symbol)
	if err != nil {
		return err
	}
	return q.reply.Send(price)
}

// What the guard is told: questions, what came of them, and to say how it stands.
type (
	guardMsg interface{ isGuardMsg() }
	outcome  struct{ failed, trial bool }
	state    struct{ reply actor.ReplyTo[string] }
)

func (quote) isGuardMsg()   {}
func (outcome) isGuardMsg() {}
func (state) isGuardMsg()   {}

// A guard is the actor before the service. While the breaker is open it answers at
// once, so that nobody waits for what is broken, and the broken gets time to heal.
type guard struct {
	self     actor.Ref[guardMsg]
	service  actor.Ref[quote]
	patience time.Duration
	breaker  *breaker // outlives the guard's restarts
}

// Receive deals with one message, and never waits for the service.
func (g *guard) Receive(ctx context.Context, m guardMsg) error {
	switch m := m.(type) {
	case quote:
		if !g.breaker.allow(time.Now()) {
			return m.reply.Fail(errOpen)
		}
		trial := g.breaker.trial
		go g.ask(actor.Apart(ctx), m, trial)
	case outcome:
		g.breaker.record(time.Now(), m.failed, m.trial)
	case state:
		return m.reply.Send(g.breaker.String())
	}
	return nil
}

// ask asks the service, and tells who asked, and the guard, what came of it. The guard
// is told first: who has the answer can count on what it says.
func (g *guard) ask(ctx context.Context, q quote, trial bool) {
	ctx, cancel := context.WithTimeout(ctx, g.patience)
	defer cancel()
	price, err := actor.Ask(ctx, g.service, func(r actor.ReplyTo[int]) quote { return quote{q.symbol, r} })
	told := g.self.Send(context.WithoutCancel(ctx), outcome{failed: err != nil, trial: trial})
	if err == nil {
		err = q.reply.Send(price)
	} else {
		err = q.reply.Fail(err)
	}
	// Who asked may have given up, and the guard may have ended: neither is missed.
	_ = errors.Join(told, err)
}
