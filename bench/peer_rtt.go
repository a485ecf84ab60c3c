package main

import (
	"context"
	"slices"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

func (p *peer) request(ctx context.Context) error {
	s, err := patterns.NewReq()
	if err != nil {
		return err
	}
	return p.with(s, func() error { return p.requestAll(ctx, s) })
}

func (p *peer) requestAll(ctx context.Context, s *patterns.Req) error {
	body := make([]byte, p.size)
	var msg zmq.Message
	round := func() error {
		if err := s.SendBytes(ctx, body); err != nil {
			return err
		}
		if err := s.RecvInto(ctx, &msg); err != nil {
			return err
		}
		if msg.Size() != p.size {
			return p.wrongSize(&msg)
		}
		return nil
	}
	for range p.warmUp {
		if err := round(); err != nil {
			return err
		}
	}
	rounds := make([]int64, p.count)
	m, err := p.begin()
	if err != nil {
		return err
	}
	before := time.Since(m.start)
	for i := range rounds {
		if err := round(); err != nil {
			return err
		}
		after := time.Since(m.start)
		rounds[i] = int64(after - before)
		before = after
	}
	seconds := m.seconds()
	cpu, err := m.stop()
	if err != nil {
		return err
	}
	slices.Sort(rounds)
	r := report{Seconds: seconds, CPUSeconds: cpu, RTTMeanNS: mean(rounds),
		RTTP50NS: nearestRank(rounds, 500), RTTP99NS: nearestRank(rounds, 990)}
	if err := p.print(r); err != nil {
		return err
	}
	p.hold()
	return nil
}

func (p *peer) reply(ctx context.Context) error {
	s, err := patterns.NewRep()
	if err != nil {
		return err
	}
	return p.with(s, func() error { return p.replyAll(ctx, s) })
}

func (p *peer) replyAll(ctx context.Context, s *patterns.Rep) error {
	var msg zmq.Message
	answer := func(n int) error {
		for range n {
			if err := s.RecvInto(ctx, &msg); err != nil {
				return err
			}
			if msg.Size() != p.size {
				return p.wrongSize(&msg)
			}
			if err := s.SendBytes(ctx, msg.Frame(0)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := answer(p.warmUp); err != nil {
		return err
	}
	m, err := p.begin()
	if err != nil {
		return err
	}
	if err := answer(p.count); err != nil {
		return err
	}
	r := report{Seconds: m.seconds()}
	p.hold()
	return p.finish(m, r)
}
