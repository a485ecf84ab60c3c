package patterns

import (
	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/internal/trie"
)

// notices is what an XPUB has to tell its user: subscriptions, and messages
// that subscribers have sent, in the order in which they came.
//
// It is bounded: a subscriber may be ahead of the user by as many notices as it
// has subscriptions, which take memory anyway, and a high-water mark more. Then
// nothing is read from it until the user has caught up with half of that.
// Others are read as ever.
type notices struct {
	pub   *publisher
	queue []notice
	last  *pipe // whose notification was taken last; nil at first

	// wanted is what each pipe has asked for, if it is for the program to
	// decide what it gets.
	wanted trie.Multi[*pipe]
}

// A notice is one message for the user of an XPUB.
type notice struct {
	from   *pipe
	peer   *zmq.Peer    // from's, when it came
	change []byte       // a notification; nil for others
	user   *zmq.Message // a message that a subscriber has sent
}

// moveTo makes m the notice.
func (n *notice) moveTo(m *zmq.Message) {
	if n.user != nil {
		n.user.MoveTo(m)
	} else {
		m.Reset()
		m.AppendView(n.change, arena.Owner{})
	}
	m.SetPeer(n.peer)
}

func (n *notices) push(p *pipe, one notice) {
	one.from, one.peer = p, p.peer
	p.demands.untold++
	n.queue = append(n.queue, one)
}

// tell queues a notification.
func (n *notices) tell(p *pipe, octet byte, topic []byte) {
	change := append(make([]byte, 0, 1+len(topic)), octet)
	n.push(p, notice{change: append(change, topic...)})
}

// pass queues a message that a subscriber has sent.
func (n *notices) pass(p *pipe, m *zmq.Message) { n.push(p, notice{user: m}) }

// next takes the first notice off the queue.
func (n *notices) next() (one notice, ok bool) {
	if len(n.queue) == 0 {
		return one, false
	}
	one, n.queue[0] = n.queue[0], notice{}
	if n.queue = n.queue[1:]; len(n.queue) == 0 {
		n.queue = nil
	}
	one.from.demands.untold--
	if one.user == nil {
		n.last = one.from
	}
	return one, true
}

// limit returns how many notices of p the queue may hold.
func (n *notices) limit(p *pipe) (most int, limited bool) {
	hwm := n.pub.sock.cfg.recvHWM
	return hwm + p.demands.topics, hwm != 0
}

// stall reports whether nothing more is to be read from p for now.
func (n *notices) stall(p *pipe) bool {
	most, limited := n.limit(p)
	p.demands.stalled = limited && p.demands.untold >= most
	return p.demands.stalled
}

// resumes reports whether p was stalled, and is to be read again.
func (n *notices) resumes(p *pipe) bool {
	most, limited := n.limit(p)
	return p.demands.stalled && (!limited || p.demands.untold <= most/2)
}

// request notes what a pipe asks for, and tells it.
func (n *notices) request(p *pipe, octet byte, topic []byte) {
	if octet == subscribeOctet {
		if _, added := n.wanted.Add(topic, p); added {
			p.demands.add(topic)
		}
	} else if _, known := n.wanted.Remove(topic, p); known {
		p.demands.remove(topic)
	}
	n.tell(p, octet, topic)
}

// withdraw tells the end of all that a pipe has asked for.
func (n *notices) withdraw(p *pipe) {
	n.wanted.RemoveAll(p, func(topic []byte, _ bool) { n.tell(p, cancelOctet, topic) })
}
