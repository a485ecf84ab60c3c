package patterns

import (
	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/mailbox"
	"github.com/zeroactor/zmq/ypipe"
)

// shareMin is the size from which a frame in shared memory goes through a pipe
// by reference.
const shareMin = 8 << 10

// A pipe is a socket's end of the two logs to one peer. But for what is said
// otherwise it belongs to the socket's turn.
type pipe struct {
	sock *socket
	in   *ypipe.Log // the socket is its reader
	out  *ypipe.Log // the socket is its writer

	port *engine.Port // other end of both logs, if that is a connection
	mate *pipe        // other end, if that is a socket of the same process

	peer     *zmq.Peer // of the connection that serves the pipe now
	endpoint string    // as bound or connected

	queued   bool // in the fair queue
	balanced bool // in the load balancer
	attached bool // known to the pattern
	closed   bool // nothing more comes in, and nothing can be sent

	readable mailbox.Event // in has something, after it was found empty
	writable mailbox.Event // out has room, after it was found full
}

func newPipe(s *socket, endpoint string) *pipe {
	p := &pipe{sock: s, endpoint: endpoint}
	p.readable.Do = p.onReadable
	p.writable.Do = p.onWritable
	return p
}

// newNetworkPipe returns a pipe whose other end is a port.
func newNetworkPipe(s *socket, endpoint string) *pipe {
	p := newPipe(s, endpoint)
	p.port = engine.NewPort(s.ctx.pool, s.cfg.sendHWM, s.cfg.recvHWM,
		func() { s.turn.Post(&p.readable) },
		func() { s.turn.Post(&p.writable) })
	p.in, p.out = p.port.In, p.port.Out
	return p
}

func (p *pipe) onReadable() {
	if p.attached {
		p.sock.pattern.readable(p)
		p.sock.recvq.Wake()
	}
}

func (p *pipe) onWritable() {
	if p.attached && !p.closed {
		p.sock.pattern.writable(p)
		p.sock.sendq.Wake()
	}
}

// drained is called when in was found empty and sleeps.
func (p *pipe) drained() {
	if p.closed {
		p.sock.forget(p)
	}
}

// send writes a message of copied frames. There must be room.
func (p *pipe) send(frames [][]byte) {
	last := len(frames) - 1
	for _, f := range frames[:last] {
		p.out.Append(ypipe.FlagMore, f)
	}
	p.out.Append(0, frames[last])
	p.out.EndMessage()
	p.out.Flush()
}

// sendMessage writes the frames of m from the given one on; m keeps them. There
// must be room.
func (p *pipe) sendMessage(m *zmq.Message, from int) {
	n := m.Len()
	for i := from; i < n; i++ {
		flags := byte(ypipe.FlagMore)
		if i == n-1 {
			flags = 0
		}
		body, buf := m.View(i)
		if buf != nil && len(body) > shareMin {
			buf.Retain(1)
			p.out.AppendBuf(flags, body, buf)
		} else {
			p.out.Append(flags, body)
		}
	}
	p.out.EndMessage()
	p.out.Flush()
}
