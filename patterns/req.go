package patterns

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/ypipe"
)

// A Req sends requests to its peers in turn, one at a time, and receives the
// reply to each (28/REQREP). Its peers are REP and ROUTER.
//
// Do does both as one call, and is for any number of goroutines, which take
// turns. With Send and Recv it is the program that alternates: the error is
// [zmq.ErrState] if one is called when it is the other's turn, or while a Do is
// under way.
//
// Send waits while no peer can take a request. The reply is taken only from
// the peer that has the request; anything else that peers send is dropped. If
// that peer is lost before its reply has come, Recv and Do fail with
// [ErrPeerLost], and the next request may be sent; whether the peer has acted
// on the lost one is for the program to find out. (libzmq waits for ever
// there.) A request that was not handed over yet when a connection is lost goes
// to the next one.
//
// A reply that comes too late never answers another request. With
// [ReqCorrelate] it is told by its number. Without, nothing distinguishes it,
// and so to give up a request, by the end of a Do's context or with
// [ReqRelaxed], ends the connection that it went to. A new one is made at once
// if this socket had connected; if it was the peer, that is for the peer to do.
type Req struct {
	socket
	out sender
	in  receiver
	lb  loadBalancer

	turns chan struct{} // holds one token for the Do that is under way

	doing    bool  // a Do is under way
	waiting  bool  // for the reply to a request
	lost     bool  // that reply will not come, unless it is there already
	asked    *pipe // has the request
	envelope replyEnvelope
	number   uint32 // of the last request
}

// ErrPeerLost says that the connection to the peer that has the request was
// lost before the reply came. It is a [zmq.ErrUnreachable].
var ErrPeerLost = fmt.Errorf("%w: peer was lost before it replied", zmq.ErrUnreachable)

// NewReq returns a REQ socket.
func NewReq(opts ...ReqOption) (*Req, error) {
	s := &Req{turns: make(chan struct{}, 1), number: rand.Uint32()}
	cfg := defaults()
	for _, o := range opts {
		o.applyReq(&cfg)
	}
	s.envelope.correlate = cfg.reqrep.correlate
	s.out.init(&s.socket, s)
	s.in.init(&s.socket, s)
	if err := s.socket.init("REQ", &cfg, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Send sends a request, and waits while no peer can take it. On success m is
// empty, on failure unchanged.
func (s *Req) Send(ctx context.Context, m *zmq.Message) error { return s.out.Send(ctx, m) }

// SendBytes sends a request of the given frames, which are copied, as Send
// does.
func (s *Req) SendBytes(ctx context.Context, frames ...[]byte) error {
	return s.out.SendBytes(ctx, frames...)
}

// TrySend is Send without waiting: the error is [zmq.ErrAgain] if no peer can
// take the request.
func (s *Req) TrySend(m *zmq.Message) error { return s.out.TrySend(m) }

// Recv waits for the reply. When it fails because ctx is over, the request
// stands, and Recv may be called again.
func (s *Req) Recv(ctx context.Context) (*zmq.Message, error) { return s.in.Recv(ctx) }

// RecvInto is Recv into m, whose old frames are released. On failure m is
// empty.
func (s *Req) RecvInto(ctx context.Context, m *zmq.Message) error { return s.in.RecvInto(ctx, m) }

// TryRecv is RecvInto without waiting: the error is [zmq.ErrAgain] if the reply
// is not there.
func (s *Req) TryRecv(m *zmq.Message) error { return s.in.TryRecv(m) }

func (s *Req) put(o outgoing) error {
	if s.doing {
		return zmq.ErrState
	}
	return s.request(o)
}

// request sends a request to the peer whose turn it is: "SHALL prefix the
// outgoing message with an empty delimiter frame. SHALL route outgoing messages
// to connected peers using a round-robin strategy" (28/REQREP).
func (s *Req) request(o outgoing) error {
	if s.waiting {
		if !s.cfg.reqrep.relaxed {
			return zmq.ErrState
		}
		s.abandon()
	}
	p := s.lb.pick()
	for p != nil && p.queued {
		s.discard(p)
		p = s.lb.pick() // another one if that broke the protocol
	}
	if p == nil {
		return errWait
	}
	if s.envelope.correlate {
		s.number++
		binary.BigEndian.PutUint32(s.envelope.id[:], s.number)
		p.out.Append(ypipe.FlagMore, s.envelope.id[:])
	}
	p.out.Append(ypipe.FlagMore, nil)
	p.send(o, 0)
	s.lb.step()
	s.asked, s.waiting, s.lost = p, true, false
	return nil
}

func (s *Req) full() *pipe { return s.lb.help() }

func (s *Req) take(m *zmq.Message) error {
	if s.doing {
		return zmq.ErrState
	}
	return s.reply(m)
}

// reply takes the reply: "SHALL accept an incoming message only from the last
// peer that it sent a request to" (28/REQREP).
func (s *Req) reply(m *zmq.Message) error {
	if !s.waiting {
		return zmq.ErrState
	}
	p := s.asked
	for p.queued {
		flags, body, ok := p.in.Next()
		if !ok {
			s.sleep(p)
			break
		}
		if s.readReply(p, m, flags, body) == verdictBody {
			s.asked, s.waiting = nil, false
			s.notify() // ready to send
			return nil
		}
	}
	if s.lost {
		s.asked, s.waiting = nil, false
		return ErrPeerLost
	}
	return errWait
}

// readReply reads a message, from the given frame on, into m, or cuts the
// connection if it is none that may come. It returns what the last frame was.
func (s *Req) readReply(p *pipe, m *zmq.Message, flags byte, body []byte) verdict {
	p.reuse(m)
	for {
		more := flags&ypipe.FlagMore != 0
		v := s.envelope.step(more, body)
		switch {
		case v == verdictBroken:
			s.broke(p)
			return v
		case v == verdictBody:
			m.AppendView(body, p.in.Keep())
		}
		if !more {
			m.SetPeer(p.from())
			return v
		}
		flags, body, _ = p.in.Next()
	}
}

// discard drops what a peer has sent unasked: "SHALL discard silently any
// messages received from other peers" (28/REQREP).
func (s *Req) discard(p *pipe) {
	var e replyEnvelope
	for p.queued {
		flags, body, ok := p.in.Next()
		if !ok {
			s.sleep(p)
			break
		}
		if e.step(flags&ypipe.FlagMore != 0, body) == verdictBroken {
			s.broke(p)
		}
	}
}

// broke ends the connection to a peer that sends what is no reply.
func (s *Req) broke(p *pipe) {
	p.queued = false
	s.cut(p, &zmq.ProtocolError{
		Rule:   "28/REQREP The REQ Socket Type",
		Detail: "reply does not begin with an empty delimiter frame",
	})
}

// sleep notes that nothing is to be read.
func (s *Req) sleep(p *pipe) {
	p.queued = false
	p.asleep()
}

// abandon gives up the request that waits for its reply, so that this can never
// answer another one.
func (s *Req) abandon() {
	p := s.asked
	s.asked, s.waiting = nil, false
	switch {
	case s.envelope.correlate || p.closed || s.closed:
	case p.port != nil && !p.linked:
		// No connection can come before we give back the turn.
		s.stats.Dropped += p.port.Discard()
	default:
		s.renew(p)
	}
}

func (s *Req) attach(p *pipe) error {
	s.lb.add(p)
	p.linked = p.peer != nil
	if s.cfg.reqrep.probe {
		p.probe()
	}
	s.readable(p) // from now on we are told
	return nil
}

func (s *Req) detach(p *pipe) {
	s.lb.remove(p)
	if p == s.asked {
		s.lost = true
	}
}

// readable leaves a reply to who waits for it.
func (s *Req) readable(p *pipe) {
	p.queued = true
	if p != s.asked {
		s.discard(p)
	}
}

func (s *Req) connected(p *pipe) {
	p.linked = true
	if s.cfg.reqrep.probe {
		p.probeAgain()
	}
}

// disconnected waits on if the request has not left yet: the next connection
// takes it.
func (s *Req) disconnected(p *pipe) {
	p.linked = false
	if p == s.asked && p.port.Out.Drained() {
		s.lost = true
	}
}

func (s *Req) writable(p *pipe) { s.lb.add(p) }
