package patterns

import (
	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/ypipe"
)

// notices is what an XPUB has to tell its user: subscriptions, and messages
// that subscribers have sent, in the order in which they came.
type notices struct {
	pub     *publisher
	queue   []notice
	users   int                       // messages of subscribers' in queue
	stalled map[*pipe]bool            // pipes that are not read because of these
	last    *pipe                     // whose subscription was taken last; nil if it is gone
	lastNew bool                      // and no message was sent since
	wanted  map[*pipe]map[string]bool // what each pipe has asked for, with manual subscriptions
}

// A notice is one message for the user of an XPUB.
type notice struct {
	m    *zmq.Message
	from *pipe // of a subscription that can be answered; nil for others
	user bool  // a message that a subscriber has sent
}

func newNotices(b *publisher) *notices {
	return &notices{pub: b, stalled: make(map[*pipe]bool), wanted: make(map[*pipe]map[string]bool)}
}

// tell queues a notification. from is nil if nobody can answer it.
func (n *notices) tell(octet byte, topic []byte, from *pipe) {
	m := new(zmq.Message)
	m.Append(append([]byte{octet}, topic...))
	if from != nil {
		m.SetPeer(from.peer)
	}
	n.queue = append(n.queue, notice{m: m, from: from})
	n.pub.sock.recvq.Wake()
}

// user queues a frame of a message that a subscriber has sent.
func (n *notices) user(p *pipe, flags byte, body []byte) {
	if p.partial == nil {
		p.partial = new(zmq.Message)
		p.partial.SetPeer(p.peer)
	}
	p.partial.Append(body)
	if flags&ypipe.FlagMore == 0 {
		n.queue = append(n.queue, notice{m: p.partial, user: true})
		n.users++
		p.partial = nil
		n.pub.sock.recvq.Wake()
	}
}

// stalls reports whether nothing more is to be read from p, because the user
// does not take what others have sent.
func (n *notices) stalls(p *pipe) bool {
	hwm := n.pub.sock.cfg.recvHWM
	if hwm == 0 || n.users < hwm {
		return false
	}
	n.stalled[p] = true
	p.queued = true // it is not done with, even if it is closed
	return true
}

// take gives the next notice.
func (n *notices) take(m *zmq.Message) error {
	if len(n.queue) == 0 {
		return errWait
	}
	next := n.queue[0]
	n.queue[0] = notice{}
	if n.queue = n.queue[1:]; len(n.queue) == 0 {
		n.queue = nil
	}
	next.m.MoveTo(m)
	if next.from != nil {
		n.last, n.lastNew = next.from, true
		return nil
	}
	if next.user {
		n.resume()
	}
	return nil
}

// resume reads again from pipes that were left alone.
func (n *notices) resume() {
	n.users--
	if n.users > n.pub.sock.cfg.recvHWM/2 {
		return
	}
	for p := range n.stalled {
		delete(n.stalled, p)
		p.queued = false
		n.pub.readable(p)
	}
}

// manual notes what a pipe asks for, and tells the user.
func (n *notices) manual(p *pipe, octet byte, topic []byte) {
	if n.wanted[p] == nil {
		n.wanted[p] = make(map[string]bool)
	}
	if octet == subscribeOctet {
		n.wanted[p][string(topic)] = true
	} else {
		delete(n.wanted[p], string(topic))
	}
	n.tell(octet, topic, p)
}

// gone tells the user what a pipe that is lost had asked for.
func (n *notices) gone(p *pipe) {
	for topic := range n.wanted[p] {
		n.tell(cancelOctet, []byte(topic), nil)
	}
	delete(n.wanted, p)
	if n.last == p {
		n.last = nil
	}
	for i := range n.queue {
		if n.queue[i].from == p {
			n.queue[i].from = nil
		}
	}
}

// onlyLast chooses the pipe whose subscription was taken last, if the message
// is for it alone.
func (n *notices) onlyLast(d *distributor, cfg *pubsubConfig) bool {
	if !cfg.lastValue || !n.lastNew || n.last == nil {
		return false
	}
	n.lastNew = false
	d.choose(n.last)
	return true
}
