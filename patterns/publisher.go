package patterns

import (
	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/internal/trie"
	"github.com/zeroactor/zmq/ypipe"
)

// What a notification of an XPUB begins with, and the message that stands for a
// subscription before ZMTP 3.1 (29/PUBSUB: "SUBSCRIBE", "UNSUBSCRIBE").
const (
	cancelOctet    = 0
	subscribeOctet = 1
)

// A publisher is the core of PUB and XPUB: it keeps the subscriptions of its
// pipes, and sends each message to those that are subscribed to it.
type publisher struct {
	sock  *socket
	dist  distributor
	subs  trie.Multi[*pipe]
	visit func(*pipe) // dist.choose, bound once

	notices *notices // what an XPUB tells its user; nil in a PUB
}

func (b *publisher) init(s *socket) {
	b.sock = s
	b.visit = b.dist.choose
}

// put sends o to those that are subscribed to its first frame.
func (b *publisher) put(o outgoing) error {
	cfg := &b.sock.cfg.pubsub
	b.dist.begin()
	if b.notices == nil || !b.notices.onlyLast(&b.dist, cfg) {
		b.subs.Match(o.frame(0), b.visit)
		if cfg.invert {
			b.dist.invert()
		}
	}
	if cfg.noDrop && b.dist.anyFull() {
		return errWait
	}
	b.sock.stats.Dropped += b.dist.send(o)
	return nil
}

func (b *publisher) full() *pipe { return nil }

func (b *publisher) attach(p *pipe) error {
	b.dist.add(p)
	if p.peer != nil && p.peer.Version[0] == 1 {
		// A subscriber of ZMTP 1.0 sends no subscriptions: it filters itself.
		b.subs.Add(nil, p)
	}
	if welcome := b.sock.cfg.pubsub.welcome; len(welcome) > 0 {
		p.out.Append(0, welcome)
		p.end()
	}
	b.readable(p)
	return nil
}

func (b *publisher) detach(p *pipe) {
	b.dist.remove(p)
	b.unsubscribeAll(p)
}

// unsubscribeAll drops the subscriptions of a pipe.
func (b *publisher) unsubscribeAll(p *pipe) {
	n := b.notices
	b.subs.RemoveAll(p, func(topic []byte, last bool) {
		if n != nil && !b.sock.cfg.pubsub.manual && (last || b.sock.cfg.pubsub.verboser) {
			n.tell(cancelOctet, topic, nil)
		}
	})
	if n != nil {
		n.gone(p)
	}
}

func (b *publisher) writable(p *pipe) { p.mute = false }
func (b *publisher) connected(*pipe)  {}

// disconnected drops the subscriptions of a peer that will send them again.
func (b *publisher) disconnected(p *pipe) { b.unsubscribeAll(p) }

// readable takes what has come from a subscriber: subscriptions, and messages
// of an XSUB.
func (b *publisher) readable(p *pipe) {
	for {
		if b.notices != nil && b.notices.stalls(p) {
			return
		}
		flags, body, ok := p.in.Next()
		if !ok {
			p.asleep()
			return
		}
		b.received(p, flags, body)
	}
}

// received takes one frame of a subscriber's.
func (b *publisher) received(p *pipe, flags byte, body []byte) {
	first := !p.inside
	p.inside = flags&ypipe.FlagMore != 0
	switch {
	case flags&ypipe.FlagCommand != 0:
		p.inside = !first // a command is no part of a message
		switch c, _ := engine.ConsumeCommand(body); c.Kind {
		case engine.CommandSubscribe:
			b.subscription(p, subscribeOctet, c.Data)
		case engine.CommandCancel:
			b.subscription(p, cancelOctet, c.Data)
		}
	case first && !p.inside && len(body) > 0 && body[0] <= subscribeOctet:
		b.subscription(p, body[0], body[1:])
	case b.notices != nil:
		b.notices.user(p, flags, body)
	}
}

// subscription takes a subscription, or the cancellation of one.
func (b *publisher) subscription(p *pipe, octet byte, topic []byte) {
	cfg := &b.sock.cfg.pubsub
	if cfg.manual {
		b.notices.manual(p, octet, topic)
		return
	}
	tell := false
	if octet == subscribeOctet {
		first, _ := b.subs.Add(topic, p)
		tell = first || cfg.verbose
	} else {
		last, known := b.subs.Remove(topic, p)
		tell = last || !known || cfg.verboser
	}
	if tell && b.notices != nil {
		b.notices.tell(octet, topic, p)
	}
}

// apply subscribes a pipe by hand.
func (b *publisher) apply(p *pipe, topic []byte) { b.subs.Add(topic, p) }

// revoke ends what apply began.
func (b *publisher) revoke(p *pipe, topic []byte) { b.subs.Remove(topic, p) }

// take gives the next of an XPUB's notices.
func (b *publisher) take(m *zmq.Message) error { return b.notices.take(m) }
