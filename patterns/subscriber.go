package patterns

import (
	"fmt"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/internal/trie"
	"github.com/zeroactor/zmq/ypipe"
)

// maxTopic is the size of the largest topic in bytes: that of the largest
// command that a connection takes, 1 MiB, without its name.
const maxTopic = 1<<20 - 1 - len(engine.NameSubscribe)

// A subscriber is the core of SUB and XSUB: it keeps the socket's
// subscriptions, and tells them to each publisher.
//
// A pipe is told while it is linked, which is while it has a connection: a
// publisher that comes back gets the whole set, and nothing that was queued for
// the one before. Over inproc a pipe is linked from the start.
type subscriber struct {
	sock   *socket
	fq     fairQueue
	dist   distributor
	topics trie.Counted
	filter bool   // SUB: give only what matches
	body   []byte // of the command that is being written
}

func (b *subscriber) init(s *socket, filter bool) {
	b.sock, b.filter = s, filter
}

func (b *subscriber) attach(p *pipe) error {
	b.fq.attach(p)
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
	if !p.linked {
		b.link(p)
	}
}

// disconnected drops what the lost connection has not sent, as libzmq does: a
// subscription in it may be cancelled before the next connection is made.
func (b *subscriber) disconnected(p *pipe) {
	p.linked = false
	b.sock.stats.Dropped += p.port.Discard()
}

func (b *subscriber) readable(p *pipe) { b.fq.add(p) }
func (b *subscriber) writable(*pipe)   {}
func (b *subscriber) full() *pipe      { return nil }

// link tells a publisher all subscriptions.
func (b *subscriber) link(p *pipe) {
	p.linked = true
	for topic := range b.topics.All() {
		p.out.Append(ypipe.FlagCommand, b.command(engine.NameSubscribe, topic))
		p.out.EndMessage()
	}
	p.out.Flush()
}

// command returns the body of a command, which is overwritten by the next one.
func (b *subscriber) command(name string, topic []byte) []byte {
	b.body = engine.AppendCommandBody(b.body[:0], name, topic)
	return b.body
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

// put sends a message of an XSUB's: the subscriptions that are in it, and what
// remains to all publishers.
func (b *subscriber) put(o outgoing) error {
	changes := 0
	for i := range o.len() {
		if b.isChange(&o, i) {
			if err := checkTopic(len(o.frame(i)) - 1); err != nil {
				return err
			}
			changes++
		}
	}
	if changes == 0 {
		b.send(o)
		return nil
	}
	var rest zmq.Message
	for i := range o.len() {
		if f := o.frame(i); b.isChange(&o, i) {
			b.change(f[0], f[1:])
		} else {
			rest.Append(f)
		}
	}
	if rest.Len() > 0 {
		b.send(outgoing{m: &rest})
		rest.Release()
	}
	return nil
}

// isChange reports whether frame i of what an XSUB sends is a subscription, or
// the cancellation of one.
func (b *subscriber) isChange(o *outgoing, i int) bool {
	return isSubscription(o.frame(i)) && (i == 0 || !b.sock.cfg.pubsub.onlyFirst)
}

// send sends a message to all publishers.
func (b *subscriber) send(o outgoing) {
	b.dist.all()
	b.sock.stats.Dropped += b.dist.send(o)
}

// change adds a subscription or takes one away, and tells the publishers.
func (b *subscriber) change(octet byte, topic []byte) {
	name := engine.NameSubscribe
	if octet == subscribeOctet {
		b.topics.Add(topic) // each is forwarded: the publisher may want to know
	} else {
		last, _ := b.topics.Remove(topic)
		if !last && !b.sock.cfg.pubsub.verboseCancel {
			return
		}
		name = engine.NameCancel
	}
	body := b.command(name, topic)
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
	err := checkTopic(len(topic))
	if s.closed {
		err = zmq.ErrClosed
	}
	if err != nil {
		return s.fail(op, "", err)
	}
	b.change(octet, []byte(topic))
	return nil
}

func checkTopic(size int) error {
	if size > maxTopic {
		return fmt.Errorf("%w: topic of %d bytes, the limit is %d", zmq.ErrTooLarge, size, maxTopic)
	}
	return nil
}

// topicCount returns the number of distinct topics that are subscribed to.
func (b *subscriber) topicCount() int {
	b.sock.turn.Lock()
	defer b.sock.turn.Unlock()
	return b.topics.Len()
}
