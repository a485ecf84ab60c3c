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
	closed                bool
	waited                bool    // the last receive had to wait, and nothing was sent since
	atOnce                bool    // the caller writes to the connection itself: see beginPut
	putting               bool    // between beginPut and endPut
	carried               int     // bytes of the large message that is put meanwhile, or 0
	patient               bool    // the caller would rather wait a little than have a large body copied
	lent                  *pipe   // to whose connection it is to write the body that it has promised, or nil
	unwritten             *pipe   // that it is to write to
	lender                *pipe   // whose connection receivers may have been lent the reading of; nil if none
	ahead                 *pipe   // whose connection the sender is to wait for: see pace
	aheadAt               int64   // ... until it has read so far
	catchUp               *pipe   // whose connection it is far ahead of, to write to that itself; nil if it is of none
	batching              bool    // sends do not flush yet
	unflushed             []*pipe // by the batch
	pipes                 map[*pipe]struct{}
	endpoints             map[string][]*endpoint
	dialing               dialLine
	accepting, connecting *engine.Config         // nil before the first connection that is accepted, or made
	shaking               map[*engine.Conn]*link // connections in their handshake
	ending                map[*endpoint]struct{} // unbound or disconnected, not at their end
	unbound               map[*endpoint]struct{} // disconnected from inproc names that nobody had bound, with something left
	stats                 Stats
	watchers              []*watcher

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
	s.unbound = make(map[*endpoint]struct{})
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
	if p.leave(); !p.queued {
		s.forget(p)
	}
	s.ready() // who waits for this pipe's answer must see that it is gone
}

// forget drops a pipe that has nothing more to give.
func (s *socket) forget(p *pipe) {
	delete(s.pipes, p)
	if s.lender == p {
		s.lender = nil
	}
}

// beginPut is called before a message is put. The goroutine that answers a
// message for which it had to wait will hardly send another one to go with it,
// and may as well write the answer to the connection itself: that saves waking
// another goroutine. In the turn.
func (s *socket) beginPut() {
	s.atOnce = s.waited
	s.waited = false
	s.putting, s.patient = true, true
	s.carried, s.catchUp = 0, nil
}

// endPut ends what beginPut began, before the turn is given back. If it
// returns a pipe, port.Write or port.Wake is to be called after that.
func (s *socket) endPut() *pipe {
	s.atOnce, s.putting, s.patient = false, false, false
	p := s.unwritten
	if p != nil {
		s.unwritten = nil
	}
	return p
}

// wait waits in line until it is worth trying again. The turn is held when it
// is called, and when it returns nil; otherwise it is not.
func (s *socket) wait(ctx context.Context, line *mailbox.WaitList) error {
	if s.closed {
		s.turn.Unlock()
		return zmq.ErrClosed
	}
	w := line.Join()
	err := s.waitOrRead(ctx, w, s.nearest(line))
	woken := line.Leave(w)
	if err == nil && !s.closed {
		s.waited = line == &s.recvq
		return nil
	}
	if (woken || line == &s.recvq) && !s.closed {
		line.Wake() // we do not use it, or do not read for the others any more
	}
	if s.closed {
		err = zmq.ErrClosed
	}
	s.turn.Unlock()
	return err
}

// waitOrRead waits until w is woken or, if p is not nil, has read from p's connection
// itself. The turn is held before and after, but not meanwhile.
func (s *socket) waitOrRead(ctx context.Context, w *mailbox.Waiter, p *pipe) (err error) {
	if p != nil {
		w.OnWake(p.interrupt)
		s.lender = p
	}
	s.turn.Unlock()
	if p == nil || !p.port.Read(ctx, w) {
		err = w.Wait(ctx)
	}
	s.turn.Lock()
	if p != nil && len(s.watchers) > 0 {
		p.port.Attend()
	}
	return err
}

// nearest returns the pipe whose connection a goroutine in the given line had
// best read from itself: there must be one only, and nobody who waits for it in
// another way. In the turn.
func (s *socket) nearest(line *mailbox.WaitList) *pipe {
	if line != &s.recvq {
		return nil
	}
	if len(s.pipes) == 1 && len(s.watchers) == 0 {
		for p := range s.pipes {
			if p.port != nil && p.newest == nil && !p.closed {
				return p
			}
		}
	}
	s.attend() // the only pipe of before may have lent its reading
	return nil
}

// attend makes the connection that is left to receivers, if there is one, be read
// by its own goroutine. There is at most one: only a socket's sole pipe lends. In
// the turn.
func (s *socket) attend() {
	if s.lender != nil {
		s.lender.port.Attend()
	}
}
