package engine

import (
	"net"
	"time"
)

// A sender whose message is large may write it to the connection from where it is, and so
// save the copy into the log. The memory is the program's, which may even have it on
// its stack: nothing but the stack of the sender's goroutine may refer to it, and what the
// system has not taken when the sender goes on is copied after all.
//
//	Borrow ─▶ Out.Promise, EndMessage, Flush ─▶ (the turn is given back) ─▶ WriteLent
//
// Between the first and the last the sender is the reader of Out as well.

// Borrow makes the caller, who holds the socket's turn, the one who writes to the
// connection, if there is one that can be written to from memory that does not
// last, and is idle. The caller must then put a message into Out whose last body is
// promised, and call WriteLent.
func (p *Port) Borrow() bool {
	if !p.reading.TryLock() {
		return false
	}
	if c := p.attached(); c != nil && p.source == nil && c.lends() {
		p.lender = c
		return true
	}
	p.reading.Unlock()
	return false
}

// lends reports whether nothing is being written, nor waits for that.
func (c *Conn) lends() bool {
	w := &c.writer
	return w.direct() && w.sent == 0 && c.port.Out.Drained() && !w.hasControl() && w.openHandle(c.nc)
}

// openHandle makes the handle, unless there is one, and reports whether there is.
func (w *writer) openHandle(nc net.Conn) bool {
	if w.handle == nil {
		w.handle = openHandle(nc)
	}
	return w.handle != nil
}

// WriteLent writes the message that was put since Borrow. It waits for the system to
// take it as Carry does. The body is the caller's again when it returns. The turn
// must not be held.
func (p *Port) WriteLent(body []byte) {
	c := p.lender
	p.lender = nil
	done := c.writeLent(body)
	p.reading.Unlock()
	if !done {
		p.writer.Wake() // others have sent meanwhile, or the rest is to be written
	}
}

// writeLent is WriteLent. It reports whether the log is empty in the end, and its reader
// sleeps.
func (c *Conn) writeLent(body []byte) (done bool) {
	defer c.contain()
	w := &c.writer
	if err := c.writePromised(body); err != nil {
		w.closed = true
		c.failWrite(err)
		return false
	}
	return w.sent == 0 && c.look(maxBatch) == 0
}

// writePromised writes as much of the message as the system takes in the time that it gets.
// Also if it panics, which a connection that is not ours may do, the message is out of the
// log in the end, or the log has the body: who reads it next knows of no promises.
func (c *Conn) writePromised(body []byte) error {
	w := &c.writer
	out := c.port.Out
	w.spans, _ = out.Spans(w.spans[:0], 1) // no more than this message
	defer func() {
		n := w.sent
		if n == len(w.spans[0])+len(body) {
			w.sent = 0
			out.Commit()
		} else {
			out.Redeem(body)
		}
		clear(w.spans)
		if n > 0 {
			c.port.progressed()
		}
	}()
	if len(w.spans) != 2 { // what is before the body does not lie together
		return nil
	}
	w.said = true
	return c.writeFrom(w.spans[0], body)
}

// writeFrom writes head and body, and counts what the system has taken in w.sent.
func (c *Conn) writeFrom(head, body []byte) error {
	w := &c.writer
	var b bound
	for {
		n, err := w.handle.write(head, body)
		w.sent += n
		if n >= len(head) {
			head, body = nil, body[n-len(head):]
		} else {
			head = head[n:]
		}
		if err == nil && len(body) > 0 {
			if now := time.Now(); b.slack == 0 {
				b = newBound(now, len(body))
				c.nc.SetWriteDeadline(b.next)
			} else if n > 0 && b.moved(now) {
				c.nc.SetWriteDeadline(b.next)
			}
			if w.handle.wait() == nil {
				continue
			} // else: what is wrong, if it is not the time, is met again
		}
		if b.slack != 0 {
			c.nc.SetWriteDeadline(time.Time{})
		}
		return err
	}
}
