package patterns

import (
	"context"

	"github.com/zeroactor/zmq"
)

// A Push sends messages to its PULL peers in turn (30/PIPELINE). It never
// drops one: Send waits while no peer can take it.
type Push struct {
	socket
	lb loadBalancer
}

// NewPush returns a PUSH socket.
func NewPush(opts ...PushOption) (*Push, error) {
	s := new(Push)
	cfg := defaults()
	for _, o := range opts {
		o.applyPush(&cfg)
	}
	return s, s.init("PUSH", &cfg, s)
}

// Send sends m to one peer. It waits while there is none, or all are at their
// high-water mark. On success m is empty, on failure unchanged.
func (s *Push) Send(ctx context.Context, m *zmq.Message) error {
	if m.Len() == 0 {
		return s.fail("send", "", errNoFrames)
	}
	s.turn.Lock()
	for {
		if p := s.lb.pick(); p != nil {
			p.sendMessage(m, 0)
			break
		}
		if s.help(s.lb.help()) {
			continue
		}
		if err := s.wait(ctx, &s.sendq); err != nil {
			return s.fail("send", "", err)
		}
	}
	s.sent()
	s.turn.Unlock()
	m.Reset()
	return nil
}

// SendBytes sends a message of the given frames, which are copied.
func (s *Push) SendBytes(ctx context.Context, frames ...[]byte) error {
	if len(frames) == 0 {
		return s.fail("send", "", errNoFrames)
	}
	s.turn.Lock()
	for {
		if p := s.lb.pick(); p != nil {
			p.send(frames)
			break
		}
		if s.help(s.lb.help()) {
			continue
		}
		if err := s.wait(ctx, &s.sendq); err != nil {
			return s.fail("send", "", err)
		}
	}
	s.sent()
	s.turn.Unlock()
	return nil
}

func (s *Push) sent() {
	s.lb.step()
	pass(&s.sendq, len(s.lb.active) > 0)
}

func (s *Push) attach(p *pipe) bool { s.lb.add(p); p.in.Discard(); return true }
func (s *Push) detach(p *pipe)      { s.lb.remove(p) }
func (s *Push) writable(p *pipe)    { s.lb.add(p) }
func (s *Push) connected(*pipe)     {}
func (s *Push) disconnected(*pipe)  {}

// readable drops what a PULL has no business to send.
func (s *Push) readable(p *pipe) {
	for ok := true; ok; {
		_, _, ok = p.in.Next()
	}
}
