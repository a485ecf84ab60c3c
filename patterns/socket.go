package patterns

import (
	"context"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/mailbox"
)

// A pattern is what makes a socket one of its type. Its methods run in the
// socket's turn.
type pattern interface {
	// attach tells of a new pipe. It returns false to refuse it.
	attach(p *pipe) bool
	// detach tells that a pipe is lost: it takes nothing more, and gives only
	// what has come already.
	detach(p *pipe)
	// readable tells that a pipe that was found empty has something.
	readable(p *pipe)
	// writable tells that a pipe that was found full has room.
	writable(p *pipe)
	// connected tells that a pipe has got a connection, its first or another.
	connected(p *pipe)
	// disconnected tells that a pipe has lost its connection and waits for
	// the next one.
	disconnected(p *pipe)
}

// socket is what every socket type has in common. The exported types embed it
// and add the methods that their pattern allows.
type socket struct {
	typ     string
	ctx     *Context
	cfg     config
	pattern pattern
	node    *actor.Node // parent of listeners and connecters

	turn  mailbox.Turn
	sendq mailbox.WaitList // wait until a pipe has room
	recvq mailbox.WaitList // wait until a pipe has something

	// In the turn.
	closed    bool
	pipes     map[*pipe]struct{}
	endpoints map[string][]*endpoint
	stats     Stats
}

// wait waits in line until it is worth trying again. The turn is held when it
// is called, and when it returns nil; otherwise it is not.
func (s *socket) wait(ctx context.Context, line *mailbox.WaitList) error {
	if s.closed {
		s.turn.Unlock()
		return zmq.ErrClosed
	}
	w := line.Join()
	s.turn.Unlock()
	err := w.Wait(ctx)
	s.turn.Lock()
	woken := line.Leave(w)
	if err == nil && !s.closed {
		return nil
	}
	if woken && !s.closed {
		line.Wake() // we do not use it
	}
	if s.closed {
		err = zmq.ErrClosed
	}
	s.turn.Unlock()
	return err
}

// help lets the caller do the writing that the full pipe p waits for. The turn
// is held, but not meanwhile; so if help returns true, things may have changed
// and are to be looked at again.
func (s *socket) help(p *pipe) bool {
	if p == nil || p.port == nil || s.closed {
		return false
	}
	s.turn.Unlock()
	p.port.Help()
	s.turn.Lock()
	return true
}

// pass wakes the next in line, who may find what the last one has left.
func pass(line *mailbox.WaitList, more bool) {
	if more && !line.Empty() {
		line.Wake()
	}
}

func (s *socket) fail(op, endpoint string, err error) error {
	return &zmq.OpError{Op: op, Socket: s.typ, Endpoint: endpoint, Err: err}
}

// attach brings a pipe to the socket. In the turn.
func (s *socket) attach(p *pipe) {
	if s.closed {
		p.close()
		return
	}
	s.pipes[p] = struct{}{}
	p.attached = true
	if !s.pattern.attach(p) {
		p.attached = false
		p.close()
		s.forget(p)
		return
	}
	s.sendq.Wake()
	s.recvq.Wake()
}

// detach takes a pipe away from the socket: what is still in its inbound log
// remains to be read. In the turn.
func (s *socket) detach(p *pipe) {
	if p.closed {
		return
	}
	p.closed = true
	if !p.attached {
		return
	}
	s.pattern.detach(p)
	if !p.queued {
		s.forget(p)
	}
}

// forget drops a pipe that has nothing more to give.
func (s *socket) forget(p *pipe) { delete(s.pipes, p) }
