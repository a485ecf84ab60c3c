package peer

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// settle is how long connections are left alone before what they hold is
// weighed.
const settle = time.Second

// gather counts the connections that come, and weighs them when they are there
// and idle.
func (p *player) gather(ctx context.Context) (err error) {
	s, err := p.library.Open(ctx, p.job.Type, p.job)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	g, ok := s.(Gatherer)
	if !ok {
		return Unsupported(p.library.Name(), "counting connections")
	}
	before := weigh()
	m, err := p.begin()
	if err != nil {
		return err
	}
	all := make(chan error, 1)
	go func() { all <- g.Gather(p.job.Peers, func() { m.start = time.Now() }) }()
	if err := p.bind(s, p.job.Endpoint); err != nil {
		return err
	}
	if err := <-all; err != nil {
		return err
	}
	r := Report{Seconds: m.seconds(), Count: p.job.Peers}
	if err := wait(ctx, settle); err != nil {
		return err
	}
	before.into(&r)
	if err := p.finish(m, r); err != nil {
		return err
	}
	p.control.hold()
	return nil
}

// dial connects one socket many times to the same endpoint.
func (p *player) dial(ctx context.Context) (err error) {
	s, err := p.library.Open(ctx, p.job.Type, p.job)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	endpoint, err := p.control.line()
	if err != nil {
		return err
	}
	before := weigh()
	m, err := p.begin()
	if err != nil {
		return err
	}
	for i := range p.job.Peers {
		if err := s.Connect(endpoint); err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
	}
	r := Report{Seconds: m.seconds(), Count: p.job.Peers}
	p.control.hold()
	before.into(&r)
	return p.finish(m, r)
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
