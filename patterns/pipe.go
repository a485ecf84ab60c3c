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

	endpoint  *endpoint // that it was made by
	peerHWM   int       // RecvHWM of the mate's socket
	peerBytes int64     // RecvHWMBytes of it
	peer      *zmq.Peer // of the connection that serves the pipe now; nil if none has yet
	routingID []byte    // by which a ROUTER or STREAM knows it
	past      []era     // connections before that one; see succeed

	attached  bool // known to the pattern
	joined    bool // the mate has its socket
	answered  bool // over inproc, of who connects: somebody has bound, and has taken the mate or refused it
	queued    bool // in the fair queue
	balanced  bool // in the load balancer
	unflushed bool // in the socket's list of that name
	full      bool // found full by hasRoom, and not writable since
	boundless bool // what is sent has no high-water mark
	closed    bool // nothing more comes in, and nothing can be sent
	ended     bool // closed because its last connection has ended
	linked    bool // has a connection (kept by patterns that ask)
	probed    bool // holds a probe for its first connection

	queue *fairQueue // that it is or was in, if any

	round   uint64  // of the distributor, that chose it last
	demands demands // what a publisher notes of it

	emptied int64 // messages sent before out was found consumed at the last look

	newest *conflation // what in is filled from; nil if the pipe does not conflate

	refused error // why a connection is not to serve the pipe, said while it asks

	met  chan struct{} // closed when somebody who binds has the mate; nil if nobody waits for that
	lost int64         // messages that were refused meanwhile

	interrupt func() // ends a receiver's wait in port.Read

	readable mailbox.Event // in has something, after it was found empty
	writable mailbox.Event // out has room, after it was found full
}

func newPipe(s *socket, e *endpoint) *pipe {
	p := &pipe{sock: s, endpoint: e}
	p.readable.Do = p.onReadable
	p.writable.Do = p.onWritable
	return p
}

// newNetworkPipe returns a pipe whose other end is a port. In the turn.
func newNetworkPipe(s *socket, e *endpoint) *pipe {
	p := newPipe(s, e)
	if s.cfg.conflateIn || s.cfg.conflateOut {
		p.newConflatingPort(s.ctx.pool, &s.cfg)
		return p
	}
	p.port = engine.NewPort(s.ctx.pool, s.cfg.sendHWM, s.cfg.recvHWM, p.postReadable, p.postWritable)
	p.port.LimitBytes(s.cfg.sendHWMBytes, s.cfg.recvHWMBytes)
	p.in, p.out = p.port.In, p.port.Out
	p.interrupt = p.port.Interrupt
	p.port.OnWritten(p.written)
	return p
}

// postReadable and postWritable are called by the other end.
func (p *pipe) postReadable() { p.sock.turn.Post(&p.readable) }
func (p *pipe) postWritable() { p.sock.turn.Post(&p.writable) }

// written is called in the socket's turn when out is not empty any more, and the
// connection has to hear of it.
func (p *pipe) written() {
	if s := p.sock; s.atOnce && s.unwritten == nil {
		s.unwritten = p
	} else {
		p.port.Wake()
	}
}

func (p *pipe) onReadable() {
	if s := p.sock; p.attached && !s.closed {
		s.pattern.readable(p)
		s.recvq.Wake()
		s.notify()
	}
}

func (p *pipe) onWritable() {
	p.full = false
	if s := p.sock; p.attached && !p.closed && !s.closed {
		s.pattern.writable(p)
		s.sendq.Wake()
		s.notify()
	}
}

// hasRoom reports whether a message may be sent. If it may not, the log is not
// asked again before it has said that there is room: only one such event may be
// on its way.
func (p *pipe) hasRoom() bool {
	p.full = p.full || p.out.Full()
	return !p.full
}

// asleep is called when in was found empty.
func (p *pipe) asleep() {
	if p.closed {
		p.sock.forget(p)
	}
}

// leave takes a closed pipe out of its fair queue, unless there is something
// left to be read: nobody may ever look again.
func (p *pipe) leave() {
	if p.queued && p.queue != nil && p.newest == nil && p.in.Drained() {
		p.queue.remove(p)
	}
}

// send writes the frames of o from the given one on. There must be room.
func (p *pipe) send(o outgoing, from int) {
	if o.m != nil {
		appendMessage(p.out, o.m, from)
	} else {
		last := len(o.frames) - 1
		for _, f := range o.frames[from:last] {
			p.out.Append(ypipe.FlagMore, f)
		}
		p.out.Append(0, o.frames[last])
	}
	p.end()
}

// appendMessage writes the frames of m from the given one on. Those that are large are the log's
// then, and no more than views of m's; m is to be reset.
func appendMessage(l *ypipe.Log, m *zmq.Message, from int) {
	last := m.Len() - 1
	for i := from; i <= last; i++ {
		flags := byte(ypipe.FlagMore)
		if i == last {
			flags = 0
		}
		if body := m.Frame(i); len(body) <= shareMin {
			l.Append(flags, body)
		} else if body, owner, ok := m.Give(i); ok {
			l.AppendOwned(flags, body, owner)
		} else {
			l.Append(flags, body)
		}
	}
}

// appendFirst writes the first message of b, and removes it.
func appendFirst(l *ypipe.Log, b *zmq.Batch) {
	for body, more := range b.Frames() {
		if more {
			l.Append(ypipe.FlagMore, body)
			continue
		}
		l.Append(0, body)
		break
	}
	l.EndMessage()
	b.DropFirst()
}

// end makes a message of the frames written, and publishes it.
func (p *pipe) end() {
	p.out.EndMessage()
	p.publish()
}

// publish publishes the messages written, at the latest when the batch is over.
func (p *pipe) publish() {
	if s := p.sock; !s.batching {
		p.out.Flush()
	} else if !p.unflushed {
		p.unflushed = true
		s.unflushed = append(s.unflushed, p)
	}
}

// pace notes that the sender had better wait for the connection a little, or write to it itself.
func (p *pipe) pace() {
	s := p.sock
	if s.batching {
		return
	}
	far := p.out.Ahead() // which is to be asked of any log: see Log.Put
	if p.port == nil {
		return
	}
	if at := p.out.PaceAt(); at != 0 {
		s.ahead, s.aheadAt = p, at
	} else if far && s.putting && len(s.pipes) == 1 {
		s.catchUp = p // others would wait with it
	}
}

// command writes a command frame, whether there is room or not: commands are
// bounded by what the program asks for, and none may be lost.
func (p *pipe) command(body []byte) {
	p.out.Append(ypipe.FlagCommand, body)
	p.end()
}

// refuse ends the peer's connection, which the socket does not want.
func (p *pipe) refuse(err error) {
	if p.port != nil {
		p.refused = err
		p.port.Fail(err)
		return
	}
	p.hangUp()
}

// hangUp tells the socket at the other end of an inproc pipe that this one is
// gone.
func (p *pipe) hangUp() {
	if mate := p.mate; p.joined {
		mate.sock.turn.Post(&mailbox.Event{Do: func() { mate.sock.detach(mate) }})
	}
}

// finish says that the socket neither writes to the pipe nor reads it any more.
// What is written already is still handed over.
func (p *pipe) finish() {
	p.closed = true
	if p.port != nil {
		p.port.Finish()
		return
	}
	p.hangUp()
}
