package patterns

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/engine"
)

// acceptPause is how long a listener waits after an error of accept, such as a
// full table of descriptors, so that it does not spin.
const acceptPause = 100 * time.Millisecond

// listen is the actor of a listener. Its connections are its children: it ends
// after them.
func (s *socket) listen(e *endpoint) func(context.Context, *actor.Node) error {
	return func(ctx context.Context, self *actor.Node) error {
		defer context.AfterFunc(ctx, func() { e.ln.Close() })()
		defer func() {
			ev := Event{Kind: Closed, Endpoint: e.addr.String()}
			if ev.Err = e.ln.Close(); ev.Err != nil {
				ev.Kind = CloseFailed
			}
			s.emit(ev)
		}()
		for {
			nc, err := e.ln.Accept()
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			if err != nil {
				s.emit(Event{Kind: AcceptFailed, Endpoint: e.addr.String(), Err: err})
				select {
				case <-time.After(acceptPause):
				case <-ctx.Done():
				}
				continue
			}
			l := &link{sock: s, endpoint: e, nc: nc}
			l.tell(Accepted, nil, nil)
			if _, err := self.Spawn("connection "+l.remote(), actor.Spec{Run: l.accepted}); err != nil {
				nc.Close()
			}
		}
	}
}

// A link is one connection of a socket.
type link struct {
	sock      *socket
	endpoint  *endpoint
	nc        net.Conn
	pipe      *pipe // that it serves; nil before the handshake is over, but for a connecter's
	shaking   *engine.Conn
	connected time.Time
	round     uint32 // of the dialLine
	dialing   bool   // it is to be left
}

// made ends the making of a connection: others may be dialled.
func (l *link) made() {
	if l.dialing {
		l.dialing = false
		l.sock.dialing.leave(l.round)
	}
}

// accepted is the actor of a connection that was accepted.
func (l *link) accepted(ctx context.Context, _ *actor.Node) error {
	l.run(ctx)
	if l.pipe != nil {
		l.lost()
	}
	return nil // why it ended is for monitors; it is no failure of ours
}

// lost takes a pipe that has no further connection to come from the socket.
func (l *link) lost() {
	s, p := l.sock, l.pipe
	s.turn.Lock()
	p.ended = true
	s.detach(p)
	closing := s.closed
	s.turn.Unlock()
	if closing {
		return // who closes the socket counts what is left
	}
	dropped := p.leftOver()
	s.turn.Lock()
	s.stats.Dropped += dropped
	s.turn.Unlock()
}

// attachNew gives a connection a pipe of its own.
func (l *link) attachNew(peer *zmq.Peer) (*engine.Port, error) {
	s := l.sock
	s.turn.Lock()
	p := newNetworkPipe(s, l.endpoint)
	p.peer = peer
	err := s.attach(p)
	s.turn.Unlock()
	if err != nil {
		return nil, err
	}
	l.pipe = p
	return p.port, nil
}

// run runs the connection to its end, and returns why it ended. Like all that is
// below it on the stack of a connection's goroutine it has no large variables of its
// own: idle connections are kept small that way.
func (l *link) run(ctx context.Context) error {
	c := l.conn()
	err := c.Run(ctx)
	l.ended(c, err)
	return err
}

// conn returns the connection, which is yet to be run.
func (l *link) conn() *engine.Conn {
	l.shaking = engine.NewConn(l.nc, l.sock.engineConfig(l.endpoint.bound), l)
	l.sock.shake(l.shaking, l)
	return l.shaking
}

// RoutingID, with Authenticator and Attach, makes a link an [engine.Owner].
func (l *link) RoutingID() []byte { return l.sock.announced() }

// Attach gives the connection its port, now that the handshake is done.
func (l *link) Attach(peer *zmq.Peer) (port *engine.Port, err error) {
	l.made()
	l.sock.shaken(l.shaking)
	l.connected = time.Now()
	if l.pipe == nil {
		port, err = l.attachNew(peer)
	} else {
		port, err = l.attachAgain(peer)
	}
	if err == nil {
		l.tell(HandshakeSucceeded, peer, nil)
	}
	return port, err
}

// ended tells monitors that the connection has ended.
func (l *link) ended(c *engine.Conn, err error) {
	l.made()
	l.sock.shaken(c)
	if l.connected.IsZero() {
		l.tell(handshakeFailure(err), nil, err)
	}
	l.tell(Disconnected, nil, err)
}

// shake notes that c is in its handshake, so that a socket that closes need not
// wait for it.
func (s *socket) shake(c *engine.Conn, l *link) {
	s.turn.Lock()
	defer s.turn.Unlock()
	s.shaking[c] = l
	if s.closed && !l.owes() {
		c.Close(zmq.ErrClosed)
	}
}

// owes reports whether there is something to hand over on the connection once
// its handshake is complete, though the socket is closed.
func (l *link) owes() bool { return l.pipe != nil && !l.pipe.port.Done() }

func (s *socket) shaken(c *engine.Conn) {
	s.turn.Lock()
	defer s.turn.Unlock()
	delete(s.shaking, c)
}

func (l *link) remote() string {
	if a := l.nc.RemoteAddr(); a != nil {
		return a.String()
	}
	return "?"
}

// tell tells the monitors, if there are any, of something that happened to the
// connection.
func (l *link) tell(kind EventKind, peer *zmq.Peer, err error) {
	if !l.sock.monitored() {
		return
	}
	ev := Event{Kind: kind, Endpoint: l.endpoint.addr.String(), Remote: l.remote(), Err: err, Peer: peer}
	if a := l.nc.LocalAddr(); a != nil {
		ev.Local = a.String()
	}
	l.sock.emit(ev)
}

// announced returns the routing id that new connections announce. A REQ may give
// its own up.
func (s *socket) announced() []byte {
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.cfg.routingID
}

// engineConfig returns what connections need to know of their socket: those that were
// accepted, or those that were made. It is the same for all of them.
func (s *socket) engineConfig(accepted bool) *engine.Config {
	s.turn.Lock()
	defer s.turn.Unlock()
	kept := &s.connecting
	if accepted {
		kept = &s.accepting
	}
	if *kept == nil {
		*kept = s.newEngineConfig()
		(*kept).Handshake.Server = accepted
	}
	return *kept
}

func (s *socket) newEngineConfig() *engine.Config {
	return &engine.Config{
		Handshake: engine.HandshakeConfig{
			SocketType:   s.typ,
			SendIdentity: s.typ == "REQ" || s.typ == "DEALER" || s.typ == "ROUTER",
			Metadata:     s.cfg.metadata,
		},
		HandshakeTimeout:  s.cfg.handshakeTimeout,
		HeartbeatInterval: s.cfg.heartbeatInterval,
		HeartbeatTimeout:  s.cfg.heartbeatTimeout,
		HeartbeatTTL:      s.cfg.heartbeatTTL,
		Limits:            s.cfg.limits,
		Subscriptions:     s.typ == "PUB" || s.typ == "XPUB",
		Subscribes:        s.typ == "SUB" || s.typ == "XSUB",
		Raw:               s.cfg.raw,
		Pool:              s.ctx.pool,
		Traffic:           &s.ctx.traffic,
		Spare:             new(engine.Spare),
	}
}
