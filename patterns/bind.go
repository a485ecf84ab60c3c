package patterns

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/engine"
)

var errNoFrames = errors.New("message has no frames")

// init makes a socket ready to bind and connect.
func (s *socket) init(typ string, cfg *config, pat pattern) error {
	s.typ, s.cfg, s.pattern = typ, *cfg, pat
	if cfg.err != nil {
		return s.fail("new", "", cfg.err)
	}
	s.ctx = cfg.context
	if s.ctx == nil {
		s.ctx = defaultContext()
	}
	s.pipes = make(map[*pipe]struct{})
	s.endpoints = make(map[string][]*endpoint)
	node, err := s.ctx.root.Spawn(typ, actor.Spec{})
	if err != nil {
		return s.fail("new", "", zmq.ErrClosed)
	}
	s.node = node
	return nil
}

// Bind listens on an endpoint and returns the one really bound, in which
// wildcards are replaced by what the system chose.
func (s *socket) Bind(text string) (zmq.Endpoint, error) {
	ep, err := zmq.ParseEndpoint(text)
	if err != nil {
		return ep, s.fail("bind", text, err)
	}
	t, ok := s.ctx.transports[ep.Scheme]
	if !ok {
		return ep, s.fail("bind", text, fmt.Errorf("%w: %q", zmq.ErrTransport, ep.Scheme))
	}
	ln, err := t.Listen(context.Background(), ep.Address, &s.cfg.transport)
	if err != nil {
		return ep, s.fail("bind", text, err)
	}
	ep = ln.Endpoint()
	node, err := s.node.Spawn("listener "+ep.String(), actor.Spec{Run: s.listen(ln)})
	if err != nil {
		ln.Close()
		return ep, s.fail("bind", text, zmq.ErrClosed)
	}
	s.addEndpoint(&endpoint{name: ep.String(), node: node})
	return ep, nil
}

// Connect connects to an endpoint. The address is checked at once; the
// connection is made, and made again when it is lost, in the background.
func (s *socket) Connect(text string) error {
	ep, err := zmq.ParseEndpoint(text)
	if err != nil {
		return s.fail("connect", text, err)
	}
	t, ok := s.ctx.transports[ep.Scheme]
	if !ok {
		return s.fail("connect", text, fmt.Errorf("%w: %q", zmq.ErrTransport, ep.Scheme))
	}
	if err := t.CheckDial(ep.Address, &s.cfg.transport); err != nil {
		return s.fail("connect", text, err)
	}
	p := newNetworkPipe(s, ep.String())
	node, err := s.node.Spawn("connecter "+ep.String(), actor.Spec{
		Run:         s.connecter(t, ep, p),
		Restart:     actor.Permanent,
		MaxRestarts: -1,
		Backoff:     func(int, time.Duration) (time.Duration, bool) { return s.cfg.reconnect, true },
	})
	if err != nil {
		return s.fail("connect", text, zmq.ErrClosed)
	}
	s.turn.Lock()
	s.attach(p)
	s.turn.Unlock()
	s.addEndpoint(&endpoint{name: ep.String(), node: node, pipe: p})
	return nil
}

func (s *socket) addEndpoint(e *endpoint) {
	s.turn.Lock()
	defer s.turn.Unlock()
	s.endpoints[e.name] = append(s.endpoints[e.name], e)
}

// Close ends the socket.
func (s *socket) Close() error {
	s.turn.Lock()
	if s.closed {
		s.turn.Unlock()
		return s.fail("close", "", zmq.ErrClosed)
	}
	s.closed = true
	s.sendq.WakeAll()
	s.recvq.WakeAll()
	pipes := s.pipes
	var nodes []*actor.Node
	for p := range pipes {
		s.pattern.detach(p)
		p.close()
	}
	for _, list := range s.endpoints {
		for _, e := range list {
			if e.pipe == nil || e.pipe.port.Done() {
				e.node.BeginStop()
			}
			nodes = append(nodes, e.node)
		}
	}
	s.turn.Unlock()

	ctx := context.Background()
	if s.cfg.linger >= 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.cfg.linger)
		defer cancel()
	}
	for _, n := range nodes {
		select {
		case <-n.Done():
		case <-ctx.Done():
			n.Kill()
			<-n.Done()
		}
	}
	s.node.Stop(ctx)
	var dropped int64
	for p := range pipes {
		dropped += p.port.Discard()
	}
	if dropped > 0 {
		return s.fail("close", "", &zmq.DroppedError{Messages: dropped})
	}
	return nil
}

// close says that the socket neither writes to the pipe nor reads it any more.
func (p *pipe) close() {
	p.closed = true
	if p.port != nil {
		p.port.Finish()
	}
}

var _ = engine.ErrHandshakeTimeout
