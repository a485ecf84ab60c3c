package patterns

import (
	"context"
	"errors"
	"sync"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/inproc"
	"github.com/zeroactor/zmq/transport/ipc"
	"github.com/zeroactor/zmq/transport/tcp"
)

// A Context is what sockets share: the names of inproc endpoints, the pool of
// memory that messages live in, and the transports. Most programs need only the
// default one, which sockets use that are not given another. All its methods
// may be called by several goroutines at once.
type Context struct {
	pool       *arena.Pool
	traffic    engine.Traffic
	root       *actor.Node
	transports map[string]transport.Transport
	inproc     inproc.Registry[*pipe]

	defaults   []func(*config) // of sockets that are not told otherwise
	maxSockets int
	labels     bool  // see ProfileLabels
	err        error // of the first option that was wrong

	mu       sync.Mutex
	sockets  map[*socket]struct{}
	internal int // those of them that the program knows nothing of
	closed   bool
	closing  chan struct{} // closed with it
}

// NewContext returns a context of its own: its inproc names are not those of
// any other. An [Option] given here is a default for its sockets. A bad value is
// reported when a socket is made.
func NewContext(opts ...ContextOption) *Context {
	c := &Context{
		pool:       arena.NewPool(0),
		transports: make(map[string]transport.Transport),
		sockets:    make(map[*socket]struct{}),
		closing:    make(chan struct{}),
		maxSockets: noMaxSockets,
	}
	for _, t := range []transport.Transport{tcp.Transport{}, ipc.Transport{}} {
		c.transports[t.Scheme()] = t
	}
	for _, o := range opts {
		o.applyContext(c)
	}
	c.root = actor.NewRoot("zmq", actor.Options{Labels: c.labels})
	return c
}

// defaultContext is the one of sockets that are not given another.
var defaultContext = sync.OnceValue(func() *Context { return NewContext() })

// add makes s one of the context's sockets.
func (c *Context) add(s *socket) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return zmq.ErrClosed
	case c.err != nil:
		return c.err
	case !s.cfg.internal && len(c.sockets)-c.internal >= c.maxSockets:
		return ErrTooManySockets
	}
	node, err := c.root.Spawn(s.typ, actor.Spec{Look: s.look})
	if err != nil {
		return zmq.ErrClosed
	}
	s.node = node
	c.sockets[s] = struct{}{}
	if s.cfg.internal {
		c.internal++
	}
	return nil
}

func (c *Context) remove(s *socket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sockets, s)
	if s.cfg.internal {
		c.internal--
	}
}

// Close closes all sockets of the context, each with its own linger, and then
// the context itself. Its error joins theirs.
func (c *Context) Close() error { return c.Shutdown(context.Background()) }

// Shutdown is Close with a deadline: when ctx is done, what has not been handed
// over by then is dropped, whatever the lingers say. New sockets are refused at
// once. It returns when everything has ended.
func (c *Context) Shutdown(ctx context.Context) error {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.closing)
	}
	var open []*socket
	for s := range c.sockets {
		open = append(open, s)
	}
	c.mu.Unlock()
	errs := make([]error, len(open)+1)
	var all sync.WaitGroup
	for i, s := range open {
		all.Go(func() {
			err := s.shutdown(ctx, s.lingerTime())
			if !errors.Is(err, zmq.ErrClosed) { // closed by its owner meanwhile
				errs[i] = err
			}
		})
	}
	all.Wait()
	errs[len(open)] = c.root.Stop(ctx)
	c.pool.Close()
	return errors.Join(errs...)
}
