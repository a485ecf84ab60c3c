package patterns

import (
	"sync"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/ipc"
	"github.com/zeroactor/zmq/transport/tcp"
)

// A Context is what sockets share: the names of inproc endpoints, the pool of
// memory that messages live in, and the transports. Most programs need only
// the default one, which sockets use that are not given another.
type Context struct {
	pool       *arena.Pool
	root       *actor.Node
	transports map[string]transport.Transport

	mu      sync.Mutex
	sockets map[*socket]struct{}
	closed  bool
}

// NewContext returns a context of its own: its inproc names are not those of
// any other.
func NewContext() *Context {
	c := &Context{
		pool:       arena.NewPool(0),
		root:       actor.NewRoot("zmq", actor.Options{}),
		transports: make(map[string]transport.Transport),
		sockets:    make(map[*socket]struct{}),
	}
	for _, t := range []transport.Transport{tcp.Transport{}, ipc.Transport{}} {
		c.transports[t.Scheme()] = t
	}
	return c
}

var defaultContext = sync.OnceValue(NewContext)
