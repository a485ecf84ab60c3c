package patterns

import "github.com/zeroactor/zmq/ypipe"

// ready reports whether there is a message.
func (q *fairQueue) ready() bool {
	p, _, _ := q.peek()
	return p != nil
}

// peek finds the pipe whose turn it is, and the first frame of its next
// message, which it leaves there. p is nil if no pipe has one.
func (q *fairQueue) peek() (p *pipe, flags byte, body []byte) {
	for len(q.active) > 0 {
		p = q.active[q.next]
		if flags, body, ok := p.in.Peek(); ok {
			return p, flags, body
		}
		q.drop()
		p.asleep()
	}
	return nil, 0, nil
}

// ready reports whether a pipe has room.
func (b *loadBalancer) ready() bool { return b.pick() != nil }

func (s *Push) readyOut() bool { return s.lb.ready() }

func (s *Pull) readyIn() bool { return s.fq.ready() }

func (s *Dealer) readyIn() bool  { return s.fq.ready() }
func (s *Dealer) readyOut() bool { return s.lb.ready() }

func (s *Pair) readyOut() bool { return s.peer != nil && s.peer.hasRoom() }

func (s *Pair) readyIn() bool {
	for _, p := range s.from {
		if p.queued {
			if _, _, ok := p.in.Peek(); ok {
				return true
			}
			p.queued = false
			p.asleep()
		}
		if !p.closed {
			break
		}
	}
	return false
}

// A ROUTER, and a STREAM, is always ready to send, since it depends on the
// message whether it waits.
func (s *router) readyOut() bool { return true }
func (s *router) readyIn() bool  { return s.fq.ready() }

func (s *Req) readyOut() bool {
	return !s.doing && (!s.waiting || s.cfg.reqrep.relaxed) && s.lb.ready()
}

func (s *Req) readyIn() bool {
	if s.doing || !s.waiting {
		return false
	}
	if p := s.asked; p.queued {
		if _, _, ok := p.in.Peek(); ok {
			return true
		}
		s.sleep(p)
	}
	return s.lost // which is what there is to receive
}

func (s *Rep) readyOut() bool { return s.open.pipe != nil }
func (s *Rep) readyIn() bool  { return s.open.pipe == nil && s.fq.ready() }

// A publisher is always ready to send: see [Router]. With [NoDrop] it may wait
// for the subscribers of one message, and not for those of another.
func (b *publisher) readyOut() bool { return true }
func (b *publisher) readyIn() bool  { return b.notices != nil && len(b.notices.queue) > 0 }

func (b *subscriber) readyOut() bool { return true }

func (b *subscriber) readyIn() bool {
	for {
		p, flags, body := b.fq.peek()
		if p == nil {
			return false
		}
		if !b.filter || b.topics.Match(body) != b.sock.cfg.pubsub.invert {
			return true
		}
		p.in.Next()
		for flags&ypipe.FlagMore != 0 {
			flags, _, _ = p.in.Next()
		}
		b.fq.step()
	}
}
