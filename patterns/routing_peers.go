package patterns

import (
	"bytes"
	"context"
	"errors"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/arena"
)

// A correspondent sends messages to the peers whose ids they begin with, for
// ROUTER and STREAM.
type correspondent struct {
	blockage
	sock *socket
	ids  routing
}

func (c *correspondent) init(s *socket) {
	c.sock = s
	c.ids = newRouting()
}

// errNoBody refuses a message that is nothing but an id.
var errNoBody = errors.New("message has no frame after the routing id")

// put sends a message whose first frame is the id: "SHALL remove the first frame
// from each outgoing message and use this as the identity of a double queue"
// (28/REQREP).
func (c *correspondent) put(o outgoing) error {
	if o.len() < 2 {
		return errNoBody
	}
	return c.route(o.frame(0), o, 1)
}

// route sends the frames of o from the given one on. If it is mandatory, an unknown
// id is an error, and a full queue is waited for. To a peer without ZMTP, an empty
// body ends the connection.
func (c *correspondent) route(id []byte, o outgoing, from int) error {
	p, raw, mandatory := c.ids.find(id), c.sock.cfg.raw, c.sock.cfg.reqrep.mandatory
	switch {
	case p == nil && mandatory:
		return zmq.ErrUnreachable
	case p == nil:
		c.sock.stats.Dropped++
	case raw && o.len() == from+1 && len(o.frame(from)) == 0:
		c.sock.part(p)
	case p.hasRoom():
		c.clear()
		p.send(o, from)
	case mandatory:
		c.found(p)
		return errWait
	default:
		c.sock.stats.Dropped++
	}
	return nil
}

// recvFrom moves the next message into m, and prefixes "each incoming message
// with a frame containing the identity of the originating double queue"
// (28/REQREP).
func (c *correspondent) recvFrom(q *fairQueue, m *zmq.Message) error {
	for {
		p, flags, body := q.first()
		if p == nil {
			return errWait
		}
		id := p.fromID()
		if id == nil {
			// The peer, of this process, was quicker than the news of it.
			c.sock.turn.Pending()
			id = p.fromID()
		}
		if id != nil {
			m.Reset()
			m.AppendView(id, arena.Owner{})
			p.rest(m, flags, body)
			q.step()
			return nil
		}
		q.step() // the peer was refused: drop what it has sent
	}
}

// SendTo sends m, which has no id frame, to the peer of that id, as Send sends
// a message that has.
func (c *correspondent) SendTo(ctx context.Context, id []byte, m *zmq.Message) error {
	s := c.sock
	o := outgoing{m: m}
	if o.len() == 0 {
		return s.fail("send", "", errNoFrames)
	}
	if err := s.until(ctx, "send", &s.sendq, func() error { return c.sendTo(id, o) }); err != nil {
		return err
	}
	m.Reset()
	return nil
}

func (c *correspondent) sendTo(id []byte, o outgoing) error {
	s := c.sock
	err := c.route(id, o, 0)
	if err == errWait && s.help(c.full()) {
		if s.closed {
			return zmq.ErrClosed
		}
		err = c.route(id, o, 0)
	}
	if err == nil {
		s.stats.Sent++
	}
	return err
}

// gone makes a peer unknown; who waits for it must see that.
func (c *correspondent) gone(p *pipe) {
	c.ids.remove(p)
	c.roomFor()
}

// roomFor makes all who wait look again: each may wait for another peer.
func (c *correspondent) roomFor() {
	c.clear()
	c.sock.sendq.WakeAll()
}

// Peers returns the ids of all peers that can be sent to, in no order.
func (c *correspondent) Peers() [][]byte {
	c.sock.turn.Lock()
	defer c.sock.turn.Unlock()
	return c.ids.ids()
}

// DisconnectPeer ends the connection to the peer of that id. What was sent to
// it is handed over, up to the linger; what it has sent can still be read. A
// peer that had connected may come again. The error is [zmq.ErrUnreachable] if
// there is no such peer.
func (c *correspondent) DisconnectPeer(id []byte) error {
	s := c.sock
	s.turn.Lock()
	defer s.turn.Unlock()
	p := c.ids.find(id)
	switch {
	case s.closed:
		return s.fail("disconnect", "", zmq.ErrClosed)
	case p == nil:
		return s.fail("disconnect", "", zmq.ErrUnreachable)
	}
	s.part(p)
	return nil
}

// ConnectAs is Connect, but the peer is known by the given id, whatever it
// announces, and can be sent to at once (ZMQ_CONNECT_ROUTING_ID). The id has 1
// to 255 bytes, the first one not zero. The error is [zmq.ErrAddrInUse] if the
// id is that of another peer.
func (c *correspondent) ConnectAs(text string, id []byte) error {
	s := c.sock
	ep, err := zmq.ParseEndpoint(text)
	if err == nil {
		err = checkRoutingID(id)
	}
	if err == nil {
		s.turn.Lock()
		if err = c.reserved(id); err == nil {
			err = s.connect(&endpoint{addr: ep, as: bytes.Clone(id)})
		}
		s.turn.Unlock()
	}
	if err != nil {
		return s.fail("connect", text, err)
	}
	return nil
}

// reserved checks that an id is free, of peers there are and of those that are
// yet to be connected.
func (c *correspondent) reserved(id []byte) error {
	taken := c.ids.find(id) != nil
	for _, list := range c.sock.endpoints {
		for _, e := range list {
			taken = taken || bytes.Equal(e.as, id)
		}
	}
	if taken {
		return duplicateID(id)
	}
	return nil
}
