package own

import (
	"context"
	"fmt"

	"github.com/zeroactor/zmq/bench/internal/peer"
	"github.com/zeroactor/zmq/patterns"
)

func pushAll(ctx context.Context, s *patterns.Push, n int, body []byte) error {
	for range n {
		if err := s.SendBytes(ctx, body); err != nil {
			return err
		}
	}
	return nil
}

func (s *socket) pullAll(pull *patterns.Pull, n int) error {
	for range n {
		if err := pull.RecvInto(s.ctx, &s.msg); err != nil {
			return err
		}
		if s.msg.Size() != s.job.Size {
			return s.check(&s.msg)
		}
	}
	return nil
}

// sending returns the loop that sends in the way the job says.
func (s *socket) sending(out sender) func(n int, body []byte) error {
	switch {
	case s.job.Ref:
		return func(n int, body []byte) error {
			for range n {
				s.msg.AppendOwned(body, keep)
				if err := out.Send(s.ctx, &s.msg); err != nil {
					return err
				}
			}
			return nil
		}
	case s.job.Batch > 0:
		return func(n int, body []byte) error {
			for n > 0 {
				for range min(n, s.job.Batch) {
					s.batch.Append(body)
				}
				n -= s.batch.Len()
				if err := out.SendAll(s.ctx, &s.batch); err != nil {
					return err
				}
			}
			return nil
		}
	}
	frames := make([][]byte, 1) // made once: over an interface it would be on the heap each time
	return func(n int, body []byte) error {
		frames[0] = body
		for range n {
			if err := out.SendBytes(s.ctx, frames...); err != nil {
				return err
			}
		}
		return nil
	}
}

// keep is told that a body is not used any more, as libzmq's peer is too. Without
// it neither library would count references.
func keep([]byte) {}

// Send sends n messages.
func (s *socket) Send(n int, body []byte) error {
	if s.send == nil {
		return peer.Unsupported(Name, "sending with "+s.job.Type)
	}
	return s.send(n, body)
}

// Echo sends back n messages.
func (s *socket) Echo(n int) error {
	if s.echo == nil {
		return peer.Unsupported(Name, "echoing with "+s.job.Type)
	}
	return s.echo(n)
}

// Receive receives n messages.
func (s *socket) Receive(n int) error {
	if s.in == nil {
		return peer.Unsupported(Name, "receiving with "+s.job.Type)
	}
	if pull, ok := s.in.(*patterns.Pull); ok && s.job.Batch == 0 && s.job.Prefix == 0 {
		return s.pullAll(pull, n)
	}
	if s.job.Batch > 0 {
		return s.receiveBatches(n)
	}
	for range n {
		if err := s.in.RecvInto(s.ctx, &s.msg); err != nil {
			return err
		}
		if err := s.check(&s.msg); err != nil {
			return err
		}
	}
	return nil
}

// receiveBatches receives n messages. Those that come with the last one are among the next n.
func (s *socket) receiveBatches(n int) error {
	for n -= s.early; n > 0; {
		if err := s.in.RecvAll(s.ctx, &s.batch); err != nil {
			return err
		}
		frames := 0
		for body, more := range s.batch.Frames() {
			if frames++; more {
				continue
			}
			if frames != s.job.Prefix+1 || len(body) != s.job.Size {
				return fmt.Errorf("received %d bytes in the last of %d frames, want %d in %d", len(body), frames, s.job.Size, s.job.Prefix+1)
			}
			frames = 0
		}
		n -= s.batch.Len()
	}
	s.early = -n
	return nil
}
