package patterns

import (
	"context"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
)

// Close ends the socket. All calls that wait in it return [zmq.ErrClosed].
//
// Close returns when everything that was sent has been handed over: written,
// and the connection closed by the peer, who has so read it all. (One that was sent
// nothing over its connection is given a second for that.) If that takes
// longer than the linger ([Linger]), what is left is dropped, and the error is
// an [*zmq.OpError] of a [*zmq.DroppedError] that says how many messages that
// were. Messages that were received and not read are dropped. A second Close
// returns [zmq.ErrClosed].
func (s *socket) Close() error { return s.shutdown(context.Background(), s.lingerTime()) }

// CloseNow is Close without linger: what is not handed over yet is dropped, and
// counted in the error.
func (s *socket) CloseNow() error { return s.shutdown(context.Background(), 0) }

// shutdown closes the socket with a linger that ends with ctx too; negative is
// no end of its own.
func (s *socket) shutdown(ctx context.Context, linger time.Duration) error {
	nodes, unbound, pipes, err := s.beginClose()
	if err != nil {
		return s.fail("close", "", err)
	}
	if linger >= 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, linger)
		defer cancel()
	}
	for _, n := range nodes {
		select {
		case <-n.Done():
		case <-ctx.Done():
			n.Kill()
			<-n.Done()
		}
	}
	dropped := int64(0)
	for _, e := range unbound {
		dropped += s.awaitBinder(ctx, e)
	}
	stuck := s.node.Stop(context.Background())
	s.lingering.Wait()
	s.ctx.remove(s)
	for p := range pipes {
		dropped += p.leftOver()
	}
	s.turn.Lock()
	s.stats.Dropped += dropped
	s.turn.Unlock()
	s.monitors.close()
	switch {
	case dropped > 0:
		return s.fail("close", "", &zmq.DroppedError{Messages: dropped})
	case stuck != nil:
		return s.fail("close", "", stuck)
	}
	return nil
}

// beginClose makes the socket refuse everything, and tells its pipes and
// endpoints to come to their end. It returns those that may take time.
func (s *socket) beginClose() (nodes []*actor.Node, unbound []*endpoint, pipes map[*pipe]struct{}, err error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.closed {
		return nil, nil, nil, zmq.ErrClosed
	}
	s.closed = true
	s.sendq.WakeAll()
	s.recvq.WakeAll()
	s.notify()
	pipes, s.pipes = s.pipes, nil
	for p := range pipes {
		s.pattern.detach(p)
		p.finish()
	}
	for c, l := range s.shaking {
		if !l.owes() {
			c.Close(zmq.ErrClosed)
		}
	}
	for _, list := range s.endpoints {
		for _, e := range list {
			if e.node == nil {
				if s.endInproc(e) {
					unbound = append(unbound, e)
				}
				continue
			}
			e.quit()
			nodes = append(nodes, e.node)
		}
	}
	for e := range s.ending {
		nodes = append(nodes, e.node)
	}
	for e := range s.unbound {
		unbound = append(unbound, e)
	}
	return nodes, unbound, pipes, nil
}

// quit makes the endpoint's actor end as soon as nothing is left to do.
func (e *endpoint) quit() {
	switch {
	case e.ln != nil:
		e.ln.Close()
	case e.pipe == nil || e.pipe.port.Done():
		e.node.Kill()
	}
}

// linger waits for the end of an endpoint that was unbound or disconnected, up
// to the linger.
func (s *socket) linger(e *endpoint) {
	if e.ln == nil {
		e.quit()
	}
	ctx, cancel := s.lingerContext()
	defer cancel()
	select {
	case <-e.node.Done():
	case <-ctx.Done():
		e.node.Kill()
	}
	<-e.node.Done()
	dropped := int64(0)
	if e.pipe != nil {
		dropped = e.pipe.leftOver()
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	delete(s.ending, e)
	s.stats.Dropped += dropped
}

// lingerContext returns a context that is done when the linger is over.
func (s *socket) lingerContext() (context.Context, context.CancelFunc) {
	if linger := s.lingerTime(); linger >= 0 {
		return context.WithTimeout(context.Background(), linger)
	}
	return context.WithCancel(context.Background())
}

// lingerUnbound is linger for an inproc name that nobody has bound yet.
func (s *socket) lingerUnbound(e *endpoint) {
	ctx, cancel := s.lingerContext()
	defer cancel()
	dropped := s.awaitBinder(ctx, e)
	s.turn.Lock()
	defer s.turn.Unlock()
	delete(s.unbound, e)
	s.stats.Dropped += dropped
}

// leftOver drops what was sent and not handed over, and returns how many
// messages that were. The pipe's connections must have ended.
func (p *pipe) leftOver() int64 {
	if p.port != nil {
		return p.port.Discard()
	}
	return 0
}
