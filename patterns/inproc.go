package patterns

import (
	"fmt"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/mailbox"
	"github.com/zeroactor/zmq/ypipe"
)

// bindInproc takes an inproc name, and the sockets that are connected to it
// already.
func (s *socket) bindInproc(ep zmq.Endpoint) error {
	if s.cfg.raw {
		return s.errNoBytes()
	}
	e := &endpoint{addr: ep, bound: true}
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.closed {
		return zmq.ErrClosed
	}
	accept := func(p *pipe) { // by whoever connects: take our turn when it is free
		s.turn.Post(&mailbox.Event{Do: func() { s.acceptInproc(e, p) }})
	}
	if err := s.ctx.inproc.Bind(ep.Address, accept); err != nil {
		return err
	}
	s.endpoints[ep.String()] = append(s.endpoints[ep.String()], e)
	return nil
}

// connectInproc makes both ends of a pipe at once: what is sent before the
// other side is bound waits in it. In the turn.
func (s *socket) connectInproc(e *endpoint) error {
	if s.cfg.raw {
		return s.errNoBytes()
	}
	p, mate := newPipe(s, e), newPipe(nil, nil)
	p.mate, mate.mate = mate, p
	e.pipe = p
	p.out = ypipe.NewLog(s.ctx.pool, s.cfg.sendHWM, mate.postReadable, p.postWritable)
	p.in = ypipe.NewLog(s.ctx.pool, s.cfg.recvHWM, p.postReadable, mate.postWritable)
	p.out.SetByteHWM(s.cfg.sendHWMBytes)
	p.in.SetByteHWM(s.cfg.recvHWMBytes)
	mate.in, mate.out = p.out, p.in
	mate.peerHWM, mate.peerBytes = s.cfg.recvHWM, s.cfg.recvHWMBytes
	p.conflateInproc(s.ctx.pool, &s.cfg)

	if err := s.attach(p); err != nil {
		return err
	}
	name := e.addr.String()
	s.endpoints[name] = append(s.endpoints[name], e)
	s.ctx.inproc.Connect(e.addr.Address, p) // who is bound takes its turn, not ours
	return nil
}

// errNoBytes refuses inproc to a socket whose peers do not speak ZMTP.
func (s *socket) errNoBytes() error {
	return fmt.Errorf("%w: %s has bytes, and inproc only messages", zmq.ErrTransport, s.typ)
}

// acceptInproc makes the other end of a connecter's pipe one of this socket's.
// In the turn.
func (s *socket) acceptInproc(e *endpoint, p *pipe) {
	mate, other := p.mate, p.sock
	if s.closed {
		other.turn.Post(&mailbox.Event{Do: func() { other.unaccepted(p) }})
		return
	}
	mate.sock, mate.endpoint, mate.joined = s, e, true
	mate.peer = other.asPeer()
	known := mate.peerHWM // as it was when the other one connected
	mate.limitOut()
	conflateThere := s.conflateAccepted(mate)
	err := s.checkPeer(other)
	if err == nil {
		err = s.attach(mate)
	}
	if err != nil {
		mate.closed = true
		s.emit(Event{Kind: HandshakeFailedProtocol, Endpoint: e.addr.String(), Err: err})
		other.turn.Post(&mailbox.Event{Do: func() {
			other.emit(Event{Kind: HandshakeFailedProtocol, Endpoint: e.addr.String(), Err: err})
			other.unaccepted(p)
		}})
		return
	}
	if mate.newest != nil {
		mate.onNewest() // what was sent before
	}
	peer, peerHWM, peerBytes := s.asPeer(), s.cfg.recvHWM, s.cfg.recvHWMBytes
	other.turn.Post(&mailbox.Event{Do: func() {
		p.peer, p.peerHWM, p.peerBytes, p.joined = peer, peerHWM, peerBytes, true
		p.meet()
		p.limitOut()
		if conflateThere && p.newest == nil {
			p.conflateIn(other.ctx.pool, new(conflation), p.in)
			p.onNewest()
		}
		if p.boundless {
			mate.postReadable() // for what was sent before
		}
		if other.cfg.recvHWM != known {
			p.tellHWM()
		}
		if p.closed { // closed before it was accepted
			p.hangUp()
			return
		}
		if p.attached && !other.closed {
			other.pattern.connected(p)
			other.ready()
		}
	}})
}

// unaccepted ends a pipe that the binder does not take. In the turn.
func (s *socket) unaccepted(p *pipe) {
	p.refuseAll()
	p.meet()
	s.detach(p)
}

// conflateAccepted makes an accepted end of a pipe conflate what this socket
// wants to be conflated, and reports whether the other end is to conflate what
// this one sends. In the turn.
func (s *socket) conflateAccepted(mate *pipe) (there bool) {
	if s.cfg.conflateIn && mate.newest == nil {
		mate.conflateIn(s.ctx.pool, new(conflation), mate.in)
	}
	if s.cfg.conflateOut {
		mate.out.SetHWM(0)
		mate.out.SetByteHWM(0)
		mate.boundless = true
	}
	return s.cfg.conflateOut
}

// checkPeer refuses a socket whose type does not go with ours, as a handshake
// would.
func (s *socket) checkPeer(other *socket) error {
	if engine.CompatibleTypes(s.typ, other.typ) {
		return nil
	}
	return &zmq.ProtocolError{
		Rule:   "37/ZMTP Socket-Type Property",
		Detail: fmt.Sprintf("%s does not talk to %s", s.typ, other.typ),
	}
}

// asPeer describes the socket to one of the same process.
func (s *socket) asPeer() *zmq.Peer {
	return &zmq.Peer{SocketType: s.typ, RoutingID: s.cfg.routingID, Version: [2]int{3, 1}}
}

// sumHWM returns the high-water mark of a pipe without a wire between its
// ends: what both would hold, or no limit if either has none.
func sumHWM(send, recv int) int {
	if send == 0 || recv == 0 {
		return 0
	}
	return send + recv
}
