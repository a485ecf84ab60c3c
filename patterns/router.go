package patterns

import (
	"bytes"

	"github.com/zeroactor/zmq"
)

// A Router sends each message to the peer that its first frame names, and puts
// such a frame before each message that it receives, in turn from all peers
// (28/REQREP). Its peers are REQ, DEALER and ROUTER.
//
// A peer's routing id is the one that it announces ([RoutingID]) or, if it
// announces none, a zero byte and four others that the socket makes up. A peer
// that this socket connects to is known, and can be sent to, once it has
// answered, or at once with ConnectAs; with an id of its own it may come back as
// another after its connection was lost. The views of the id in received
// messages are read-only, as all views are.
//
// A message to a peer that is not known, or whose queue is full, is dropped and
// counted ([Stats]); see [RouterMandatory].
//
// A peer that announces the id of another one is refused: its connection is
// closed, with [zmq.ErrAddrInUse] in the event. See [RouterHandover].
//
// With [RouterRaw] the peers do not speak ZMTP, and are a [Stream]'s.
type Router struct {
	router
}

// A router is what a ROUTER and a STREAM have in common, which is all but what
// they are made with.
type router struct {
	socket
	sender
	receiver
	correspondent
	fq fairQueue
}

// NewRouter returns a ROUTER socket.
func NewRouter(opts ...RouterOption) (*Router, error) {
	s := new(Router)
	cfg := defaults()
	for _, o := range opts {
		o.applyRouter(&cfg)
	}
	if cfg.raw {
		cfg.reqrep.probe = false // an empty message has no bytes
		cfg.reqrep.notify = NotifyConnect | NotifyDisconnect
	}
	if err := s.router.init("ROUTER", &cfg); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *router) init(typ string, cfg *config) error {
	s.sender.init(&s.socket, s)
	s.receiver.init(&s.socket, s)
	s.correspondent.init(&s.socket)
	return s.socket.init(typ, cfg, s)
}

func (s *router) take(m *zmq.Message) error { return s.recvFrom(&s.fq, m) }

func (s *router) attach(p *pipe) error {
	if p.peer != nil || p.endpoint.as != nil {
		if err := s.identify(p); err != nil {
			return err
		}
	}
	s.fq.attach(p)
	if s.cfg.reqrep.probe {
		p.probe()
	}
	if p.peer != nil {
		s.tell(p, NotifyConnect)
	}
	return nil
}

func (s *router) connected(p *pipe) {
	if err := s.identify(p); err != nil {
		s.ids.remove(p)
		p.routingID = nil
		if p.port == nil {
			s.cut(p, err)
		} else {
			p.refuse(err)
		}
		return
	}
	if s.cfg.reqrep.probe {
		p.probeAgain()
	}
	s.tell(p, NotifyConnect)
}

// identify gives a pipe its id, or the one that its new connection makes it
// have.
func (s *router) identify(p *pipe) error {
	id := p.endpoint.as
	if id == nil {
		id = p.peer.RoutingID
	}
	switch {
	case len(id) == 0 && isAuto(p.routingID):
		return nil
	case len(id) == 0:
		id = s.ids.autoID()
	default:
		if err := s.claim(id, p); err != nil {
			return err
		}
		id = bytes.Clone(id)
	}
	s.ids.remove(p)
	s.ids.add(id, p)
	return nil
}

// claim sees that an id is free for p.
func (s *router) claim(id []byte, p *pipe) error {
	old := s.ids.find(id)
	if old == nil || old == p {
		return nil
	}
	if !s.cfg.reqrep.handover {
		return duplicateID(id)
	}
	s.cut(old, errReplaced)
	return nil
}

func (s *router) detach(p *pipe) {
	s.gone(p)
	if p.ended {
		s.tell(p, NotifyDisconnect)
	}
}

// disconnected drops what is left for a peer without ZMTP: it was meant for the
// connection that is lost, and would only confuse the peer of the next one.
func (s *router) disconnected(p *pipe) {
	if s.cfg.raw {
		s.stats.Dropped += p.port.Discard()
		s.roomFor()
	}
	s.tell(p, NotifyDisconnect)
}

// tell puts a notification behind what the peer has sent. The pipe has no
// connection at this moment.
func (s *router) tell(p *pipe, what Notify) {
	if p.port != nil && p.routingID != nil && s.cfg.reqrep.notify&what != 0 {
		p.notice()
	}
}

func (s *router) readable(p *pipe) { s.fq.add(p) }
func (s *router) writable(*pipe)   { s.roomFor() }
