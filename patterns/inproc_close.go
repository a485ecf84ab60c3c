package patterns

import "context"

// Over inproc a message is handed over when the other socket has the pipe that
// it is in. Until somebody binds the name nobody has, and whoever closes or
// disconnects waits for that, as over networks for a connection.

// endInproc gives up a name; or a connection, unless it still waits for somebody
// to bind, and there is something for him: then it returns true, and
// awaitBinder is to be called. In the turn.
func (s *socket) endInproc(e *endpoint) (owes bool) {
	if e.bound {
		s.ctx.inproc.Unbind(e.addr.Address)
		return false
	}
	if !e.pipe.answered && e.pipe.out.Written() > 0 {
		if e.pipe.met == nil {
			e.pipe.met = make(chan struct{})
		}
		return true
	}
	s.ctx.inproc.Cancel(e.addr.Address, e.pipe)
	return false
}

// withdraw drops what waits over inproc for somebody to bind. In the turn.
func (s *socket) withdraw(e *endpoint) {
	p := e.pipe
	if p.mate != nil && !p.answered && s.ctx.inproc.Cancel(e.addr.Address, p) {
		p.refuseAll()
		p.answered = true
	}
}

// meet says that the pipe's wait for a binder is over: he has taken it, or has
// refused, or none is wanted any more. In the turn of its socket.
func (p *pipe) meet() {
	p.answered = true
	if p.met != nil {
		close(p.met)
		p.met = nil
	}
}

// awaitBinder waits until the other end of a connection is accepted, or ctx is
// done, or nobody is left in the context to do so. It returns how many messages
// were dropped. Several may wait for the same.
func (s *socket) awaitBinder(ctx context.Context, e *endpoint) (dropped int64) {
	p := e.pipe
	s.turn.Lock()
	met := p.met
	s.turn.Unlock()
	if met == nil {
		return s.unmet(p)
	}
	select {
	case <-met:
		return s.unmet(p)
	case <-ctx.Done():
	case <-s.ctx.closing:
	}
	if !s.ctx.inproc.Cancel(e.addr.Address, p) {
		<-met // it is just being accepted, or another one has cancelled it
		return s.unmet(p)
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	p.refuseAll()
	p.meet()
	dropped, p.lost = p.lost, 0
	return dropped
}

// unmet returns, once, how many messages a binder has refused.
func (s *socket) unmet(p *pipe) (dropped int64) {
	s.turn.Lock()
	defer s.turn.Unlock()
	dropped, p.lost = p.lost, 0
	return dropped
}

// refuseAll drops what is in the pipe, which nobody has accepted, and counts it.
// In the turn.
func (p *pipe) refuseAll() {
	n := p.mate.in.Discard() // it has no other reader
	if p.sock.cfg.conflateOut {
		n = min(n, 1)
	}
	if p.met != nil {
		p.lost += n // for who waits to tell of it
	} else {
		p.sock.stats.Dropped += n
	}
}
