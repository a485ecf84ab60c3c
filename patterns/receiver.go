package patterns

import (
	"context"
	"iter"

	"github.com/zeroactor/zmq"
)

// A taker is the receiving side of a pattern.
type taker interface {
	// take moves the next message into m, whose old frames are released. The
	// error is errWait if the caller is to wait for one; m may be empty then.
	// In the turn.
	take(m *zmq.Message) error
}

// receiver has the methods of sockets that receive.
type receiver struct {
	sock  *socket
	from  taker
	quick *fairQueue // is from, if that is one: it has a quick way for several messages at once

	one *zmq.Message // on its way to a batch; made when there first is one; in the turn
}

// init makes from the taker of s. A pattern that does nothing more than its fair queue does is to
// give that, and not itself.
func (x *receiver) init(s *socket, from taker) {
	x.sock, x.from = s, from
	x.quick, _ = from.(*fairQueue)
}

// RecvInto waits for a message and moves its frames into m, whose old frames
// are released. It allocates nothing. On failure m is empty.
func (x *receiver) RecvInto(ctx context.Context, m *zmq.Message) error {
	s := x.sock
	s.turn.Lock()
	if err := x.try(m); err != nil {
		if err := x.await(ctx, m, err); err != nil {
			return err
		}
	}
	s.turn.Unlock()
	return nil
}

// Recv is RecvInto a new message.
func (x *receiver) Recv(ctx context.Context) (*zmq.Message, error) {
	m := new(zmq.Message)
	if err := x.RecvInto(ctx, m); err != nil {
		return nil, err
	}
	m.Detach()
	return m, nil
}

// TryRecv is RecvInto without waiting: the error is [zmq.ErrAgain] if there is
// no message.
func (x *receiver) TryRecv(m *zmq.Message) error {
	s := x.sock
	s.turn.Lock()
	err := x.try(m)
	if err == errWait {
		s.attend() // who asks without waiting does not read either
	}
	s.turn.Unlock()
	if err == errWait {
		err = zmq.ErrAgain
	}
	if err != nil {
		m.Reset()
		return s.fail("recv", "", err)
	}
	return nil
}

// Messages returns a single-use iterator over the messages that arrive. Each
// message belongs to the loop body. The iterator ends after it has yielded an
// error, which is never nil: [zmq.ErrClosed] or the context's cause, wrapped.
func (x *receiver) Messages(ctx context.Context) iter.Seq2[*zmq.Message, error] {
	return func(yield func(*zmq.Message, error) bool) {
		for {
			m, err := x.Recv(ctx)
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// await waits for a message, since try has failed with err, and takes it. The
// turn is held when it is called, and when it returns nil; otherwise it is not.
func (x *receiver) await(ctx context.Context, m *zmq.Message, err error) error {
	s := x.sock
	for err != nil {
		m.Reset()
		if err != errWait {
			s.turn.Unlock()
			return s.fail("recv", "", err)
		}
		if err := s.wait(ctx, &s.recvq); err != nil {
			return s.fail("recv", "", err)
		}
		err = x.try(m)
	}
	return nil
}

// try takes a message if there is one.
func (x *receiver) try(m *zmq.Message) error {
	s := x.sock
	if s.closed {
		return zmq.ErrClosed
	}
	if err := x.from.take(m); err != nil {
		return err
	}
	s.stats.Received++
	if !s.recvq.Empty() {
		s.recvq.Wake() // there may be more
	}
	return nil
}
