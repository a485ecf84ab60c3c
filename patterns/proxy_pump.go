package patterns

import (
	"context"

	"github.com/zeroactor/zmq"
)

// proxyBatch is how many messages a proxy moves at once, at most, and so how
// many it may have in hand each way: as many as make the cost of a batch
// disappear among that of its messages, and few enough to stay in the cache.
const proxyBatch = 128

// A pump forwards messages one way. It belongs to one goroutine.
type pump struct {
	proxy *proxy
	from  Receiver
	to    Sender

	source, sink *socket // the same sockets
	in           inReady
	out          outReady

	received *ProxyCount // of the source
	sent     *ProxyCount // of the sink

	batch []*zmq.Message
	sizes []ProxyCount   // of each
	hand  []*zmq.Message // of the batch, not taken by the sink yet
	err   error
}

// add adds a pump, if the one socket receives and the other one sends.
func (p *proxy) add(from, to Socket, source, sink *ProxySide) {
	m := &pump{
		proxy: p, source: from.base(), sink: to.base(),
		received: &source.Received, sent: &sink.Sent,
	}
	var receives, sends bool
	m.from, receives = from.(Receiver)
	m.to, sends = to.(Sender)
	m.in, _ = m.source.readiness(from)
	_, m.out = m.sink.readiness(to)
	if !receives || !sends || m.in == nil || m.out == nil {
		return
	}
	m.batch = make([]*zmq.Message, proxyBatch)
	for i := range m.batch {
		m.batch[i] = new(zmq.Message)
	}
	m.sizes = make([]ProxyCount, proxyBatch)
	p.pumps = append(p.pumps, m)
}

// run forwards until it is told to end, and returns nil, or until it cannot.
func (m *pump) run(ctx context.Context) error {
	for {
		running, err := m.proxy.control.enter(ctx, m)
		if running == nil {
			return err
		}
		n, err := m.receive(running)
		switch {
		case n > 0:
			if err := m.forward(ctx, n); err != nil {
				return err
			}
		case running.Err() == nil || ctx.Err() != nil:
			return err
		}
	}
}

// receive receives a batch, once there is a message and the sink has room.
func (m *pump) receive(ctx context.Context) (n int, err error) {
	if err := m.source.awaitReady(ctx, &m.source.recvq, m.in.readyIn); err != nil {
		return 0, err
	}
	if err := m.sink.awaitReady(ctx, &m.sink.sendq, m.out.readyOut); err != nil {
		return 0, err
	}
	n, err = m.from.RecvBatch(ctx, m.batch)
	for i, msg := range m.batch[:n] {
		m.sizes[i] = ProxyCount{1, int64(msg.Len()), int64(msg.Size())}
	}
	m.proxy.control.count(m.received, m.sizes[:n])
	return n, err
}

// forward sends the first n messages of the batch. If ctx is done it still sends
// what can be sent without waiting.
func (m *pump) forward(ctx context.Context, n int) error {
	m.hand = m.batch[:n]
	sizes := m.sizes[:n]
	m.copyTo(ctx, m.proxy.capture)
	for len(m.hand) > 0 {
		k, err := m.to.SendBatch(ctx, m.hand)
		m.proxy.control.count(m.sent, sizes[:k])
		m.hand, sizes = m.hand[k:], sizes[k:]
		if err != nil {
			return err
		}
	}
	return nil
}

// copyTo sends copies of what is in hand, if there is somebody to send them to.
func (m *pump) copyTo(ctx context.Context, to Sender) {
	if to == nil {
		return
	}
	copies := make([]*zmq.Message, len(m.hand))
	for i, msg := range m.hand {
		copies[i] = msg.Clone()
	}
	for len(copies) > 0 {
		n, err := to.SendBatch(ctx, copies)
		copies = copies[n:]
		if err != nil {
			break
		}
	}
	for _, c := range copies {
		c.Release()
	}
}
