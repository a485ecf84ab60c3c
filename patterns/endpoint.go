package patterns

import (
	"context"
	"fmt"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/inproc"
)

// An endpoint is what a socket is bound or connected to. Over a network its
// actor is a listener, with its connections for children, or a connecter.
type endpoint struct {
	addr  zmq.Endpoint
	bound bool               // otherwise connected
	node  *actor.Node        // nil for inproc
	ln    transport.Listener // of a listener
	pipe  *pipe              // of a connecter, unless it is immediate; and of inproc
	as    []byte             // routing id that the peer is to have here; nil: its own, or any
}

// Bind listens on an endpoint and returns the one really bound, in which
// wildcards are replaced by what the system chose: "tcp://*:*" becomes
// "tcp://0.0.0.0:40331". A socket may be bound to any number of endpoints.
func (s *socket) Bind(text string) (zmq.Endpoint, error) {
	ep, err := zmq.ParseEndpoint(text)
	if err == nil {
		ep, err = s.bind(ep)
	}
	if err != nil {
		return zmq.Endpoint{}, s.fail("bind", text, err)
	}
	return ep, nil
}

func (s *socket) bind(ep zmq.Endpoint) (zmq.Endpoint, error) {
	if ep.Scheme == inproc.Scheme {
		return ep, s.bindInproc(ep)
	}
	t, ok := s.ctx.transports[ep.Scheme]
	if !ok {
		return ep, fmt.Errorf("%w: %q", zmq.ErrTransport, ep.Scheme)
	}
	ln, err := t.Listen(context.Background(), ep.Address, &s.cfg.transport)
	if err != nil {
		s.emit(Event{Kind: BindFailed, Endpoint: ep.String(), Err: err})
		return ep, err
	}
	e := &endpoint{addr: ln.Endpoint(), bound: true, ln: ln}
	s.emit(Event{Kind: Listening, Endpoint: e.addr.String()})
	s.turn.Lock()
	defer s.turn.Unlock()
	return e.addr, s.start(e, "listener", actor.Spec{Run: s.listen(e)}, func() { ln.Close() })
}

// Connect connects to an endpoint. Its address is checked at once; the
// connection is made, and made again when it is lost, in the background, and
// there may be no peer yet. A socket may be connected to any number of
// endpoints, and bound to others. Of connections that are to be made at once 64 are,
// and the others each after one of these, or 50 ms later if they take longer.
func (s *socket) Connect(text string) error {
	ep, err := zmq.ParseEndpoint(text)
	if err == nil {
		s.turn.Lock()
		err = s.connect(&endpoint{addr: ep})
		s.turn.Unlock()
	}
	if err != nil {
		return s.fail("connect", text, err)
	}
	return nil
}

// connect begins to keep up the connection to e. In the turn.
func (s *socket) connect(e *endpoint) error {
	if e.addr.Scheme == inproc.Scheme {
		return s.connectInproc(e)
	}
	t, ok := s.ctx.transports[e.addr.Scheme]
	if !ok {
		return fmt.Errorf("%w: %q", zmq.ErrTransport, e.addr.Scheme)
	}
	if err := t.CheckDial(e.addr.Address, &s.cfg.transport); err != nil {
		return err
	}
	c := newConnecter(s, e, t)
	if !s.cfg.immediate {
		e.pipe = newNetworkPipe(s, e)
		if err := s.attach(e.pipe); err != nil {
			return err
		}
	}
	return s.start(e, "connecter", c.spec(), func() {})
}

// start spawns the endpoint's actor. undo is called if that is not possible,
// because the socket is closed. In the turn.
func (s *socket) start(e *endpoint, kind string, spec actor.Spec, undo func()) error {
	if s.closed {
		undo()
		return zmq.ErrClosed
	}
	node, err := s.node.Spawn(kind+" "+e.addr.String(), spec)
	if err != nil {
		undo()
		return zmq.ErrClosed
	}
	e.node = node
	name := e.addr.String()
	s.endpoints[name] = append(s.endpoints[name], e)
	return nil
}

// dropEndpoint forgets an endpoint that has come to its end. In the turn.
func (s *socket) dropEndpoint(e *endpoint) {
	name := e.addr.String()
	list := s.endpoints[name]
	for i, x := range list {
		if x == e {
			list = append(list[:i:i], list[i+1:]...)
			break
		}
	}
	if len(list) == 0 {
		delete(s.endpoints, name)
		return
	}
	s.endpoints[name] = list
}

// Unbind ends the listening on an endpoint, given as Bind returned it, and all
// connections that were accepted there: what was sent to them is handed over
// in the background, up to the linger, and what has been received from them
// can still be read. The error is [zmq.ErrNoEndpoint] if the socket is not
// bound there.
func (s *socket) Unbind(text string) error { return s.end("unbind", text, true) }

// Disconnect ends the connection to an endpoint, given as it was to Connect,
// in the same way as Unbind.
func (s *socket) Disconnect(text string) error { return s.end("disconnect", text, false) }

func (s *socket) end(op, text string, bound bool) error {
	ep, err := zmq.ParseEndpoint(text)
	if err != nil {
		return s.fail(op, text, err)
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.closed {
		return s.fail(op, text, zmq.ErrClosed)
	}
	found := false
	for _, e := range append([]*endpoint(nil), s.endpoints[ep.String()]...) {
		if e.bound == bound {
			found = true
			s.endEndpoint(e)
		}
	}
	if !found {
		return s.fail(op, text, zmq.ErrNoEndpoint)
	}
	return nil
}

// endEndpoint takes the pipes of an endpoint from the pattern and lets them
// linger. In the turn.
func (s *socket) endEndpoint(e *endpoint) {
	s.dropEndpoint(e)
	if e.addr.Scheme == inproc.Scheme && s.endInproc(e) {
		s.unbound[e] = struct{}{}
		s.lingering.Go(func() { s.lingerUnbound(e) })
	}
	for p := range s.pipes {
		if p.endpoint == e {
			s.detach(p)
			p.finish()
		}
	}
	if e.node == nil {
		return
	}
	if e.ln != nil {
		e.ln.Close()
	}
	s.ending[e] = struct{}{}
	s.lingering.Go(func() { s.linger(e) })
}
