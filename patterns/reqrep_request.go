package patterns

import (
	"context"
	"iter"
	"runtime"

	"github.com/zeroactor/zmq"
)

// A Request is a request received by a [Rep], with where its reply goes. It
// belongs to one goroutine at a time, as its Message does, but several may be
// open at once and be answered in any order. One that is never answered leaves
// its peer waiting.
type Request struct {
	zmq.Message // the request, without its envelope

	rep      *Rep
	from     origin
	answered bool // in the socket's turn
}

// Reply sends m as the reply. It does not wait, and succeeds also if the peer
// is gone. On success m is empty, on failure unchanged; m may be the request
// itself. The error is [zmq.ErrState] if the request was answered before, and
// [zmq.ErrClosed] if its socket is closed.
func (q *Request) Reply(m *zmq.Message) error {
	if err := q.reply(outgoing{m: m}); err != nil {
		return err
	}
	m.Reset()
	return nil
}

// ReplyBytes sends a reply of the given frames, which are copied, as Reply
// does.
func (q *Request) ReplyBytes(frames ...[]byte) error {
	err := q.reply(outgoing{frames: kept(frames)})
	runtime.KeepAlive(frames)
	return err
}

func (q *Request) reply(o outgoing) error {
	s := q.rep
	if o.len() == 0 {
		return s.fail("send", "", errNoFrames)
	}
	s.turn.Lock()
	switch {
	case s.closed:
		s.turn.Unlock()
		return s.fail("send", "", zmq.ErrClosed)
	case q.answered:
		s.turn.Unlock()
		return s.fail("send", "", zmq.ErrState)
	}
	q.answered = true
	s.beginPut()
	s.reply(&q.from, o)
	s.stats.Sent++
	p := s.endPut()
	s.turn.Unlock()
	if p != nil {
		p.port.Write()
	}
	return nil
}

// Requests returns a single-use iterator over the requests that arrive. Each
// belongs to the loop body, which may pass it on to another goroutine to be
// answered there. Several goroutines may iterate at once. The iterator ends
// after it has yielded an error, which is never nil: [zmq.ErrClosed] or the
// context's cause, wrapped.
func (s *Rep) Requests(ctx context.Context) iter.Seq2[*Request, error] {
	return func(yield func(*Request, error) bool) {
		for {
			q, err := s.request(ctx)
			if !yield(q, err) || err != nil {
				return
			}
		}
	}
}

func (s *Rep) request(ctx context.Context) (*Request, error) {
	q := &Request{rep: s}
	err := s.until(ctx, "recv", &s.recvq, func() error {
		if err := s.next(&q.from, &q.Message); err != nil {
			return err
		}
		s.stats.Received++
		s.recvq.Wake() // there may be more
		return nil
	})
	if err != nil {
		return nil, err
	}
	q.Detach()
	return q, nil
}
