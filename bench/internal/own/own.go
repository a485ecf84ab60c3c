// Package own measures this library: it is the Library that has no competitor's
// name.
package own

import (
	"context"
	"fmt"
	"iter"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/bench/internal/peer"
	"github.com/zeroactor/zmq/patterns"
)

// Name is this library's name as a contender.
const Name = "zeroactor"

// Library opens sockets of package patterns in one context.
type Library struct{ context *patterns.Context }

// New returns a library of a context of its own. With labels, profiles tell
// sockets and connections apart.
func New(labels bool) *Library {
	var opts []patterns.ContextOption
	if labels {
		opts = append(opts, patterns.ProfileLabels())
	}
	return &Library{patterns.NewContext(opts...)}
}

// Name returns Name.
func (l *Library) Name() string { return Name }

// Proxy is patterns.Proxy until ctx is done.
func (l *Library) Proxy(ctx context.Context, front, back peer.Socket) error {
	one, two := front.(*socket).any, back.(*socket).any
	err := patterns.Proxy(ctx, one, two)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// socket is a peer.Socket. The parts of a socket's type that it lacks are nil.
type socket struct {
	ctx  context.Context
	any  endpoints
	send func(n int, body []byte) error
	in   receiver
	echo func(n int) error
	job  peer.Job
	msg  zmq.Message

	batch zmq.Batch
	early int // messages of it that nobody has asked for yet
}

type endpoints interface {
	patterns.Socket
	Bind(endpoint string) (zmq.Endpoint, error)
	Connect(endpoint string) error
}

type receiver interface {
	RecvInto(ctx context.Context, m *zmq.Message) error
	RecvAll(ctx context.Context, b *zmq.Batch) error
	endpoints
}

type sender interface {
	patterns.Sender
	SendAll(ctx context.Context, b *zmq.Batch) error
	SendBytes(ctx context.Context, frames ...[]byte) error
	endpoints
}

// backlog is enough for all connections of a case at once, as far as the system
// allows it.
const backlog = 4096

// Open returns a socket of the type.
func (l *Library) Open(ctx context.Context, typ string, j peer.Job) (peer.Socket, error) {
	s := &socket{ctx: ctx, job: j}
	in, long := patterns.InContext(l.context), patterns.Backlog(backlog)
	switch typ {
	case "PUSH":
		push, err := patterns.NewPush(in, long)
		if j.Batch == 0 && !j.Ref {
			// The case that everything is compared by gets a loop of its own,
			// without an interface in it.
			s.any, s.send = push, func(n int, body []byte) error { return pushAll(ctx, push, n, body) }
			return s, err
		}
		return s.sends(push, err)
	case "PULL":
		pull, err := patterns.NewPull(in, long)
		return s.receives(pull, err)
	case "PUB":
		pub, err := patterns.NewPub(in, long, patterns.NoDrop(j.Role != "flood"))
		return s.sends(pub, err)
	case "SUB":
		sub, err := patterns.NewSub(in, long)
		if err != nil {
			return nil, err
		}
		s.any, s.in = sub, sub
		return subscriber{s, sub}, nil
	case "PAIR":
		pair, err := patterns.NewPair(in, long)
		return s.exchanges(pair, err)
	case "REQ":
		req, err := patterns.NewReq(in, long)
		return s.asks(req, err)
	case "REP":
		rep, err := patterns.NewRep(in, long)
		return s.answers(rep, err)
	case "DEALER":
		dealer, err := patterns.NewDealer(in, long)
		return s.exchanges(dealer, err)
	case "ROUTER":
		router, err := patterns.NewRouter(in, long)
		return s.exchanges(router, err)
	}
	return nil, peer.Unsupported(Name, typ)
}

func (s *socket) sends(out sender, err error) (peer.Socket, error) {
	s.any, s.send = out, s.sending(out)
	return s, err
}

func (s *socket) receives(in receiver, err error) (peer.Socket, error) {
	s.any, s.in = in, in
	return s, err
}

// exchanges is for types that may send and receive at any time.
func (s *socket) exchanges(x interface {
	sender
	receiver
}, err error) (peer.Socket, error) {
	s.any, s.in, s.send = x, x, s.sending(x)
	s.echo = func(n int) error {
		for range n {
			if err := x.RecvInto(s.ctx, &s.msg); err != nil {
				return err
			}
			if err := s.check(&s.msg); err != nil {
				return err
			}
			if err := x.Send(s.ctx, &s.msg); err != nil {
				return err
			}
		}
		return nil
	}
	return s, err
}

func (s *socket) asks(req *patterns.Req, err error) (peer.Socket, error) {
	s.any, s.in = req, single{req, req.RecvInto}
	s.send = func(n int, body []byte) error {
		for range n {
			if err := req.SendBytes(s.ctx, body); err != nil {
				return err
			}
		}
		return nil
	}
	return s, err
}

func (s *socket) answers(rep *patterns.Rep, err error) (peer.Socket, error) {
	s.any = rep
	s.echo = func(n int) error {
		for range n {
			if err := rep.RecvInto(s.ctx, &s.msg); err != nil {
				return err
			}
			if err := s.check(&s.msg); err != nil {
				return err
			}
			if err := rep.SendBytes(s.ctx, s.msg.Frame(0)); err != nil {
				return err
			}
		}
		return nil
	}
	return s, err
}

// single is a receiver of a type without batches.
type single struct {
	endpoints
	recvInto func(ctx context.Context, m *zmq.Message) error
}

func (s single) RecvInto(ctx context.Context, m *zmq.Message) error { return s.recvInto(ctx, m) }

func (s single) RecvAll(context.Context, *zmq.Batch) error { return peer.Unsupported(Name, "batches") }

func (s *socket) Bind(endpoint string) (string, error) {
	bound, err := s.any.Bind(endpoint)
	return bound.String(), err
}

func (s *socket) Connect(endpoint string) error { return s.any.Connect(endpoint) }
func (s *socket) Close() error                  { return s.any.Close() }

// check looks at a message's size and frames.
func (s *socket) check(m *zmq.Message) error {
	if m.Len() != s.job.Prefix+1 || len(m.Frame(s.job.Prefix)) != s.job.Size {
		return fmt.Errorf("received %d bytes in %d frames, want %d in the last of %d",
			m.Size(), m.Len(), s.job.Size, s.job.Prefix+1)
	}
	return nil
}

// Gather watches the connections come. That events may be lost does not matter:
// after each one the socket's own count decides.
func (s *socket) Gather(n int, first func()) error {
	monitor, ok := s.any.(interface {
		Monitor(ctx context.Context) iter.Seq[patterns.Event]
	})
	if !ok {
		return peer.Unsupported(Name, "watching "+s.job.Type)
	}
	begun := false
	for e := range monitor.Monitor(s.ctx) {
		if e.Kind == patterns.Accepted && !begun {
			begun = true
			first()
		}
		if e.Kind == patterns.HandshakeSucceeded && s.any.Stats().Pipes >= n {
			return nil
		}
	}
	return fmt.Errorf("closed before %d peers came", n)
}

// subscriber is a SUB.
type subscriber struct {
	*socket
	sub *patterns.Sub
}

func (s subscriber) Subscribe(topic []byte) error { return s.sub.Subscribe(string(topic)) }

func (s subscriber) ReceiveMark(mark byte) error {
	for {
		if err := s.sub.RecvInto(s.ctx, &s.msg); err != nil {
			return err
		}
		if f := s.msg.Frame(0); len(f) > peer.TopicSize && f[peer.TopicSize] == mark {
			return nil
		}
	}
}
