package patterns

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/zeroactor/zmq"
)

// A routing table finds the pipe to a peer by its routing id ("SHALL identify
// each double queue using a unique 'identity' binary string", 28/REQREP). It
// belongs to the socket's turn.
type routing struct {
	pipes map[string]*pipe
	last  *pipe  // found last; peers are often answered in the order they ask
	auto  uint32 // number in the last id made up
}

func newRouting() routing {
	return routing{pipes: make(map[string]*pipe), auto: rand.Uint32()}
}

// find returns the pipe of that id, or nil.
func (r *routing) find(id []byte) *pipe {
	if p := r.last; p != nil && bytes.Equal(p.routingID, id) {
		return p
	}
	p := r.pipes[string(id)]
	if p != nil {
		r.last = p
	}
	return p
}

// add makes p known by an id that is free.
func (r *routing) add(id []byte, p *pipe) {
	p.routingID = id
	r.pipes[string(id)] = p
}

// remove makes p unknown. The pipe keeps its id for what is still to be read.
func (r *routing) remove(p *pipe) {
	if r.pipes[string(p.routingID)] == p {
		delete(r.pipes, string(p.routingID))
	}
	if r.last == p {
		r.last = nil
	}
}

// autoID makes up an id that is free: a zero byte, with which no peer's own may
// begin, and a number.
func (r *routing) autoID() []byte {
	for {
		r.auto++
		id := binary.BigEndian.AppendUint32([]byte{0}, r.auto)
		if r.pipes[string(id)] == nil {
			return id
		}
	}
}

// isAuto reports whether id was made up here.
func isAuto(id []byte) bool { return len(id) == 5 && id[0] == 0 }

// ids returns the ids of all peers, in no order.
func (r *routing) ids() [][]byte {
	ids := make([][]byte, 0, len(r.pipes))
	for id := range r.pipes {
		ids = append(ids, []byte(id))
	}
	return ids
}

// duplicateID describes an id that is taken.
func duplicateID(id []byte) error {
	return fmt.Errorf("%w: routing id %q", zmq.ErrAddrInUse, id)
}

// A correspondent sends messages to the peers whose ids they begin with, for
// ROUTER and STREAM.
type correspondent struct {
	blockage
	sock      *socket
	ids       routing
	mandatory bool // an unknown id is an error, and a full queue is waited for
}

func (c *correspondent) init(s *socket, mandatory bool) {
	c.sock, c.mandatory = s, mandatory
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

// route sends the frames of o from the given one on.
func (c *correspondent) route(id []byte, o outgoing, from int) error {
	p := c.ids.find(id)
	switch {
	case p == nil && c.mandatory:
		return zmq.ErrUnreachable
	case p == nil:
		c.sock.stats.Dropped++
	case !p.out.Full():
		c.clear()
		p.send(o, from)
	case c.mandatory:
		c.found(p)
		return errWait
	default:
		c.sock.stats.Dropped++
	}
	return nil
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
