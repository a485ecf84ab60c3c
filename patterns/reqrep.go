package patterns

import (
	"context"
	"errors"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/mailbox"
)

// Why a socket ended a connection by itself.
var (
	errParted    = errors.New("disconnected by the program")
	errReplaced  = errors.New("another peer took over the routing id")
	errAbandoned = errors.New("a request on this connection was given up")
)

// until takes the turn and calls try, again and again with waits in line until
// its error is not errWait. Who waits in the line of senders sends.
func (s *socket) until(ctx context.Context, op string, line *mailbox.WaitList, try func() error) error {
	s.turn.Lock()
	for {
		err := zmq.ErrClosed
		var p *pipe
		if !s.closed {
			if line == &s.sendq {
				s.beginPut()
			}
			err = try()
			p = s.endPut()
		}
		if err == nil {
			s.turn.Unlock()
			if p != nil {
				p.port.Write()
			}
			return nil
		}
		if p != nil {
			p.port.Wake()
		}
		if err != errWait {
			s.turn.Unlock()
			return s.fail(op, "", err)
		}
		if err := s.wait(ctx, line); err != nil {
			return s.fail(op, "", err)
		}
	}
}

// probe sends an empty message, by which a ROUTER learns of the connection. It
// is the first one that the peer of a new pipe gets.
func (p *pipe) probe() {
	p.out.Append(0, nil)
	p.end()
	p.probed = true
}

// probeAgain is called for each connection of a pipe that connects: the first
// one has its probe since the pipe was attached.
func (p *pipe) probeAgain() {
	if !p.probed {
		p.probe()
	}
	p.probed = false
}

// A blockage remembers the pipe that was found full, so that its sender helps
// with the writing once before it waits.
type blockage struct{ pipe, helped *pipe }

// found notes that p was found full.
func (b *blockage) found(p *pipe) {
	b.pipe = nil
	if b.helped != p {
		b.pipe, b.helped = p, p
	}
}

// clear forgets it, since there is room again.
func (b *blockage) clear() { b.helped = nil }

// full returns the pipe to help, once.
func (b *blockage) full() *pipe {
	p := b.pipe
	b.pipe = nil
	return p
}

// cut ends a pipe and the connection that serves it, at once and for the given
// reason; what has come can still be read, but what is not written yet is
// dropped. If the socket kept the connection up, it does not any more. In the
// turn.
func (s *socket) cut(p *pipe, err error) {
	port := p.port
	if p.closed {
		return
	}
	if e := p.endpoint; e.pipe == p {
		s.withdraw(e)
		s.endEndpoint(e)
		if port != nil {
			port.Fail(err)
			e.node.Kill()
		}
		return
	}
	s.detach(p)
	p.finish()
	if port != nil {
		port.Fail(err)
	}
}

// part ends a pipe and its connection in order: what was sent to the peer is
// handed over, up to the linger. In the turn.
func (s *socket) part(p *pipe) {
	if e := p.endpoint; e.pipe == p {
		s.endEndpoint(e)
		return
	}
	s.detach(p)
	p.finish()
	if p.port != nil && s.cfg.linger >= 0 {
		time.AfterFunc(s.cfg.linger, func() { p.port.Fail(errParted) })
	}
}

// notice makes the socket receive an empty message behind all that has come.
// The pipe must be one without a connection, or else that would be the log's
// writer.
func (p *pipe) notice() {
	p.in.Append(0, nil)
	p.in.EndMessage()
	p.in.Flush()
}
