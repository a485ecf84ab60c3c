package patterns

import (
	"context"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/ypipe"
)

// A Rep receives requests, in turn from all peers, and sends the replies back
// to where they came from (28/REQREP). Its peers are REQ and DEALER, with any
// number of brokers between.
//
// Recv and Send alternate: the error is [zmq.ErrState] if one is called when it
// is the other's turn. That suits one goroutine; for several there is Requests,
// whose requests are each answered on their own. Both may be used at once: a
// request goes to whoever asks first.
//
// A reply never waits: it is dropped, and counted ([Stats]), if the peer that
// sent the request is gone, or its queue is full. A REQ is gone when its
// connection is lost, even if it comes back: it does not wait for the reply
// any more. To a DEALER, behind which the asker may still be waiting, a reply
// goes over the next connection if this socket keeps that up by Connect.
// Requests without an envelope are skipped.
type Rep struct {
	socket
	out sender
	in  receiver
	fq  fairQueue

	open origin // of the request that Recv gave; its pipe is nil when Send has answered
}

// An origin is where a request came from, and its reply goes.
type origin struct {
	pipe     *pipe
	peer     *zmq.Peer   // of the pipe at that time
	envelope zmq.Message // addresses and delimiter
}

// gone reports whether the asker is not there any more.
func (o *origin) gone() bool {
	p := o.pipe
	return p.closed || o.peer != p.peer && o.peer != nil && o.peer.SocketType == "REQ"
}

// NewRep returns a REP socket.
func NewRep(opts ...RepOption) (*Rep, error) {
	s := new(Rep)
	cfg := defaults()
	for _, o := range opts {
		o.applyRep(&cfg)
	}
	s.out.init(&s.socket, s)
	s.in.init(&s.socket, s)
	if err := s.socket.init("REP", &cfg, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Recv waits for a request.
func (s *Rep) Recv(ctx context.Context) (*zmq.Message, error) { return s.in.Recv(ctx) }

// RecvInto waits for a request and moves its frames into m, whose old frames
// are released. On failure m is empty.
func (s *Rep) RecvInto(ctx context.Context, m *zmq.Message) error { return s.in.RecvInto(ctx, m) }

// TryRecv is RecvInto without waiting: the error is [zmq.ErrAgain] if there is
// no request.
func (s *Rep) TryRecv(m *zmq.Message) error { return s.in.TryRecv(m) }

// Send sends the reply to the request received last. It does not wait. On
// success m is empty, on failure unchanged.
func (s *Rep) Send(ctx context.Context, m *zmq.Message) error { return s.out.Send(ctx, m) }

// SendBytes sends a reply of the given frames, which are copied, as Send does.
func (s *Rep) SendBytes(ctx context.Context, frames ...[]byte) error {
	return s.out.SendBytes(ctx, frames...)
}

// TrySend is Send.
func (s *Rep) TrySend(m *zmq.Message) error { return s.out.TrySend(m) }

func (s *Rep) take(m *zmq.Message) error {
	if s.open.pipe != nil {
		return zmq.ErrState
	}
	err := s.next(&s.open, m)
	if err == nil {
		s.notify() // ready to send
	}
	return err
}

// next takes the next request apart. "SHALL remove and store the address
// envelope, including the delimiter. SHALL pass the remaining data frames to
// its calling application" (28/REQREP).
func (s *Rep) next(from *origin, m *zmq.Message) error {
	for {
		p, flags, body := s.fq.first()
		if p == nil {
			return errWait
		}
		p.reuse(m)
		from.envelope.Reset()
		v := p.readRequest(&from.envelope, m, flags, body)
		s.fq.step()
		if v == verdictBody {
			from.pipe, from.peer = p, p.from()
			return nil
		}
	}
}

// readRequest reads a message, from the given frame on, and returns what its
// last frame was.
func (p *pipe) readRequest(envelope, m *zmq.Message, flags byte, body []byte) verdict {
	var e requestEnvelope
	for {
		more := flags&ypipe.FlagMore != 0
		v := e.step(more, body)
		switch v {
		case verdictEnvelope:
			envelope.Append(body) // a copy: it may be kept for long
		case verdictBody:
			m.AppendView(body, p.in.Keep())
		}
		if !more {
			m.SetPeer(p.from())
			return v
		}
		flags, body, _ = p.in.Next()
	}
}

func (s *Rep) put(o outgoing) error {
	if s.open.pipe == nil {
		return zmq.ErrState
	}
	s.reply(&s.open, o)
	s.open.pipe = nil
	s.notify() // ready to receive
	return nil
}

// reply sends the reply behind the envelope of its request. "SHALL silently
// discard the reply, or return an error, if the originating peer is no longer
// connected. SHALL not block on sending" (28/REQREP).
func (s *Rep) reply(to *origin, o outgoing) {
	p := to.pipe
	if to.gone() || !p.hasRoom() {
		s.stats.Dropped++
		return
	}
	for _, f := range to.envelope.Frames() {
		p.out.Append(ypipe.FlagMore, f)
	}
	p.send(o, 0)
}

// disconnected forgets what a REQ has asked and has been told: it has given up
// the request, and must not take the reply for that to its next one.
func (s *Rep) disconnected(p *pipe) {
	if p.peer == nil || p.peer.SocketType != "REQ" {
		return
	}
	p.peer = nil
	s.stats.Dropped += p.port.Discard()
	if p.queued {
		s.fq.remove(p)
		drop(p)
	}
}

func (s *Rep) full() *pipe          { return nil }
func (s *Rep) attach(p *pipe) error { s.fq.attach(p); return nil }
func (s *Rep) detach(*pipe)         {}
func (s *Rep) readable(p *pipe)     { s.fq.add(p) }
func (s *Rep) writable(*pipe)       {}
func (s *Rep) connected(*pipe)      {}
