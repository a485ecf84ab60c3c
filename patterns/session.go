package patterns

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/mailbox"
	"github.com/zeroactor/zmq/transport"
)

// An endpoint is what a socket is bound or connected to. Its actor is a
// listener, with its connections for children, or a connecter.
type endpoint struct {
	name string
	node *actor.Node
	pipe *pipe // of a connecter
	stop func()
}

// engineConfig returns what the socket's connections need to know.
func (s *socket) engineConfig() engine.Config {
	return engine.Config{
		Handshake: engine.HandshakeConfig{
			SocketType:   s.typ,
			RoutingID:    s.cfg.routingID,
			SendIdentity: s.typ == "REQ" || s.typ == "DEALER" || s.typ == "ROUTER",
			Compatible:   func(peer string) bool { return engine.CompatibleTypes(s.typ, peer) },
		},
		HandshakeTimeout:  s.cfg.handshakeTimeout,
		HeartbeatInterval: s.cfg.heartbeatInterval,
		HeartbeatTimeout:  s.cfg.heartbeatTimeout,
		HeartbeatTTL:      s.cfg.heartbeatTTL,
		MaxMessageSize:    s.cfg.maxMessageSize,
		Pool:              s.ctx.pool,
	}
}

// acceptPause is how long a listener waits after an error of accept, such as a
// full descriptor table, so that it does not spin.
const acceptPause = 50 * time.Millisecond

// listen is the actor of a listener.
func (s *socket) listen(ln transport.Listener) func(context.Context, *actor.Node) error {
	return func(ctx context.Context, self *actor.Node) error {
		defer ln.Close()
		stop := context.AfterFunc(ctx, func() { ln.Close() })
		defer stop()
		go func() { <-self.Stopping(); ln.Close() }()
		for {
			nc, err := ln.Accept()
			if err != nil {
				return nil
			}
			name := "connection"
			if a := nc.RemoteAddr(); a != nil {
				name += " " + a.String()
			}
			_, err = self.Spawn(name, actor.Spec{Run: s.accepted(nc, ln.Endpoint())})
			if err != nil {
				nc.Close()
			}
		}
	}
}

// accepted is the actor of a connection that a listener has accepted.
func (s *socket) accepted(nc net.Conn, ep zmq.Endpoint) func(context.Context, *actor.Node) error {
	return func(ctx context.Context, self *actor.Node) error {
		var p *pipe
		cfg := s.engineConfig()
		cfg.Attach = func(_ *engine.Conn, peer *zmq.Peer) (*engine.Port, error) {
			p = newNetworkPipe(s, ep.String())
			p.peer = peer
			s.turn.Post(&mailbox.Event{Do: func() { s.attach(p) }})
			return p.port, nil
		}
		err := engine.NewConn(nc, &cfg).Run(ctx)
		if p != nil {
			s.turn.Post(&mailbox.Event{Do: func() { s.detach(p) }})
		}
		if err == io.EOF {
			err = nil
		}
		return err
	}
}

// connecter is the actor that keeps a connection to an address.
func (s *socket) connecter(t transport.Transport, ep zmq.Endpoint, p *pipe) func(context.Context, *actor.Node) error {
	return func(ctx context.Context, self *actor.Node) error {
		nc, err := t.Dial(ctx, ep.Address, &s.cfg.transport)
		if err != nil {
			return err
		}
		cfg := s.engineConfig()
		cfg.Attach = func(_ *engine.Conn, peer *zmq.Peer) (*engine.Port, error) {
			s.turn.Post(&mailbox.Event{Do: func() {
				p.peer = peer
				s.pattern.connected(p)
			}})
			return p.port, nil
		}
		err = engine.NewConn(nc, &cfg).Run(ctx)
		s.turn.Post(&mailbox.Event{Do: func() { s.pattern.disconnected(p) }})
		if p.port.Done() {
			return actor.Stop
		}
		return err
	}
}
