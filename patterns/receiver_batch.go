package patterns

import (
	"context"

	"github.com/zeroactor/zmq"
)

// RecvBatch receives at least one message, for which it waits, and as many
// more as are there, up to len(messages). It returns how many, and moves them
// into the first of messages, whose old frames are released.
func (x *receiver) RecvBatch(ctx context.Context, messages []*zmq.Message) (n int, err error) {
	if len(messages) == 0 {
		return 0, nil
	}
	s := x.sock
	s.turn.Lock()
	if err := x.try(messages[0]); err != nil {
		if err := x.await(ctx, messages[0], err); err != nil {
			return 0, err
		}
	}
	n = 1 + x.more(messages[1:])
	s.turn.Unlock()
	return n, nil
}

// more takes the messages that are there, after try has taken one.
func (x *receiver) more(messages []*zmq.Message) (n int) {
	if x.quick != nil {
		n = x.quick.takeBatch(messages)
	}
	for n < len(messages) && x.from.take(messages[n]) == nil {
		n++
	}
	x.sock.stats.Received += int64(n)
	return n
}

// RecvAll receives at least one message, for which it waits, and as many more as are there: of each peer, in turn, what
// lies in one piece of memory, which is up to 128 KiB. They take the place of those in b, which are released. On failure b is
// empty. It takes no memory, and where messages are small it is much cheaper than RecvInto and RecvBatch.
func (x *receiver) RecvAll(ctx context.Context, b *zmq.Batch) error {
	s := x.sock
	b.Reset()
	s.turn.Lock()
	for {
		err := x.takeAll(b)
		switch {
		case b.Len() > 0:
			s.stats.Received += int64(b.Len())
			if !s.recvq.Empty() {
				s.recvq.Wake() // there may be more
			}
			s.turn.Unlock()
			return nil
		case err != errWait:
			s.turn.Unlock()
			return s.fail("recv", "", err)
		}
		if err := s.wait(ctx, &s.recvq); err != nil {
			return s.fail("recv", "", err)
		}
	}
}

// batchBytes is how much RecvAll takes, of messages that are taken one by one.
const batchBytes = 64 << 10

// takeAll moves what is there to b. The error is errWait if there was less than may be taken.
func (x *receiver) takeAll(b *zmq.Batch) (err error) {
	if x.sock.closed {
		return zmq.ErrClosed
	}
	if x.quick != nil {
		x.quick.takeAll(b)
		return errWait
	}
	if x.one == nil {
		x.one = new(zmq.Message)
	}
	for bytes := 0; bytes < batchBytes; {
		if err = x.from.take(x.one); err != nil {
			break
		}
		bytes += x.one.Size()
		b.AppendMessage(x.one)
	}
	return err
}
