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
// [ReqCorrelate] it is told by its number. Without, nothing distinguishes it;
// so when a request is given up, by the end of a Do's context or with
// [ReqRelaxed], or is lost with its connection, it must not find its way back.
//
//   - If this socket has connected to the peer, it ends the connection that the
//     request went over, and makes a new one at once. A ROUTER could still find
//     it there by its [RoutingID]: unless the peer is a REP, the connections
//     made from then on announce none. With ReqCorrelate the name is kept.
//   - If the peer has connected to this socket, it may bring the late reply
//     over its next connection, whatever is done to this one, as those of
//     libzmq do. From then on requests to such peers are numbered as with
//     ReqCorrelate.
type Req struct {
	socket
	out sender
	in  receiver
	lb  loadBalancer

	turns chan struct{} // holds one token for the Do that is under way

	doing    bool          // a Do is under way
	waiting  bool          // for the reply to a request
	lost     bool          // that reply will not come, unless it is there already
	kept     zmq.Message   // that reply, whose connection is lost; empty if there is none
	asked    *pipe         // has the request
	envelope replyEnvelope // of the reply
	number   uint32        // of the last request that has one

	// numbers says that a peer that had connected to this socket may reply to a
	// request that was given up, whatever becomes of its connection.
	numbers bool
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
	s.envelope.correlate = s.cfg.reqrep.correlate || s.numbers && p.endpoint.bound
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

func (s *Req) full() *pipe { return s.lb.full() }

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
	taken := s.kept.Len() > 0
	if taken {
		s.kept.MoveTo(m)
	} else if !s.lost {
		taken = s.nextReply(s.asked, m)
	}
	switch {
	case taken:
		s.answered()
		return nil
	case s.lost: // maybe just now, for what it has sent
		s.asked, s.waiting = nil, false
		return ErrPeerLost
	}
	return errWait
}

// answered notes that the reply is taken.
func (s *Req) answered() {
	s.asked, s.waiting = nil, false
	s.notify() // ready to send
}

// nextReply looks in what has come for the reply.
func (s *Req) nextReply(p *pipe, m *zmq.Message) bool {
	for p.queued {
		flags, body, ok := p.in.Next()
		if !ok {
			s.sleep(p)
			break
		}
		if s.readReply(p, m, flags, body) == verdictBody {
			return true
		}
	}
	return false
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
	s.kept.Reset()
	switch {
	case s.envelope.correlate || s.lost || p.closed || s.closed:
	case p.port != nil && !p.linked:
		// No connection can come before we give back the turn.
		s.stats.Dropped += p.port.Discard()
	default:
		s.unanswered(p)
		if !p.endpoint.bound {
			s.renew(p)
		}
	}
}

// unanswered is told that the peer of p may have a request to which it can reply
// for ever, and that this reply is not wanted any more: see Req.
func (s *Req) unanswered(p *pipe) {
	if p.peer == nil {
		s.turn.Pending() // a peer of this process may be quicker than the news of it
	}
	switch {
	case s.envelope.correlate || p.peer == nil:
	case p.endpoint.bound:
		s.numbers = true
	case p.peer.SocketType != "REP":
		s.cfg.routingID = nil
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
	if p == s.asked && !s.closed {
		s.lose(p)
	}
}

// lose notes that the peer that has the request is gone. What it has sent before
// is all that will come of it: the reply is taken out at once, if it is there, as
// whatever comes in its place over another connection is none.
func (s *Req) lose(p *pipe) {
	if s.lost {
		return
	}
	s.lost = true
	if s.kept.Len() == 0 && !s.nextReply(p, &s.kept) {
		s.unanswered(p)
	}
	s.discard(p)
}

// readable leaves a reply to who waits for it.
func (s *Req) readable(p *pipe) {
	p.queued = true
	if p != s.asked || s.lost {
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
// takes it. What has come is no reply to it.
func (s *Req) disconnected(p *pipe) {
	p.linked = false
	switch {
	case p != s.asked:
	case p.port.Out.Drained():
		s.lose(p)
	default:
		s.discard(p)
	}
}

func (s *Req) writable(p *pipe) { s.lb.add(p) }
