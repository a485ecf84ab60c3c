package patterns

import (
	"errors"
	"math"
)

// A ContextOption is for [NewContext]. Each [Option] is one too: a default for
// the sockets of the context, as NewContext(Linger(0), IPv6(true)).
type ContextOption interface{ applyContext(*Context) }

// ErrTooManySockets says that a context has as many open sockets as [MaxSockets]
// allows (EMFILE in libzmq).
var ErrTooManySockets = errors.New("zmq: too many sockets in the context")

func (o Option) applyContext(c *Context) {
	if o.set == nil {
		c.refuse(o.name, "a context", "an option of contexts")
		return
	}
	c.defaults = append(c.defaults, o.set)
}

// refuse makes all new sockets of the context fail: there is something wrong
// with its options.
func (c *Context) refuse(option string, value any, want string) {
	if c.err == nil {
		c.err = &OptionError{Option: option, Value: value, Want: want}
	}
}

// maxSockets is the option of that name.
type maxSockets int

// MaxSockets limits how many sockets of the context may be open at once, to 1 or
// more; the next one is refused with [ErrTooManySockets]. The default is no
// limit, where libzmq has one of 1023. A number that is not allowed makes every
// new socket fail with an [*OptionError] (ZMQ_MAX_SOCKETS).
func MaxSockets(n int) ContextOption { return maxSockets(n) }

func (n maxSockets) applyContext(c *Context) {
	if n < 1 {
		c.refuse("MaxSockets", int(n), "1 or more")
	}
	c.maxSockets = int(n)
}

// noMaxSockets is the MaxSockets of a context that is not given any.
const noMaxSockets = math.MaxInt
