package engine

import (
	"sync"
	"time"
)

const (
	// maxBatch is how many bytes one write hands to the system: enough to make
	// the call's own cost disappear, little enough that credit goes back soon.
	maxBatch = 256 << 10

	// mostAtOnce is how many bytes a sender hands to tcp, which takes what it has room for and has room for
	// megabytes: all that gathers in a log of a thousand messages of 1 KiB.
	mostAtOnce = 1 << 20

	// nap is how long the writer activation stays away while senders that
	// found the log full do the writing themselves. It bounds what their last
	// messages may be late, and is long enough that its own wake-ups do not
	// count.
	nap = 100 * time.Microsecond

	// napBelow is how many bytes a log holds at most that is full and may wait for a nap,
	// also while the system takes nothing: a few percent of what that has then.
	napBelow = 32 << 10
)

// writer is the part of a connection that whoever holds the port's reading
// lock owns, but for control.
type writer struct {
	sink    sink
	handle  *handle // nil before it is needed
	spans   [][]byte
	sent    int      // bytes of the log's next message that are written already
	encoder *encoder // nil: the log's bytes go as they are
	said    bool     // messages are written, or it has been tried
	closed  bool     // our half is closed
	helped  bool     // a sender has written since the activation did, which takes a nap for that: see help
	patient bool     // a write may end for want of time: see patiently

	mu        sync.Mutex
	*commands // nil before the first
}

// commands is what a writer has for command frames. It is made for the first one, as most
// connections never have any.
type commands struct {
	control []byte // that go before the next messages
	spare   []byte
}

func (w *writer) init(s sink, t Transform) {
	w.sink = s
	if t != nil {
		w.encoder = &encoder{transform: t}
	}
}

// command queues a command frame and sees that it is sent.
func (c *Conn) command(frame func(b []byte) []byte) {
	w := &c.writer
	w.queue(frame)
	c.port.writer.Wake()
}

func (w *writer) queue(frame func(b []byte) []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.commands == nil {
		w.commands = new(commands)
	}
	if len(w.control) < maxControl {
		w.control = frame(w.control)
	}
}

func (w *writer) hasControl() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.commands != nil && len(w.control) > 0
}

// write sends what the port's log and the control queue hold, and waits for the
// peer to take it. It reports whether the log is to be looked at again soon;
// otherwise the log is empty and its reader sleeps, or the connection is over.
func (c *Conn) write() (again bool) {
	w := &c.writer
	for !w.closed {
		if w.helped {
			w.helped = false
			if !w.hasControl() { // senders don't write that
				return true
			}
		}
		if w.sent == 0 && !c.writeControl() {
			return false
		}
		n := c.look(maxBatch)
		if n == 0 {
			// The socket writes nothing more once it has said so; what it
			// wrote before that may have come since the look above.
			if finished, _ := c.port.state(); !finished {
				return false
			}
			if n = c.look(maxBatch); n == 0 {
				c.closeWrite()
				return false
			}
		}
		if w.encoder != nil {
			if !c.writeEncoded() {
				return false
			}
			continue
		}
		if _, ok := c.writeSpans(n, true); !ok {
			return false
		}
	}
	return false
}

// look fills the spans with what the log holds, up to most bytes and the end of a message, and returns how many bytes that
// is.
func (c *Conn) look(most int) (n int) {
	w := &c.writer
	if w.sent == 0 {
		c.port.fill()
	}
	w.spans, n = c.port.Out.Spans(w.spans[:0], most)
	w.noteSaid(c.cfg.Subscribes, n)
	return n
}

// most returns how many bytes a write that does not wait hands to the system.
func (w *writer) most() int {
	if w.sink.roomy() {
		return mostAtOnce
	}
	return maxBatch
}

// noteSaid notes that the spans, of n bytes, are about to be written. Subscriptions,
// which are commands, end with the connection, and need not have been read.
func (w *writer) noteSaid(subscribes bool, n int) {
	if !w.said && n > 0 {
		w.said = !subscribes || haveMessage(w.spans)
	}
}

// writeSpans writes the spans, size bytes of which the first w.sent are written
// already, and returns how many more are now.
func (c *Conn) writeSpans(size int, wait bool) (n int, ok bool) {
	w := &c.writer
	n, err := w.sink.write(skip(w.spans, w.sent), wait)
	clear(w.spans)
	if sent := w.sent + n; sent == size {
		w.sent = 0
		c.port.Out.Commit()
	} else {
		w.sent = sent - c.port.Out.CommitTo(sent)
	}
	if n > 0 {
		c.port.progressed()
		c.reader.cession.said.Put()
	}
	if err != nil && !w.outOfTime(err) {
		w.closed = true
		c.failWrite(err)
	}
	return n, err == nil
}

// skip returns the spans without their first n bytes. It changes spans.
func skip(spans [][]byte, n int) [][]byte {
	for n > 0 {
		if n < len(spans[0]) {
			spans[0] = spans[0][n:]
			return spans
		}
		n -= len(spans[0])
		spans = spans[1:]
	}
	return spans
}

// writeControl sends queued commands. It must not be called within a message.
func (c *Conn) writeControl() bool {
	w := &c.writer
	b := w.takeControl()
	if len(b) == 0 {
		return true
	}
	if err := c.writeCommands(b); err != nil {
		w.closed = true
		c.failWrite(err)
		return false
	}
	w.mu.Lock()
	w.spare = b[:0]
	w.mu.Unlock()
	return true
}

// takeControl takes the queued commands.
func (w *writer) takeControl() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.commands == nil || len(w.control) == 0 {
		return nil
	}
	b := w.control
	w.control, w.spare = w.spare[:0], nil
	return b
}

func (c *Conn) writeCommands(b []byte) error {
	e := c.writer.encoder
	if e == nil {
		_, err := c.nc.Write(b)
		return err
	}
	if err := e.encode([][]byte{b}); err != nil {
		return err
	}
	_, err := e.writeTo(c.nc)
	return err
}

// closeWrite closes our half of the connection. Who has said nothing that the
// peer must have read need not wait for it to close its own.
func (c *Conn) closeWrite() {
	c.writer.closed = true
	if !c.writer.said {
		c.hurry()
	}
	if half, ok := c.nc.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
		return
	}
	c.nc.Close()
}
