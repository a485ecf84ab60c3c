package patterns

import (
	"context"
	"errors"
	"math/rand/v2"
	"syscall"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/internal/backoff"
	"github.com/zeroactor/zmq/transport"
)

// A connecter is the actor that keeps up a connection to an address. Each run
// is one attempt and the connection that comes of it; the next is made by the
// supervision, after a while.
type connecter struct {
	sock      *socket
	endpoint  *endpoint
	transport transport.Transport
	backoff   backoff.State
}

func newConnecter(s *socket, e *endpoint, t transport.Transport) *connecter {
	return &connecter{sock: s, endpoint: e, transport: t, backoff: backoff.State{
		Policy: backoff.Policy{Interval: s.cfg.reconnect, Max: s.cfg.reconnectMax},
	}}
}

func (c *connecter) spec() actor.Spec {
	return actor.Spec{
		Run:         c.run,
		Restart:     actor.Permanent,
		MaxRestarts: -1,
		Backoff:     c.next,
		OnExit:      func(*actor.Node, error) { c.ended() },
	}
}

// next says when to try again.
func (c *connecter) next(int, time.Duration) (time.Duration, bool) {
	wait, ok := c.backoff.Next(rand.Int64N)
	if ok {
		c.sock.emit(Event{Kind: ConnectRetried, Endpoint: c.endpoint.addr.String(), Interval: wait})
	}
	return wait, ok
}

// ended takes the endpoint, which will not be tried again, from the socket.
func (c *connecter) ended() {
	s, e := c.sock, c.endpoint
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.closed {
		return
	}
	s.dropEndpoint(e)
	if e.pipe != nil {
		s.detach(e.pipe)
	}
}

// run makes one connection. It returns an error that is actor.Final if there
// is to be no other.
func (c *connecter) run(ctx context.Context, _ *actor.Node) error {
	if c.done() {
		return actor.ErrStop
	}
	l, err := c.dial(ctx)
	if err != nil {
		return err
	}
	return c.after(l, l.run(ctx))
}

// dial connects to the address, once that is its turn.
func (c *connecter) dial(ctx context.Context) (*link, error) {
	s, e := c.sock, c.endpoint
	if s.monitored() {
		s.emit(Event{Kind: ConnectDelayed, Endpoint: e.addr.String()})
	}
	// ctx would keep the memory that it takes to wait with it for as long as the connection lives.
	dialing, cancel := context.WithCancelCause(context.Background())
	defer actor.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })()
	defer cancel(nil)
	round, err := s.dialing.enter(dialing)
	if err != nil {
		return nil, err
	}
	nc, err := c.transport.Dial(dialing, e.addr.Address, &s.cfg.transport)
	if err != nil {
		s.dialing.leave(round)
		s.emit(Event{Kind: Closed, Endpoint: e.addr.String(), Err: err})
		if s.cfg.reconnectStop&ReconnectStopRefused != 0 && errors.Is(err, syscall.ECONNREFUSED) {
			err = actor.Final(err)
		}
		return nil, err
	}
	l := &link{sock: s, endpoint: e, nc: nc, pipe: e.pipe, dialing: true, round: round}
	l.tell(Connected, nil, nil)
	return l, nil
}

// after says what follows a connection that ended with err.
func (c *connecter) after(l *link, err error) error {
	if !l.connected.IsZero() {
		c.backoff.Succeeded(time.Since(l.connected))
		c.lost(l)
	}
	switch {
	case c.done():
		return actor.ErrStop
	case c.final(l, err):
		return actor.Final(err)
	}
	return err
}

// attachAgain gives the connection the pipe that the endpoint has had since
// Connect.
func (l *link) attachAgain(peer *zmq.Peer) (*engine.Port, error) {
	s, p := l.sock, l.pipe
	s.turn.Lock()
	defer s.turn.Unlock()
	p.succeed(peer)
	p.refused = nil
	if p.attached && !p.closed && !s.closed {
		s.pattern.connected(p)
		s.ready()
	}
	return p.port, p.refused
}

// lost tells the socket that a connection is lost.
func (c *connecter) lost(l *link) {
	if c.endpoint.pipe == nil {
		l.lost()
		return
	}
	s, p := c.sock, c.endpoint.pipe
	s.turn.Lock()
	defer s.turn.Unlock()
	if p.attached && !p.closed && !s.closed {
		s.pattern.disconnected(p)
		s.ready()
	}
}

// done reports whether the socket wants no connection any more.
func (c *connecter) done() bool {
	if p := c.endpoint.pipe; p != nil {
		return p.port.Done()
	}
	s := c.sock
	s.turn.Lock()
	defer s.turn.Unlock()
	_, ending := s.ending[c.endpoint]
	return s.closed || ending
}

// final reports whether a connection that ended with err is not to be made
// again: a peer that broke the protocol, or has refused us, will do so again, and
// one that was not let in will not be the next time either.
func (c *connecter) final(l *link, err error) bool {
	var protocol *zmq.ProtocolError
	var peer *zmq.PeerError
	var denied *zmq.AuthError
	if errors.As(err, &protocol) || errors.As(err, &peer) || errors.Is(err, zmq.ErrTooLarge) ||
		errors.As(err, &denied) && denied.Status != zmq.AuthTemporary {
		return true
	}
	stop := c.sock.cfg.reconnectStop
	return stop&ReconnectStopHandshakeFailed != 0 && l.connected.IsZero() ||
		stop&ReconnectStopAfterDisconnect != 0 && !l.connected.IsZero()
}
