package patterns

import (
	"errors"
	"math"
	"strings"

	"github.com/zeroactor/zmq/transport"
	"github.com/zeroactor/zmq/transport/inproc"
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

// profileLabels is the option of ProfileLabels.
type profileLabels struct{}

// ProfileLabels gives the goroutines of the context's sockets the profiler label
// "actor": the path of what they run for, from the socket down to the endpoint and
// the connection, as "/zmq/PULL/listener tcp://127.0.0.1:5555/connection
// 127.0.0.1:40331". With it go tool pprof tells them apart (-tagroot=actor). What
// a socket writes may be written by goroutines that have the labels of who sends.
// The default is no labels, which hold some memory for each connection; messages
// take no longer for them.
func ProfileLabels() ContextOption { return profileLabels{} }

func (profileLabels) applyContext(c *Context) { c.labels = true }

// transportOption is the option of Transport.
type transportOption struct{ transport transport.Transport }

// Transport makes endpoints of t's scheme use t, in sockets of the context: a
// transport of the program's own, or one that takes the place of "tcp" or "ipc".
// Of two for the same scheme the later one counts. The scheme must not be empty,
// must not contain "://", and must not be "inproc", which moves no bytes;
// otherwise, as with a nil t, every new socket fails with an [*OptionError].
//
// Connections that t makes may be of any type, but must take some kilobytes from a
// writer before anybody reads, as both peers write first: those of [net.Pipe] do
// not. One with a CloseWrite method ends
// in order: what was sent is known to have arrived when the peer closes its half
// too. One without is closed as soon as everything is written.
func Transport(t transport.Transport) ContextOption { return transportOption{t} }

func (o transportOption) applyContext(c *Context) {
	if o.transport == nil {
		c.refuse("Transport", nil, "a transport")
		return
	}
	scheme := o.transport.Scheme()
	if scheme == "" || scheme == inproc.Scheme || strings.Contains(scheme, "://") {
		c.refuse("Transport", scheme, "a transport of bytes with a scheme of its own")
		return
	}
	c.transports[scheme] = o.transport
}
