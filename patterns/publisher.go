package patterns

import (
	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/internal/trie"
	"github.com/zeroactor/zmq/ypipe"
)

// First octets of a subscription and of its cancellation: of the messages they
// are before ZMTP 3.1 (23/ZMTP, "The Publish-Subscribe Pattern"), and of those
// that an XPUB gives and an XSUB takes.
const (
	cancelOctet    = 0
	subscribeOctet = 1
)

// isSubscription reports whether a frame that is not a command asks for
// something.
func isSubscription(body []byte) bool { return len(body) > 0 && body[0] <= subscribeOctet }

// demands is what a publisher notes of a subscriber's pipe.
type demands struct {
	topics   int   // subscriptions
	bytes    int64 // in their topics
	refused  bool  // for asking for too much: nothing more is taken
	untold   int   // messages from it that the user of an XPUB has not taken
	stalled  bool  // is not read, because these are too many
	returned bool  // it has a new connection, over which nothing has been asked yet
}

// A publisher is the core of PUB and XPUB: it keeps the subscriptions of its
// pipes, and sends each message to those that are subscribed to it.
//
// A pipe that Connect made outlives its connections. When one is lost, "SHALL
// [...] generate a suitable unsubscribe request" (29/PUBSUB) goes to the user of
// an XPUB. But messages are queued as before: "SHALL maintain the queue whether
// or not the connection is established". That ends when the subscriber, back
// again, sends the first subscription of its new set.
type publisher struct {
	sock   *socket
	dist   distributor
	subs   trie.Multi[*pipe] // in effect
	former trie.Multi[*pipe] // in effect until the subscriber is back
	visit  func(*pipe)       // dist.choose, bound once

	notices *notices // what an XPUB tells its user; nil in a PUB
	only    *pipe    // gets the next message alone; nil for the rule
}

func (b *publisher) init(s *socket) {
	b.sock = s
	b.visit = b.dist.choose
}

// put sends o to those that are subscribed to its first frame.
func (b *publisher) put(o outgoing) error {
	cfg := &b.sock.cfg.pubsub
	// "SHALL perform a binary comparison of the subscription against the start
	// of the first frame of the message." https://rfc.zeromq.org/spec/29/
	topic := o.frame(0)
	b.dist.begin()
	if !cfg.noDrop && !cfg.invert && b.only == nil {
		b.dist.skip()
	}
	b.subs.Match(topic, b.visit)
	if b.former.Len() > 0 {
		b.former.Match(topic, b.visit)
	}
	if cfg.invert {
		b.dist.invert()
	}
	if b.only != nil {
		b.dist.narrow(b.only)
	}
	if cfg.noDrop && b.dist.blocked() {
		return errWait
	}
	b.only = nil
	b.sock.stats.Dropped += b.dist.send(o)
	return nil
}

func (b *publisher) full() *pipe { return b.dist.help() }

// attach adds a subscriber. It has its connection if the peer is known.
func (b *publisher) attach(p *pipe) error {
	b.dist.add(p)
	if p.peer != nil {
		b.greet(p)
	}
	b.read(p)
	return nil
}

func (b *publisher) detach(p *pipe) {
	if b.only == p {
		b.only = nil
	}
	b.dist.remove(p)
	if b.sock.closed {
		return // nobody is left to be told
	}
	b.finish(p)
	b.withdraw(p, nil)
	b.former.RemoveAll(p, nil)
}

func (b *publisher) writable(*pipe) {}

func (b *publisher) connected(p *pipe) {
	p.demands.returned = true
	b.greet(p)
}

func (b *publisher) disconnected(p *pipe) {
	b.finish(p)
	b.withdraw(p, func(topic []byte) { b.former.Add(topic, p) })
}

// greet begins a connection with a subscriber.
func (b *publisher) greet(p *pipe) {
	welcome := b.sock.cfg.pubsub.welcome
	switch {
	case len(welcome) == 0:
	case !p.hasRoom():
		b.sock.stats.Dropped++
	default:
		p.out.Append(0, welcome)
		p.end()
	}
}

// readable takes what has come from a subscriber: subscriptions, and messages
// of an XSUB.
func (b *publisher) readable(p *pipe) {
	if !p.closed {
		b.read(p)
	}
}

// read takes what has come, until nothing is left or the user is too far behind
// with it.
func (b *publisher) read(p *pipe) {
	for b.notices == nil || !b.notices.stall(p) {
		flags, body, ok := p.in.Next()
		if !ok {
			return
		}
		b.received(p, flags, body)
	}
}

// finish takes what is left of a connection that is lost.
func (b *publisher) finish(p *pipe) {
	p.demands.stalled = false
	for {
		flags, body, ok := p.in.Next()
		if !ok {
			return
		}
		b.received(p, flags, body)
	}
}

// received takes one message of a subscriber's, given its first frame: the
// subscriptions out of it, and what remains for the user of an XPUB. A PUB
// "SHALL silently discard any messages that subscribers send it" (29/PUBSUB).
func (b *publisher) received(p *pipe, flags byte, body []byte) {
	if flags&ypipe.FlagCommand != 0 {
		switch c, _ := engine.ConsumeCommand(body); c.Kind {
		case engine.CommandSubscribe:
			b.request(p, subscribeOctet, c.Data)
		case engine.CommandCancel:
			b.request(p, cancelOctet, c.Data)
		}
		return
	}
	var user *zmq.Message
	for first := true; ; first = false {
		switch {
		case isSubscription(body) && (first || !b.sock.cfg.pubsub.onlyFirst):
			b.request(p, body[0], body[1:])
		case b.notices != nil:
			if user == nil {
				user = new(zmq.Message)
			}
			user.AppendView(body, p.in.Keep())
		}
		if flags&ypipe.FlagMore == 0 {
			break
		}
		flags, body, _ = p.in.Next() // messages are published whole
	}
	if user != nil {
		b.notices.pass(p, user)
	}
}

// request takes a subscription, or the cancellation of one.
func (b *publisher) request(p *pipe, octet byte, topic []byte) {
	if p.demands.returned {
		p.demands.returned = false
		b.former.RemoveAll(p, nil)
	}
	if p.demands.refused {
		return
	}
	cfg := &b.sock.cfg.pubsub
	if cfg.manual {
		b.notices.request(p, octet, topic)
		b.limit(p)
		return
	}
	tell := false
	if octet == subscribeOctet {
		first, added := b.subs.Add(topic, p)
		if added {
			p.demands.add(topic)
		}
		tell = first || cfg.verbose
	} else {
		last, known := b.subs.Remove(topic, p)
		if known {
			p.demands.remove(topic)
		}
		// A cancellation of what was never asked for is told as well, as in
		// libzmq; but not if others have asked for it, who would lose it.
		tell = last || cfg.verboser || !known && b.unwanted(topic, p)
	}
	if tell && b.notices != nil {
		b.notices.tell(p, octet, topic)
	}
	b.reconsider()
	b.limit(p)
}

// add and remove count a subscription.
func (d *demands) add(topic []byte)    { d.topics++; d.bytes += int64(len(topic)) }
func (d *demands) remove(topic []byte) { d.topics--; d.bytes -= int64(len(topic)) }

// limit ends the connection to a peer that has asked for too much.
func (b *publisher) limit(p *pipe) {
	if p.port == nil { // a socket of this process
		return
	}
	cfg, d := &b.sock.cfg.pubsub, &p.demands
	if most := int64(cfg.maxTopics); most > 0 && int64(d.topics) > most {
		b.refuse(p, zmq.LimitError{Limit: "MaxSubscriptions", Max: most, Detail: "more subscriptions"})
	} else if most := cfg.maxTopicBytes; most > 0 && d.bytes > most {
		b.refuse(p, zmq.LimitError{Limit: "MaxSubscriptionBytes", Max: most, Detail: "more bytes of topics"})
	}
}

func (b *publisher) refuse(p *pipe, passed zmq.LimitError) {
	p.demands.refused = true
	p.refuse(&passed)
}

// unwanted reports whether nobody is subscribed to exactly this topic. p is
// not.
func (b *publisher) unwanted(topic []byte, p *pipe) bool {
	first, _ := b.subs.Add(topic, p)
	b.subs.Remove(topic, p)
	return first
}

// reconsider lets a sender that waits for a full pipe see that subscriptions
// have changed: the message may not be for that pipe any more.
func (b *publisher) reconsider() {
	if b.sock.cfg.pubsub.noDrop {
		b.sock.sendq.Wake()
	}
}

// withdraw ends all subscriptions of a pipe, tells the user of an XPUB, and
// calls keep, if it is not nil, for each that was in effect.
func (b *publisher) withdraw(p *pipe, keep func(topic []byte)) {
	cfg := &b.sock.cfg.pubsub
	if cfg.manual {
		b.notices.withdraw(p)
	}
	b.subs.RemoveAll(p, func(topic []byte, last bool) {
		if keep != nil {
			keep(topic)
		}
		if b.notices != nil && !cfg.manual && (last || cfg.verboser) {
			b.notices.tell(p, cancelOctet, topic)
		}
	})
	p.demands.topics, p.demands.bytes, p.demands.refused = 0, 0, false
	b.reconsider()
}

// take gives the next of an XPUB's notices.
func (b *publisher) take(m *zmq.Message) error {
	n, ok := b.notices.next()
	if !ok {
		return errWait
	}
	n.moveTo(m)
	if b.notices.resumes(n.from) {
		b.read(n.from)
	}
	return nil
}

// topicCount returns the number of distinct topics that are subscribed to.
func (b *publisher) topicCount() int {
	b.sock.turn.Lock()
	defer b.sock.turn.Unlock()
	return b.subs.Topics()
}
