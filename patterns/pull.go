package patterns

import (
	"context"

	"github.com/zeroactor/zmq"
)

// A Pull receives messages from its PUSH peers in turn (30/PIPELINE).
type Pull struct {
	socket
	fq fairQueue
}

// NewPull returns a PULL socket.
func NewPull(opts ...PullOption) (*Pull, error) {
	s := new(Pull)
	cfg := defaults()
	for _, o := range opts {
		o.applyPull(&cfg)
	}
	return s, s.init("PULL", &cfg, s)
}

// RecvInto waits for a message and moves its frames into m, whose old frames
// are released. It allocates nothing.
func (s *Pull) RecvInto(ctx context.Context, m *zmq.Message) error {
	s.turn.Lock()
	for !s.fq.recv(m) {
		if err := s.wait(ctx, &s.recvq); err != nil {
			return s.fail("recv", "", err)
		}
	}
	pass(&s.recvq, len(s.fq.active) > 0)
	s.turn.Unlock()
	return nil
}

func (s *Pull) attach(p *pipe) bool { s.fq.add(p); return true }
func (s *Pull) detach(p *pipe)      {}
func (s *Pull) readable(p *pipe)    { s.fq.add(p) }
func (s *Pull) writable(*pipe)      {}
func (s *Pull) connected(*pipe)     {}
func (s *Pull) disconnected(*pipe)  {}
