package main

import (
	"context"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

func (p *peer) push(ctx context.Context) error {
	s, err := patterns.NewPush()
	if err != nil {
		return err
	}
	return p.with(s, func() error { return p.sendAll(ctx, s) })
}

func (p *peer) sendAll(ctx context.Context, s *patterns.Push) error {
	body := make([]byte, p.size)
	for range p.warmUp {
		if err := s.SendBytes(ctx, body); err != nil {
			return err
		}
	}
	m, err := p.begin()
	if err != nil {
		return err
	}
	for range p.count {
		if err := s.SendBytes(ctx, body); err != nil {
			return err
		}
	}
	r := report{Seconds: m.seconds()}
	p.hold()
	return p.finish(m, r)
}

func (p *peer) pull(ctx context.Context) error {
	s, err := patterns.NewPull()
	if err != nil {
		return err
	}
	return p.with(s, func() error { return p.receiveAll(ctx, s) })
}

func (p *peer) receiveAll(ctx context.Context, s *patterns.Pull) error {
	var msg zmq.Message
	receive := func(n int) error {
		for range n {
			if err := s.RecvInto(ctx, &msg); err != nil {
				return err
			}
			if msg.Size() != p.size {
				return p.wrongSize(&msg)
			}
		}
		return nil
	}
	if err := receive(p.warmUp); err != nil {
		return err
	}
	m, err := p.begin()
	if err != nil {
		return err
	}
	if err := receive(p.count); err != nil {
		return err
	}
	if err := p.finish(m, report{Seconds: m.seconds()}); err != nil {
		return err
	}
	p.hold()
	return nil
}
