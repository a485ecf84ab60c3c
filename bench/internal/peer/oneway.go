package peer

import (
	"context"
	"errors"
	"time"
)

// send sends from one or several sockets.
func (p *player) send(ctx context.Context) (err error) {
	sockets, err := p.openAll(ctx, p.job.Peers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll(sockets)) }()
	body := make([]byte, p.job.Size)
	part := func(n int) func(Socket) error {
		return func(s Socket) error { return p.spoil(n/len(sockets), func(n int) error { return s.Send(n, body) }) }
	}
	m, r, err := p.timed(func(n int) error { return each(sockets, part(n)) })
	if err != nil {
		return err
	}
	p.control.hold()
	return p.finish(m, r)
}

// timed has work done for the warm-up, and then for what counts, and reports how long that took.
func (p *player) timed(work func(n int) error) (m meter, r Report, err error) {
	if err = work(p.job.WarmUp); err != nil {
		return m, r, err
	}
	if m, err = p.begin(); err != nil {
		return m, r, err
	}
	if err = work(p.job.Count); err != nil {
		return m, r, err
	}
	return m, Report{Seconds: m.seconds()}, nil
}

// spoil calls do for n messages: at once, or one by one with what the job
// plants before each, to show that it is noticed.
func (p *player) spoil(n int, do func(n int) error) error {
	if p.job.Burn == 0 && !p.job.Litter {
		return do(n)
	}
	var litter [][]byte
	for range n {
		if p.job.Litter {
			litter = append(litter[:0], make([]byte, 8))
		}
		for start := time.Now(); time.Since(start) < p.job.Burn; {
		}
		if err := do(1); err != nil {
			return err
		}
	}
	return nil
}

// receive receives with one socket. The clock starts when the last warm-up
// message is in, so that exactly Count messages arrive within the time measured.
func (p *player) receive(ctx context.Context) (err error) {
	s, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	m, r, err := p.timed(s.Receive)
	if err != nil {
		return err
	}
	if err := p.finish(m, r); err != nil {
		return err
	}
	p.control.hold()
	return nil
}

// proxy forwards between two sockets that are bound. What it uses in the warm-up
// is in its report, and so are the messages.
func (p *player) proxy(ctx context.Context) (err error) {
	proxier, ok := p.library.(Proxier)
	if !ok {
		return Unsupported(p.library.Name(), "proxy")
	}
	front, err := p.library.Open(ctx, p.job.Type, p.job)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, front.Close()) }()
	back, err := p.library.Open(ctx, p.job.To, p.job)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, back.Close()) }()
	var a Announcement
	if a.Endpoint, err = front.Bind(p.job.Endpoint); err != nil {
		return err
	}
	if a.Back, err = back.Bind(p.job.Back); err != nil {
		return err
	}
	m, err := p.begin()
	if err != nil {
		return err
	}
	if err := p.control.out.Encode(a); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	go func() {
		p.control.hold()
		stop()
	}()
	if err := proxier.Proxy(ctx, front, back); err != nil {
		return err
	}
	return p.finish(m, Report{Count: p.job.Count + p.job.WarmUp})
}
