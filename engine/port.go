package engine

import (
	"sync"
	"time"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/mailbox"
	"github.com/zeroactor/zmq/ypipe"
)

// A Port is the connection's side of a pipe between a socket and a peer. It
// outlives its connections: a peer that is lost and found again goes on where
// the pipe stands. The socket is the reader of In and the writer of Out; the
// connection that is attached is the other end of both.
type Port struct {
	In  *ypipe.Log // from the peer to the socket
	Out *ypipe.Log // from the socket to the peer

	writer *mailbox.Activation

	// reading is held by whoever is the reader of Out: the writer activation
	// while it works, or Discard.
	reading sync.Mutex
	lender  *Conn // that Borrow has lent; guarded by reading

	// over is how many messages In had been given when a connection ended that
	// had to go over its high-water mark; -1 if none had. It belongs to the
	// writer of In.
	over int64

	mu       sync.Mutex
	room     chan struct{} // In has room again; one slot; nil until somebody has waited for it
	conn     *Conn         // attached; nil between connections
	finished bool          // nothing more is written to Out
	deaf     bool          // nobody reads In any more
	recvHWM  int           // that In is to have; negative: the one it has
	pacing   pacing
	nap      *time.Timer // wakes the activation that has gone for a nap; nil before the first

	source  func() // fills Out, if the socket does not
	written func() // in place of Wake when Out, found empty, is no more; nil is Wake
}

// NewPort returns a port without a connection. readable is called when In has
// something for a socket that found it empty, writable when Out has room for a
// socket that found it full. sendHWM and recvHWM are in messages, 0 is no limit.
func NewPort(pool *arena.Pool, sendHWM, recvHWM int, readable, writable func()) *Port {
	p := &Port{over: -1, recvHWM: -1}
	p.writer = mailbox.NewActivation(p.write)
	p.In = ypipe.NewLog(pool, recvHWM, readable, p.roomAgain)
	p.Out = ypipe.NewLog(pool, sendHWM, p.outReadable, writable)
	return p
}

// LimitBytes sets high-water marks in bytes beside those in messages; 0 is no
// limit. To be called before the port is used.
func (p *Port) LimitBytes(send, recv int64) {
	p.Out.SetByteHWM(send)
	p.In.SetByteHWM(recv)
}

// roomAgain is called by the socket when In, found full, has room again.
func (p *Port) roomAgain() {
	p.mu.Lock()
	c, room := p.conn, p.room
	p.mu.Unlock()
	if c != nil && c.roomAgain() {
		return
	}
	select {
	case room <- struct{}{}: // never, if it is nil
	default:
	}
}

// roomToCome returns the channel that is sent to when In, found full, has room again. It
// has been sent to already when it is made: nobody could before.
func (p *Port) roomToCome() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.room == nil {
		p.room = make(chan struct{}, 1)
		p.room <- struct{}{}
	}
	return p.room
}

// SetRecvHWM changes the high-water mark of In, in messages; 0 is no limit. If
// it is lower than what In holds, In is full until it has drained below it.
func (p *Port) SetRecvHWM(messages int) {
	p.mu.Lock()
	p.recvHWM = messages
	p.mu.Unlock()
	p.roomAgain() // there may be, and who waits for it is to look
}

// limitIn carries out SetRecvHWM. It is for the writer of In.
func (p *Port) limitIn() {
	p.mu.Lock()
	messages := p.recvHWM
	p.recvHWM = -1
	p.mu.Unlock()
	if messages >= 0 {
		p.In.SetHWM(messages)
	}
}

// SetSource makes fill, instead of the socket, the writer of Out. It is called by
// whoever is about to read Out, when nothing in it has been written in part; it
// is Out's reader as well for that time, and may take out what has not been
// written. The socket calls Wake when there is something to fill with. To be
// called before the port has a connection.
func (p *Port) SetSource(fill func()) { p.source = fill }

// OnWritten makes written be called when Out, found empty by the connection, has
// something again. It must see to it that Wake or Write is called. It is called
// by the writer of Out. To be called before anything is written.
func (p *Port) OnWritten(written func()) { p.written = written }

func (p *Port) outReadable() {
	if p.written != nil {
		p.written()
	} else {
		p.writer.Wake()
	}
}

// Wake makes the connection, if there is one, look at Out.
func (p *Port) Wake() { p.writer.Wake() }

// fill calls the source, if there is one. reading must be held.
func (p *Port) fill() {
	if p.source != nil {
		p.source()
	}
}

// write is the writer activation: it empties Out into the connection. While a sender does
// that it naps, in place of waiting for its turn: the sender will write the next messages as
// well, and to hand over each time would wake a goroutine for each.
func (p *Port) write() {
	if !p.reading.TryLock() {
		p.sleep()
		return
	}
	defer p.reading.Unlock()
	c := p.attached()
	if c == nil {
		return
	}
	defer c.contain()
	if c.write() {
		p.sleep()
	}
}

// sleep is the nap of the activation. Without a connection it is not to wake up: attach does
// that.
func (p *Port) sleep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.conn == nil:
	case p.nap == nil:
		p.nap = time.AfterFunc(nap, p.writer.Wake)
	default:
		p.nap.Reset(nap)
	}
}

func (p *Port) attached() *Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conn
}

// attach makes c the connection that serves the port.
func (p *Port) attach(c *Conn) {
	p.mu.Lock()
	p.conn = c
	p.mu.Unlock()
	p.progressed()
	p.writer.Wake()
}

// detach ends what attach began. When it returns the connection does not touch
// the port any more.
func (p *Port) detach() {
	p.mu.Lock()
	p.conn = nil
	if p.nap != nil {
		p.nap.Stop()
	}
	p.mu.Unlock()
	p.reading.Lock() // a write on its way fails, since the connection is closed
	p.In.Rollback()
	p.reading.Unlock()
}

// Finish says that nothing more will be written to Out and nothing more read
// from In: the connection, once it has sent everything, closes its half, and
// reads and drops what comes until the peer closes too. So no unread byte can
// make the system reset the connection and cut off its tail.
func (p *Port) Finish() {
	p.mu.Lock()
	p.finished = true
	p.deaf = true
	c := p.conn
	p.mu.Unlock()
	if c != nil {
		c.drain()
	}
	p.writer.Wake()
}

// Fail ends the connection that serves the port, if one does, for the given
// reason.
func (p *Port) Fail(err error) {
	if c := p.attached(); c != nil {
		c.fail(err)
	}
}

func (p *Port) state() (finished, deaf bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.finished, p.deaf
}

// Discard takes everything out of Out and returns how many messages that were.
// No connection may be attached.
func (p *Port) Discard() (messages int64) {
	p.reading.Lock()
	defer p.reading.Unlock()
	p.fill()
	return p.Out.Discard()
}

// Done reports whether the port has said all it had to say: the socket has
// finished, nothing is left to send and no connection is attached.
func (p *Port) Done() bool {
	p.mu.Lock()
	done := p.finished && p.conn == nil
	p.mu.Unlock()
	if !done {
		return false
	}
	p.reading.Lock()
	defer p.reading.Unlock()
	p.fill()
	return p.Out.Drained()
}
