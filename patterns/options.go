package patterns

import "time"

type (
	PushOption interface{ applyPush(*config) }
	PullOption interface{ applyPull(*config) }
)

// An Option applies to every socket type.
type Option struct {
	name string
	fn   func(*config)
}

func (o Option) String() string      { return o.name }
func (o Option) applyPush(c *config) { o.fn(c) }
func (o Option) applyPull(c *config) { o.fn(c) }

// Linger sets how long Close waits for unsent messages.
func Linger(d time.Duration) Option { return Option{"Linger", func(c *config) { c.linger = d }} }

// InContext puts the socket into a context of its own.
func InContext(ctx *Context) Option {
	return Option{"InContext", func(c *config) { c.context = ctx }}
}

// SendOption applies to sockets that send.
type SendOption struct{ n int }

func (o SendOption) applyPush(c *config) { c.sendHWM = o.n }

// SendHWM limits the messages queued for each peer.
func SendHWM(messages int) SendOption { return SendOption{messages} }

// RecvOption applies to sockets that receive.
type RecvOption struct{ n int }

func (o RecvOption) applyPull(c *config) { c.recvHWM = o.n }

// RecvHWM limits the messages queued from each peer.
func RecvHWM(messages int) RecvOption { return RecvOption{messages} }
