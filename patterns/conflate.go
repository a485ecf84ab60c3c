package patterns

import (
	"sync"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/ypipe"
)

// A ConflateOption applies to the socket types that send to one peer at a time,
// or to all, and to those that only receive.
type ConflateOption struct{ on bool }

// Conflate makes the socket keep only the newest message of each queue: what it
// sends to a peer, and has not been handed to the system yet, is replaced by the
// next message to it; so is what it has received from a peer and nobody has
// taken. Messages are kept whole, where libzmq breaks those of several frames.
// The high-water marks have no meaning then: a PUSH or DEALER waits only for a
// peer, a PUB drops nothing, and all that comes is read. What is replaced does
// not count as dropped. Over inproc it is enough that one of the two sockets
// conflates. Off by default (ZMQ_CONFLATE).
func Conflate(on bool) ConflateOption { return ConflateOption{on} }

func (o ConflateOption) applyPush(c *config) { c.conflateOut = o.on }
func (o ConflateOption) applyPub(c *config)  { c.conflateOut = o.on }
func (o ConflateOption) applyPull(c *config) { c.conflateIn = o.on }
func (o ConflateOption) applySub(c *config)  { c.conflateIn = o.on }

func (o ConflateOption) applyDealer(c *config) { c.conflateIn, c.conflateOut = o.on, o.on }

// A conflation holds the newest message on its way from one log to another. Who
// collects and who pours may be different goroutines.
//
// A log cannot take back what it has published; so the logs at both ends are
// never left with anything in them that somebody else owns: the one is emptied
// as soon as something is written to it, and the other one, when something new
// is there, is emptied and filled by the same goroutine.
type conflation struct {
	mu     sync.Mutex
	newest zmq.Message // empty if there is none
}

// collect takes all messages out of a log, and keeps the last. The log's reader
// sleeps then. The caller is its reader.
func (c *conflation) collect(from *ypipe.Log) {
	var last zmq.Message
	more := false
	for {
		flags, body, ok := from.Next()
		if !ok {
			break
		}
		if !more {
			last.Reset()
		}
		last.AppendView(body, from.Keep())
		more = flags&ypipe.FlagMore != 0
	}
	if last.Len() == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	last.MoveTo(&c.newest)
}

// pour replaces what a log holds by the newest message, if there is one. The
// caller is both the log's reader and its writer.
func (c *conflation) pour(into *ypipe.Log) {
	var m zmq.Message
	c.mu.Lock()
	c.newest.MoveTo(&m)
	c.mu.Unlock()
	if m.Len() == 0 {
		return
	}
	into.Discard()
	appendMessage(into, &m, 0)
	into.EndMessage()
	into.Flush()
	m.Release()
}

// conflateIn makes p receive what c holds, and what comes through src, unless
// that is nil. In the turn, or before p is known to anybody.
func (p *pipe) conflateIn(pool *arena.Pool, c *conflation, src *ypipe.Log) {
	p.in = ypipe.NewLog(pool, 0, func() {}, func() {})
	p.newest = c
	if src != nil {
		c.collect(src) // whose reader sleeps now, and is woken by the next message
	}
	p.readable.Do = func() {
		if src != nil {
			c.collect(src)
		}
		p.onNewest()
	}
}

// onNewest takes what is the newest message by now.
func (p *pipe) onNewest() {
	p.newest.pour(p.in)
	p.onReadable()
}

// conflateOut makes c hold what is sent over p, and calls wake when that is a
// new message. In the turn, or before p is known to anybody.
func (p *pipe) conflateOut(pool *arena.Pool, c *conflation, wake func()) {
	p.out = ypipe.NewLog(pool, 0, func() {
		c.collect(p.out)
		wake()
	}, func() {})
	p.boundless = true
	c.collect(p.out)
}

// newConflatingPort makes p a pipe to a port, of a socket that conflates.
func (p *pipe) newConflatingPort(pool *arena.Pool, cfg *config) {
	sendHWM, recvHWM, received := cfg.sendHWM, cfg.recvHWM, new(conflation)
	readable := p.postReadable
	if cfg.conflateOut {
		sendHWM = 0
	}
	if cfg.conflateIn {
		recvHWM = 0
		readable = func() { // by the connection
			received.collect(p.port.In)
			p.postReadable()
		}
	}
	p.port = engine.NewPort(pool, sendHWM, recvHWM, readable, p.postWritable)
	p.in, p.out = p.port.In, p.port.Out
	if cfg.conflateOut {
		sent := new(conflation)
		p.conflateOut(pool, sent, p.port.Wake)
		p.port.SetSource(func() { sent.pour(p.port.Out) })
	}
	if cfg.conflateIn {
		received.collect(p.port.In)
		p.conflateIn(pool, received, nil)
	}
}

// conflateInproc makes the two ends of a pipe conflate what the connecting
// socket wants to be conflated. Neither is known to anybody.
func (p *pipe) conflateInproc(pool *arena.Pool, cfg *config) {
	mate := p.mate
	if cfg.conflateOut {
		c := new(conflation)
		mate.conflateIn(pool, c, nil)
		p.conflateOut(pool, c, func() {
			if p.joined { // or else we do when it is
				mate.postReadable()
			}
		})
	}
	if cfg.conflateIn {
		p.conflateIn(pool, new(conflation), p.in)
	}
}
