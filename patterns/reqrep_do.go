package patterns

import (
	"context"

	"github.com/zeroactor/zmq"
)

// Do sends m as a request and returns the reply. Any number of goroutines may
// call it: one request is under way at a time, and they take turns in the order
// in which they called. On success m is empty; on failure it is unchanged, and
// may be sent again.
//
// When ctx is over, the request is given up, and a reply that still comes is
// dropped: see [Req]. The other errors are [ErrPeerLost], [zmq.ErrClosed], and
// [zmq.ErrState] while a request made by Send waits for its reply.
func (s *Req) Do(ctx context.Context, m *zmq.Message) (*zmq.Message, error) {
	if m.Len() == 0 {
		return nil, s.fail("do", "", errNoFrames)
	}
	select {
	case s.turns <- struct{}{}:
	default:
		select {
		case s.turns <- struct{}{}:
		case <-ctx.Done():
			return nil, s.fail("do", "", context.Cause(ctx))
		}
	}
	defer func() { <-s.turns }()
	return s.do(ctx, m)
}

func (s *Req) do(ctx context.Context, m *zmq.Message) (*zmq.Message, error) {
	err := s.until(ctx, "do", &s.sendq, func() error {
		if s.waiting {
			return zmq.ErrState
		}
		if err := s.request(outgoing{m: m}); err != nil {
			return err
		}
		s.doing = true
		s.stats.Sent++
		return nil
	})
	if err != nil {
		return nil, err
	}
	reply := new(zmq.Message)
	err = s.until(ctx, "do", &s.recvq, func() error { return s.reply(reply) })
	s.turn.Lock()
	defer s.turn.Unlock()
	s.doing = false
	if err != nil && s.waiting && !s.closed {
		if s.reply(reply) == nil {
			err = nil // it came just now
		} else if s.waiting {
			s.abandon()
		}
	}
	if err != nil {
		return nil, err
	}
	s.stats.Received++
	m.Reset()
	reply.Detach()
	return reply, nil
}

// renew replaces a pipe that connects by one that knows nothing of what went
// over it: its connection is ended at once, and another one is made. In the turn.
func (s *socket) renew(p *pipe) {
	if p.closed || s.closed {
		return
	}
	e := p.endpoint
	s.cut(p, errAbandoned)
	if e.pipe == p {
		// It was possible before, and fails only if the socket's context is closing.
		s.connect(&endpoint{addr: e.addr, as: e.as})
	}
}
