package patterns

import (
	"context"

	"github.com/zeroactor/zmq"
)

// SendBatch sends messages, in order, and returns how many it has sent. It
// waits as Send does, but only for the first one; the others are sent as far
// as they can be without waiting. It is cheaper than as many calls of Send. The
// messages sent are empty afterwards, the others unchanged.
func (x *sender) SendBatch(ctx context.Context, messages []*zmq.Message) (n int, err error) {
	s := x.sock
	if len(messages) == 0 {
		return 0, nil
	}
	for _, m := range messages {
		if m.Len() == 0 {
			return 0, s.fail("send", "", errNoFrames)
		}
	}
	s.turn.Lock()
	if n, err = x.burst(func() (int, error) { return x.putBatch(messages) }); n == 0 {
		if err := x.await(ctx, outgoing{m: messages[0]}, err); err != nil {
			return 0, err
		}
		n, err = x.burst(func() (int, error) { return x.putBatch(messages[1:]) })
		n++
	}
	s.turn.Unlock()
	for _, m := range messages[:n] {
		m.Reset()
	}
	if err != nil && err != errWait {
		return n, s.fail("send", "", err)
	}
	return n, nil
}

// SendAll sends all messages of b, in order, and waits for each as Send does. b is empty afterwards; on failure it has
// those that were not sent. Where messages are small it is much cheaper than Send and SendBatch.
func (x *sender) SendAll(ctx context.Context, b *zmq.Batch) error {
	s := x.sock
	s.turn.Lock()
	for {
		_, err := x.burst(func() (int, error) { return x.putAll(b) })
		switch {
		case err == nil:
			s.turn.Unlock()
			return nil
		case err != errWait:
			s.turn.Unlock()
			return s.fail("send", "", err)
		case !s.help(x.to.full()):
			if err := s.wait(ctx, &s.sendq); err != nil {
				return s.fail("send", "", err)
			}
		}
	}
}

// burst has put put messages until one is refused, and only then publishes them. It returns what put does: how many
// were put, and why no more.
func (x *sender) burst(put func() (int, error)) (n int, err error) {
	s := x.sock
	if s.closed {
		return 0, zmq.ErrClosed
	}
	s.batching = true
	n, err = put()
	s.batching = false
	for i, p := range s.unflushed {
		p.unflushed = false
		p.out.Flush()
		s.unflushed[i] = nil
	}
	s.unflushed = s.unflushed[:0]
	s.stats.Sent += int64(n)
	if n > 0 && !s.sendq.Empty() {
		s.sendq.Wake() // there may be more room
	}
	return n, err
}

// putBatch puts messages until one is refused.
func (x *sender) putBatch(messages []*zmq.Message) (n int, err error) {
	if x.quick != nil {
		if n = x.quick.putBatch(messages); n < len(messages) {
			err = errWait
		}
		return n, err
	}
	for _, m := range messages {
		if err := x.to.put(outgoing{m: m}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// putAll puts the messages of b, and removes them, until one is refused.
func (x *sender) putAll(b *zmq.Batch) (n int, err error) {
	n = b.Len()
	if x.quick != nil {
		x.quick.putAll(b)
	} else {
		err = x.putEach(b)
	}
	if n -= b.Len(); err == nil && b.Len() > 0 {
		err = errWait
	}
	return n, err
}

// putEach is putAll by the pattern's rule for one message.
func (x *sender) putEach(b *zmq.Batch) (err error) {
	for b.Len() > 0 && err == nil {
		x.frames = b.First(x.frames[:0])
		if err = x.to.put(outgoing{frames: x.frames}); err == nil {
			b.DropFirst()
		}
	}
	clear(x.frames[:cap(x.frames)]) // also what is left of a message of more frames
	return err
}
