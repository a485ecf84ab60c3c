package patterns

import (
	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/internal/trie"
	"github.com/zeroactor/zmq/ypipe"
)

// A subscriber is the core of SUB and XSUB: it keeps the socket's
// subscriptions, and tells them to each publisher.
//
// A pipe is told while it is linked. That is when it has a connection: a
// publisher that comes back gets the whole set, and nothing that was queued for
// the one before. Over inproc a pipe is linked from the start.
type subscriber struct {
	sock   *socket
	fq     fairQueue
	dist   distributor
	topics trie.Counted
	filter bool // SUB: give only what matches
}

func (b *subscriber) init(s *socket, filter bool) {
	b.sock, b.filter = s, filter
}

func (b *subscriber) attach(p *pipe) error {
	b.fq.add(p)
	b.dist.add(p)
	if p.port == nil || p.peer != nil {
		b.link(p)
	}
	return nil
}

func (b *subscriber) detach(p *pipe) {
	b.dist.remove(p)
	p.linked = false
}

func (b *subscriber) connected(p *pipe) {
	if p.port == nil {
		return // told already
	}
	b.sock.stats.Dropped += p.port.Discard() // it was for another connection
	b.link(p)
}

func (b *subscriber) disconnected(p *pipe) { p.linked = false }
func (b *subscriber) readable(p *pipe)     { b.fq.add(p) }
func (b *subscriber) writable(p *pipe)     { p.mute = false }
func (b *subscriber) full() *pipe          { return nil }

// link tells a publisher all subscriptions.
func (b *subscriber) link(p *pipe) {
	p.linked = true
	for topic := range b.topics.All() {
		p.command(engine.AppendCommandBody(nil, engine.NameSubscribe, topic))
	}
}

// take gives the next message, of a SUB the next that matches.
func (b *subscriber) take(m *zmq.Message) error {
	for {
		p, flags, body := b.fq.first()
		if p == nil {
			return errWait
		}
		if !b.filter || b.topics.Match(body) != b.sock.cfg.pubsub.invert {
			p.reuse(m)
			p.rest(m, flags, body)
			b.fq.step()
			return nil
		}
		for flags&ypipe.FlagMore != 0 {
			flags, _, _ = p.in.Next()
		}
		b.fq.step()
	}
}

// put sends a message of an XSUB's: a subscription, or one for all publishers.
func (b *subscriber) put(o outgoing) error {
	if f := o.frame(0); o.len() == 1 && len(f) > 0 && f[0] <= subscribeOctet {
		b.change(f[0], f[1:])
		return nil
	}
	b.dist.all()
	b.sock.stats.Dropped += b.dist.send(o)
	return nil
}

// change adds a subscription or takes one away, and tells the publishers.
func (b *subscriber) change(octet byte, topic []byte) {
	name := engine.NameSubscribe
	if octet == subscribeOctet {
		b.topics.Add(topic) // each is forwarded: the publisher may want to know
	} else {
		last, known := b.topics.Remove(topic)
		if !known || !last && !b.sock.cfg.pubsub.verboseCancel {
			return
		}
		name = engine.NameCancel
	}
	body := engine.AppendCommandBody(nil, name, topic)
	for _, p := range b.dist.pipes {
		if p.linked {
			p.command(body)
		}
	}
}

// subscribe is change, as a method of a socket.
func (b *subscriber) subscribe(op string, octet byte, topic string) error {
	s := b.sock
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.closed {
		return s.fail(op, "", zmq.ErrClosed)
	}
	b.change(octet, []byte(topic))
	return nil
}
