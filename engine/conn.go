package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/internal/arena"
)

// Config is what a connection needs to know of its socket. It is shared by
// all connections of the socket and is not changed.
type Config struct {
	// Handshake is for all of them: RoutingID and Authenticate are each [Owner]'s.
	Handshake HandshakeConfig

	// HandshakeTimeout bounds greeting and mechanism together; 0 is no limit.
	HandshakeTimeout time.Duration

	// Heartbeat interval, timeout and time to live (37/ZMTP, "Connection
	// Heartbeating"). An interval of 0 sends no heartbeats.
	HeartbeatInterval, HeartbeatTimeout, HeartbeatTTL time.Duration

	Limits Limits

	// Subscriptions says that the socket takes SUBSCRIBE and CANCEL commands,
	// Subscribes that it sends them.
	Subscriptions, Subscribes bool

	// Raw says that the peer does not speak ZMTP: each piece of bytes read is
	// a message of one frame, and bodies are sent without headers.
	Raw bool

	Pool *arena.Pool

	// Spare is where handshakes get their memory, and leave it for others. Nil: each makes
	// its own.
	Spare *Spare

	// Traffic is that of all connections whose receivers had better let each other go first. Nil: each is alone.
	Traffic *Traffic
}

// traffic returns Traffic, or one for a connection of its own.
func (c *Config) traffic() *Traffic {
	if c.Traffic != nil {
		return c.Traffic
	}
	return new(Traffic)
}

// An Owner is whom a connection belongs to. It is asked on the goroutine of Run, each
// once at most.
type Owner interface {
	// RoutingID returns the identity that the connection announces, if
	// [HandshakeConfig] says that it announces one.
	RoutingID() []byte

	// Authenticator returns who judges the peer during the handshake; nil lets
	// everyone in. With Raw, which has no handshake, nobody is asked.
	Authenticator() Authenticator

	// Attach is called when the handshake is done. It returns the port that
	// the connection is to serve, or why the peer is refused.
	Attach(peer *zmq.Peer) (*Port, error)
}

// A Conn is one connection. Its reader goroutine is the one that calls Run; it
// owns what is not said to be shared. Writing is done by the port's activation,
// which runs only while there is something to write.
type Conn struct {
	nc    net.Conn
	cfg   *Config
	owner Owner
	port  *Port
	peer  *zmq.Peer

	presumed bool // the peer is to be taken as if it had subscribed to everything

	reader reader
	role   role // of the reader
	writer writer
	pulse  pulse

	mu       sync.Mutex
	draining notice // what comes in is to be dropped
	over     notice // we have ended the connection
	err      error  // ... why
	hurried  bool   // nothing is left that the peer must read
	writeErr error  // why it cannot be written to any more
}

// lastWords is how long a connection is still read that cannot be written to
// any more, in which time it waits for nobody. What the peer has sent before it
// went is here already, and takes no longer to read. A peer that we have closed the
// connection to, with nothing said that it must read, has as long to do the same.
const lastWords = time.Second

// NewConn returns a connection on nc, which it closes in the end.
func NewConn(nc net.Conn, cfg *Config, owner Owner) *Conn {
	return &Conn{nc: nc, cfg: cfg, owner: owner}
}

// Run shakes hands, attaches to a port and serves it until the connection
// ends; it returns why. io.EOF says that the peer closed in order, between two
// messages. Cancelling ctx ends the connection at once.
//
// A panic goes through to the caller, after the port is detached. One on
// another goroutine, that writes or beats for the connection, ends only the
// connection: Run then returns an [*actor.PanicError].
func (c *Conn) Run(ctx context.Context) (err error) {
	stop := actor.AfterFunc(ctx, func() { c.fail(context.Cause(ctx)) })
	defer stop()
	defer c.nc.Close()

	rest, err := c.open(ctx)
	if err != nil {
		return c.reason(err)
	}
	defer c.leave()
	c.port.attach(c)
	c.pulse.start(c)
	defer c.pulse.stop()
	return c.reason(c.read(rest))
}

// open shakes hands and finds the port. It returns the bytes that followed. What
// it needs of the stack is given back: while the connection is served its
// goroutine's stack is to be small.
func (c *Conn) open(ctx context.Context) (rest []byte, err error) {
	rest, peer, transform, err := c.handshake(ctx)
	if err != nil {
		return nil, err
	}
	c.peer = newPeer(c.nc, peer)
	if c.port, err = c.owner.Attach(c.peer); err != nil {
		return nil, err
	}
	if c.cfg.Subscriptions && peer.FiltersItself() {
		c.presumed = true
	}
	c.writer.init(newSink(c.nc, c.port), transform)
	c.reader.init(newSource(c.nc), c.port.In, c.cfg.Limits.largest(), c.cfg.traffic())
	c.role.init(c)
	return rest, nil
}

// leave detaches from the port.
func (c *Conn) leave() {
	c.nc.Close()
	c.port.detach()
	if h := c.writer.handle; h != nil {
		h.close()
		c.writer.handle = nil
	}
	c.reader.body.release()
	if c.reader.gone {
		c.port.over = c.port.In.Written()
	}
}

// Close ends the connection at once; Run returns err. Any goroutine may call
// it.
func (c *Conn) Close(err error) { c.fail(err) }

// fail ends the connection, for the first of the reasons given.
func (c *Conn) fail(err error) {
	c.mu.Lock()
	if !c.over.given {
		c.err = err
		c.over.give()
	}
	c.mu.Unlock()
	c.nc.Close()
}

// contain is to be deferred by all that works for the connection on a goroutine
// that is not its own: a panic there ends the connection, and nothing else.
func (c *Conn) contain() {
	if v := recover(); v != nil {
		c.fail(&actor.PanicError{Value: v, Stack: debug.Stack()})
	}
}

// failWrite is told that writing has failed. The connection goes on as long as
// there is something to read: a peer that has sent its messages and gone must
// not lose them because we had to say something too.
func (c *Conn) failWrite(err error) {
	c.mu.Lock()
	if c.writeErr == nil {
		c.writeErr = err
	}
	c.mu.Unlock()
	c.lastRead()
}

// hurry makes the connection end soon, whether or not the peer closes it.
func (c *Conn) hurry() {
	c.mu.Lock()
	c.hurried = true
	c.mu.Unlock()
	c.lastRead()
}

// lastRead gives the reader its time again, if that is running out.
func (c *Conn) lastRead() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writeErr != nil || c.hurried {
		c.role.setDeadline(time.Now().Add(lastWords))
	}
}

// reason returns why the connection ended: what we decided, or else what the
// reader saw.
func (c *Conn) reason(seen error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.over.given:
		return c.err
	case c.writeErr != nil && (seen == io.EOF || errors.Is(seen, os.ErrDeadlineExceeded)):
		return c.writeErr
	case c.hurried && errors.Is(seen, os.ErrDeadlineExceeded):
		return zmq.ErrClosed
	}
	return seen
}

// drain makes the reader drop what comes in.
func (c *Conn) drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining.give()
}

// stopped returns why nothing more is to be read, or nil.
func (c *Conn) stopped() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.over.given:
		return net.ErrClosed
	case c.draining.given:
		return errDraining
	}
	return nil
}

// handshake returns what it learned of the peer, and the bytes that followed.
func (c *Conn) handshake(ctx context.Context) (rest []byte, info PeerInfo, t Transform, err error) {
	if c.cfg.Raw {
		return nil, info, rawTransform{}, nil
	}
	if t := c.cfg.HandshakeTimeout; t > 0 {
		c.nc.SetDeadline(time.Now().Add(t))
		defer c.nc.SetDeadline(time.Time{})
	}
	cfg := c.cfg.Handshake
	cfg.RoutingID = c.owner.RoutingID()
	if judge := c.owner.Authenticator(); judge != nil {
		cfg.Authenticate = c.authenticator(ctx, judge)
	}
	x := c.cfg.Spare.take(cfg)
	rest, err = c.exchange(x)
	if err != nil {
		return nil, info, nil, err
	}
	info, t = x.Peer(), x.Transform(c.cfg.Subscribes, c.cfg.Limits.largest())
	rest = bytes.Clone(rest)
	c.cfg.Spare.give(x)
	return rest, info, t, nil
}

// exchange goes through with the handshake, and returns the bytes that followed, in x.
func (c *Conn) exchange(x *exchange) (rest []byte, err error) {
	h, buf, have := &x.Handshake, x.buf[:], 0
	for {
		if err := c.say(h); err != nil {
			return nil, err
		}
		n, err := c.nc.Read(buf[have:])
		have += n
		used, done, herr := h.Input(buf[:have])
		if herr != nil {
			c.nc.Write(h.Output()) // tell the peer why, if it can understand
			return nil, herr
		}
		have = copy(buf, buf[used:have])
		if done {
			return buf[:have], c.say(h)
		}
		if err != nil {
			return nil, handshakeError(err)
		}
		if have == len(buf) {
			return nil, fmt.Errorf("handshake: peer's input makes no progress at %d bytes", have)
		}
	}
}

// say sends what the handshake has to say.
func (c *Conn) say(h *Handshake) error {
	if out := h.Output(); len(out) > 0 {
		if _, err := c.nc.Write(out); err != nil {
			return handshakeError(err)
		}
	}
	return nil
}

func handshakeError(err error) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("handshake: %w", zmq.ErrTimeout)
	}
	if err == io.EOF {
		return fmt.Errorf("peer closed during the handshake: %w", io.ErrUnexpectedEOF)
	}
	return err
}

func newPeer(nc net.Conn, info PeerInfo) *zmq.Peer {
	p := &zmq.Peer{
		SocketType: info.SocketType,
		RoutingID:  info.RoutingID,
		UserID:     info.UserID,
		Version:    [2]int{info.Major, info.Minor},
		Properties: info.Properties,
	}
	if a := nc.RemoteAddr(); a != nil {
		p.Address = a.String()
	}
	return p
}
