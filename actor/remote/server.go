package remote

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/patterns"
)

// MaxPending is how many requests for one name a server has in hand at once: those
// that wait for room in a mailbox, or for an answer. One more is refused with
// [actor.ErrFull], so that an actor that is stuck does not hold up the others.
const MaxPending = 1024

// A Server makes actors known to those who connect to its socket.
type Server struct {
	sock *patterns.Router

	mu       sync.Mutex
	services map[string]*service
}

// A service is what has a name.
type service struct {
	do      func(ctx context.Context, body []byte) ([]byte, error)
	pending chan struct{} // a token for each request in hand
}

// NewServer returns a server that uses sock, which its caller binds or connects, and
// closes in the end. Nobody else may receive from it. It should have the option
// RouterMandatory: without it an answer for a client that has a thousand others to read
// is dropped, and not waited with.
func NewServer(sock *patterns.Router) *Server {
	return &Server{sock: sock, services: make(map[string]*service)}
}

// add makes a service known. A name can be had once.
func (s *Server) add(name string, do func(context.Context, []byte) ([]byte, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.services[name]; taken {
		return fmt.Errorf("export %s: %w", name, actor.ErrDuplicate)
	}
	s.services[name] = &service{do: do, pending: make(chan struct{}, MaxPending)}
	return nil
}

// Export makes an actor known by a name, to be sent messages, also while the server serves; it stays known after it has
// ended, and those who send to it are told that. Any goroutine may call it. The error is
// [actor.ErrDuplicate], wrapped, if something else has that name.
func Export[M any](s *Server, name string, to actor.Ref[M], codec Codec[M]) error {
	return s.add(name, func(ctx context.Context, body []byte) ([]byte, error) {
		m, err := codec.Decode(body)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCodec, err)
		}
		return nil, to.Send(ctx, m)
	})
}

// ExportQuestion makes a question to an actor known by a name. make wraps what came
// from the other side, and the address for the answer, in a message for the actor; several goroutines call it at
// once. The error is that of [Export].
func ExportQuestion[M, Q, A any](s *Server, name string, to actor.Ref[M], make func(Q, actor.ReplyTo[A]) M, question Codec[Q], answer Codec[A]) error {
	return s.add(name, func(ctx context.Context, body []byte) ([]byte, error) {
		q, err := question.Decode(body)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCodec, err)
		}
		a, err := actor.Ask(ctx, to, func(r actor.ReplyTo[A]) M { return make(q, r) })
		if err != nil {
			return nil, err
		}
		b, err := answer.Encode(a)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCodec, err)
		}
		return b, nil
	})
}

// Serve serves until ctx is done, or the socket is closed, and everything that it has
// begun has ended: those who wait for room or an answer are given up then. The error is that of receiving, and never
// nil. It may be called again after it has returned, by one goroutine at a time.
func (s *Server) Serve(ctx context.Context) error {
	var begun sync.WaitGroup
	defer begun.Wait()
	working, stop := context.WithCancel(ctx)
	defer stop()
	for {
		m, err := s.sock.Recv(ctx)
		if err != nil {
			return err
		}
		s.begin(working, &begun, m)
	}
}

// begin sees to it that a request is answered.
func (s *Server) begin(ctx context.Context, begun *sync.WaitGroup, m *zmq.Message) {
	r, err := readRequest(m)
	if err != nil {
		s.answer(ctx, r, nil, err)
		return
	}
	s.mu.Lock()
	of := s.services[r.name]
	s.mu.Unlock()
	if of == nil {
		s.answer(ctx, r, nil, fmt.Errorf("%w: %.64q", ErrUnknown, r.name))
		return
	}
	select {
	case of.pending <- struct{}{}:
	default:
		s.answer(ctx, r, nil, fmt.Errorf("%s: %d requests in hand: %w", r.name, MaxPending, actor.ErrFull))
		return
	}
	begun.Go(func() {
		defer func() { <-of.pending }()
		doing := ctx
		if r.left > 0 {
			var cancel context.CancelFunc
			doing, cancel = context.WithTimeout(ctx, r.left)
			defer cancel()
		}
		body, err := of.do(doing, r.body.Frame(bodyFrame))
		s.answer(ctx, r, body, err)
	})
}

// A request is what a client has sent.
type request struct {
	peer, number []byte
	left         time.Duration // 0 is no limit
	name         string
	body         *zmq.Message // the whole of it
}

const bodyFrame = 4 // behind the peer, the number, the time and the name

// maxLeft keeps a time that a peer sends from running over.
const maxLeft = uint64(24 * time.Hour * 365 / time.Millisecond)

func readRequest(m *zmq.Message) (r request, err error) {
	r.body = m
	r.peer = m.Frame(0)
	if m.Len() > 1 {
		r.number = m.Frame(1)
	}
	if m.Len() != bodyFrame+1 || len(m.Frame(1)) != 8 || len(m.Frame(2)) != 8 {
		return r, fmt.Errorf("%w: request of %d frames", ErrProtocol, m.Len()-1)
	}
	left := min(binary.BigEndian.Uint64(m.Frame(2)), maxLeft)
	r.left = time.Duration(left) * time.Millisecond
	r.name = string(m.Frame(3))
	return r, nil
}

// answer tells a client what came of its request. A client that has gone has nobody
// who waits.
func (s *Server) answer(ctx context.Context, r request, body []byte, err error) {
	defer r.body.Release()
	code := ""
	if err != nil {
		var text string
		code, text = codeOf(err)
		body = []byte(text)
	}
	_ = s.sock.SendBytes(ctx, r.peer, r.number, []byte(code), body)
}
