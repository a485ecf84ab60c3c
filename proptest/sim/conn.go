package sim

import (
	"net"
	"time"
)

// A Conn is one end of a connection: a [net.Conn] with CloseWrite.
type Conn struct {
	link          *Link
	in, out       *flow
	local, remote addr

	crashed bool // this end's system has gone down; guarded by the link
	closed  bool
}

var _ net.Conn = (*Conn)(nil)

// Link returns the connection as the network sees it.
func (c *Conn) Link() *Link { return c.link }

// Read returns a piece of what has arrived, and waits for one.
func (c *Conn) Read(b []byte) (int, error) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	return c.in.read(b, &c.crashed)
}

// Write puts bytes on their way, and waits while the window is full.
func (c *Conn) Write(b []byte) (int, error) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	return c.out.write(b, &c.crashed)
}

// CloseWrite ends the direction from here to the peer.
func (c *Conn) CloseWrite() error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	c.end()
	return nil
}

// end puts the end on its way. The lock is held.
func (c *Conn) end() {
	if f := c.out; !f.ended {
		f.ended = true
		if f.err == nil {
			f.depart(nil)
		}
		f.changed.Broadcast()
	}
}

// Close closes this end. As a system does, it resets the connection if bytes
// have come that were not read: the peer loses what is on its way to it.
func (c *Conn) Close() error {
	l := c.link
	l.mu.Lock()
	if c.closed {
		l.mu.Unlock()
		return net.ErrClosed
	}
	c.closed = true
	c.in.readBy.set(c.in, time.Time{})
	c.out.writeBy.set(c.out, time.Time{})
	if c.in.alarm != nil {
		c.in.alarm.Stop()
	}
	unread := c.in.unread() && c.in.err == nil && !l.isCut
	c.in.gone = true
	c.end()
	if unread {
		l.reset()
	}
	c.in.changed.Broadcast()
	l.open--
	over := l.open == 0
	l.mu.Unlock()
	if over {
		l.over()
	}
	return nil
}

// LocalAddr returns the address of this end.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address of the peer.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	c.in.readBy.set(c.in, t)
	c.out.writeBy.set(c.out, t)
	return nil
}

// SetReadDeadline sets until when a Read waits.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadline(&c.in.readBy, c.in, t) }

// SetWriteDeadline sets until when a Write waits.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(&c.out.writeBy, c.out, t) }

func (c *Conn) setDeadline(d *deadline, f *flow, t time.Time) error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	d.set(f, t)
	return nil
}

// A deadline is until when one end waits for a flow. Guarded by the link.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

// set makes the deadline wake those who wait. The lock is held.
func (d *deadline) set(f *flow, at time.Time) {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.at = at
	if wait := time.Until(at); !at.IsZero() && wait > 0 { // who waits is woken below if it is over
		d.timer = time.AfterFunc(wait, f.wake)
	}
	f.changed.Broadcast()
}

func (d *deadline) over() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }
