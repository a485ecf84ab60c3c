package patterns

import (
	"fmt"
	"math"
	"time"
)

// The options of the sockets that only send or only receive. What a type does
// not take does not compile.
type (
	PushOption interface{ applyPush(*config) }
	PullOption interface{ applyPull(*config) }
)

// An Option applies to every socket type. Given to [NewContext] it applies to
// all sockets of that context that are not given it themselves.
type Option struct {
	name string
	fn   func(*config) // set, and remember that it was given
	set  func(*config) // nil if it makes no sense for a context
}

// newOption returns an option that set carries out. set may be called more than
// once for the same config.
func newOption(name string, set func(*config)) Option {
	return Option{name: name, set: set, fn: func(c *config) {
		set(c)
		c.given = append(c.given, set)
	}}
}

func (o Option) String() string      { return o.name }
func (o Option) applyPush(c *config) { o.fn(c) }
func (o Option) applyPull(c *config) { o.fn(c) }

// A SendOption applies to the socket types that send messages.
type SendOption struct{ fn func(*config) }

func (o SendOption) applyPush(c *config) { o.fn(c) }

// A RecvOption applies to the socket types that receive messages.
type RecvOption struct{ fn func(*config) }

func (o RecvOption) applyPull(c *config) { o.fn(c) }

// An OptionError says that the value of an option is not one of those that it
// takes. It comes in the [*zmq.OpError] of the function that was given the
// option, for the first option that is wrong.
type OptionError struct {
	Option string // its name in this package: "SendHWM"
	Value  any
	Want   string // what values it takes, in words
}

func (e *OptionError) Error() string {
	return fmt.Sprintf("option %s: %v is not %s", e.Option, e.Value, e.Want)
}

// refuse notes that an option is wrong.
func (c *config) refuse(option string, value any, want string) {
	if c.err == nil {
		c.err = &OptionError{Option: option, Value: value, Want: want}
	}
}

// count checks a number that must be from least to most.
func (c *config) count(option string, n, least, most int) int {
	if n < least || n > most {
		c.refuse(option, n, fmt.Sprintf("%d to %d", least, most))
	}
	return n
}

// atLeastZero checks a time that must not be negative.
func (c *config) atLeastZero(option string, d time.Duration) time.Duration {
	if d < 0 {
		c.refuse(option, d, "0 or more")
	}
	return d
}

// maxHWM is the largest high-water mark, in messages: the sum of two, which an
// inproc pipe has, is an int everywhere.
const maxHWM = math.MaxInt32 / 2

// checkHWM checks a high-water mark.
func (c *config) checkHWM(option string, messages int) int {
	return c.count(option, messages, 0, maxHWM)
}

// SendHWM sets the high-water mark of what is sent: how many messages may be
// queued for each peer before the socket waits, or drops, or looks for another
// peer, as its type prescribes. It is from 0, which is no limit, to 1,073,741,823;
// the default is 1000. What the system and the peer queue comes on top. Over
// inproc the peer's RecvHWM is added. To change it on a live socket see
// SetSendHWM (ZMQ_SNDHWM).
func SendHWM(messages int) SendOption {
	return SendOption{func(c *config) { c.sendHWM = c.checkHWM("SendHWM", messages) }}
}

// RecvHWM sets the high-water mark of what is received: how many messages may
// be queued from each peer before nothing more is read from it, so that it has
// to wait or to drop. When the peer is gone, what the system has received of it
// is queued as well. It is from 0, which is no limit, to 1,073,741,823; the
// default is 1000. Over inproc the peer's SendHWM is added. To change it on a
// live socket see SetRecvHWM (ZMQ_RCVHWM).
func RecvHWM(messages int) RecvOption {
	return RecvOption{func(c *config) { c.recvHWM = c.checkHWM("RecvHWM", messages) }}
}

// Linger sets how long Close, Unbind and Disconnect wait for what was sent to
// be handed over, before they drop it. 0 drops it at once, negative waits for
// ever; the default is 30 seconds, where libzmq waits for ever. To change it
// on a live socket see SetLinger (ZMQ_LINGER).
func Linger(d time.Duration) Option {
	return newOption("Linger", func(c *config) { c.linger = d })
}

// Immediate makes Connect queue messages for a peer only while there is a
// connection to it. By default a Connect makes a queue at once, which fills
// while the peer is not there, and is kept when the connection is lost.
// It concerns endpoints that are connected, but for inproc (ZMQ_IMMEDIATE).
func Immediate(on bool) Option {
	return newOption("Immediate", func(c *config) { c.immediate = on })
}

// InContext makes the socket one of the given context, whose inproc names,
// limits and default options it has; the place of InContext among the options
// does not matter. nil, the default, is the default context, which is one for
// the whole program.
func InContext(ctx *Context) Option {
	return Option{name: "InContext", fn: func(c *config) {
		c.context = ctx
		if ctx == nil {
			return
		}
		for _, set := range ctx.defaults {
			set(c)
		}
		for _, set := range c.given { // of the socket's own, which count more
			set(c)
		}
	}}
}
