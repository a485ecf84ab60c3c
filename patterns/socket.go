package patterns

import (
	"context"
	"errors"
	"sync"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/mailbox"
)

// A pattern is what makes a socket one of its type: which pipe takes a message,
// which one gives the next, and what is done to it on the way. All of its
// methods run in the socket's turn.
type pattern interface {
	// attach tells of a new pipe. An error refuses it.
	attach(p *pipe) error
	// detach tells that an attached pipe is lost: it takes nothing more, and
	// gives only what has come already.
	detach(p *pipe)
	// readable tells that a pipe that was found empty has something.
	readable(p *pipe)
	// writable tells that a pipe that was found full has room.
	writable(p *pipe)
	// connected tells that an attached pipe has got a connection, the first
	// one or the next; accepted pipes are attached with theirs.
	connected(p *pipe)
	// disconnected tells that an attached pipe has lost its connection, and
	// waits for the next one.
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
	sendq mailbox.WaitList // goroutines that wait until a pipe has room
	recvq mailbox.WaitList // goroutines that wait until a pipe has something

	// In the turn.
	closed    bool
	batching  bool    // sends do not flush yet
	unflushed []*pipe // by the batch
	pipes     map[*pipe]struct{}
	endpoints map[string][]*endpoint
	shaking   map[*engine.Conn]*link // connections in their handshake
	ending    map[*endpoint]struct{} // unbound or disconnected, not at their end
	stats     Stats
	watchers  []*watcher

	lingering sync.WaitGroup // goroutines that wait for ending endpoints
	monitors  monitors
}

// Errors inside the package.
var (
	// errWait says that a message cannot be taken or given now, and that the
	// caller is to wait for that.
	errWait = errors.New("wait")

	errNoFrames = errors.New("message has no frames")
)

// init makes a socket ready to bind and connect.
func (s *socket) init(typ string, cfg *config, pat pattern) error {
	s.typ, s.cfg, s.pattern = typ, *cfg, pat
	if cfg.err != nil {
		return s.fail("new", "", cfg.err)
	}
	s.ctx = cfg.context
	if s.ctx == nil {
		s.ctx = defaultContext()
	}
	s.pipes = make(map[*pipe]struct{})
	s.endpoints = make(map[string][]*endpoint)
	s.ending = make(map[*endpoint]struct{})
	s.shaking = make(map[*engine.Conn]*link)
	if err := s.ctx.add(s); err != nil {
		return s.fail("new", "", err)
	}
	return nil
}

// fail describes what went wrong with an operation.
func (s *socket) fail(op, endpoint string, err error) error {
	return &zmq.OpError{Op: op, Socket: s.typ, Endpoint: endpoint, Err: err}
}

// attach brings a pipe to the socket. In the turn.
func (s *socket) attach(p *pipe) error {
	if s.closed {
		return zmq.ErrClosed
	}
	p.attached = true
	if err := s.pattern.attach(p); err != nil {
		p.attached = false
		return err
	}
	s.pipes[p] = struct{}{}
	s.ready()
	return nil
}

// ready wakes one of each kind of waiters, since there is a new pipe or the
// socket's state has changed. In the turn.
func (s *socket) ready() {
	s.sendq.Wake()
	s.recvq.Wake()
	s.notify()
}

// detach takes a pipe away from the pattern: what is in its inbound log already
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
	s.ready() // who waits for this pipe's answer must see that it is gone
}

// forget drops a pipe that has nothing more to give.
func (s *socket) forget(p *pipe) { delete(s.pipes, p) }

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
