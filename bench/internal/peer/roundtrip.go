package peer

import (
	"context"
	"errors"
	"time"
)

// request sends and waits for what comes back, again and again.
func (p *player) request(ctx context.Context) (err error) {
	s, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	body := make([]byte, p.job.Size)
	round := func() error {
		return p.spoil(1, func(int) error {
			if err := s.Send(1, body); err != nil {
				return err
			}
			return s.Receive(1)
		})
	}
	for range p.job.WarmUp {
		if err := round(); err != nil {
			return err
		}
	}
	times := newHistogram()
	m, err := p.begin()
	if err != nil {
		return err
	}
	before := time.Since(m.start)
	for range p.job.Count {
		if err := round(); err != nil {
			return err
		}
		after := time.Since(m.start)
		record(times, int64(after-before))
		before = after
	}
	if err := p.finish(m, Report{Seconds: m.seconds(), RTT: latencyOf(times)}); err != nil {
		return err
	}
	p.control.hold()
	return nil
}

// clients are several sockets that each send and wait for what comes back, again and again, at the same time.
func (p *player) clients(ctx context.Context) (err error) {
	sockets, err := p.openAll(ctx, p.job.Peers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll(sockets)) }()
	body := make([]byte, p.job.Size)
	part := func(n int) func(Socket) error {
		return func(s Socket) error {
			for range n / len(sockets) {
				if err := p.spoil(1, func(int) error { return s.Send(1, body) }); err != nil {
					return err
				}
				if err := s.Receive(1); err != nil {
					return err
				}
			}
			return nil
		}
	}
	m, r, err := p.timed(func(n int) error { return each(sockets, part(n)) })
	if err != nil {
		return err
	}
	if err := p.finish(m, r); err != nil {
		return err
	}
	p.control.hold()
	return nil
}

// echo sends back what it receives.
func (p *player) echo(ctx context.Context) (err error) {
	s, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	m, r, err := p.timed(s.Echo)
	if err != nil {
		return err
	}
	p.control.hold()
	return p.finish(m, r)
}
