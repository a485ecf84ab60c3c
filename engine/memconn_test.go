package engine

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// A stream is one direction of a connection in memory: bytes on their way, of
// which it holds a limited number, as a system's socket does. It waits in ways
// that virtual time knows.
type stream struct {
	mu      sync.Mutex
	changed sync.Cond
	size    int
	piece   int // most bytes that one Read returns; 0 is no limit
	total   int // bytes written so far
	buf     []byte
	off     int   // bytes of buf that are read
	eof     bool  // the writer has closed
	reset   error // what reads and writes fail with
	gone    bool  // the reader has closed

	readBy, writeBy deadline
}

type deadline struct {
	at    time.Time
	timer *time.Timer
}

// set makes the deadline wake those who wait for the stream.
func (d *deadline) set(s *stream, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.at = at
	if !at.IsZero() {
		if wait := time.Until(at); wait > 0 { // who waits is woken below if it is over
			d.timer = time.AfterFunc(wait, s.wake)
		}
	}
	s.changed.Broadcast()
}

func (d *deadline) over() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func newStream(size int) *stream {
	s := &stream{size: size}
	s.changed.L = &s.mu
	return s
}

// has returns how many bytes are on their way.
func (s *stream) has() int { return len(s.buf) - s.off }

func (s *stream) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

// end makes f's change known.
func (s *stream) end(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.changed.Broadcast()
}

func (s *stream) read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.gone:
			return 0, net.ErrClosed
		case s.readBy.over():
			return 0, os.ErrDeadlineExceeded
		case len(b) == 0:
			return 0, nil
		case s.has() > 0:
			if s.piece > 0 {
				b = b[:min(len(b), s.piece)]
			}
			n := copy(b, s.buf[s.off:])
			s.off += n
			s.changed.Broadcast()
			return n, nil
		case s.reset != nil:
			return 0, s.reset
		case s.eof:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

func (s *stream) write(b []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.eof:
			return n, net.ErrClosed
		case s.reset != nil:
			return n, s.reset
		case s.gone:
			return n, syscall.EPIPE
		case s.writeBy.over():
			return n, os.ErrDeadlineExceeded
		}
		m := min(len(b)-n, s.size-s.has())
		if len(s.buf)+m > 2*s.size {
			s.buf = s.buf[:copy(s.buf, s.buf[s.off:])]
			s.off = 0
		}
		s.buf = append(s.buf, b[n:n+m]...)
		s.total += m
		if m > 0 {
			s.changed.Broadcast()
		}
		if n += m; n == len(b) {
			return n, nil
		}
		s.changed.Wait()
	}
}

// A memConn is one end of a connection in memory.
type memConn struct{ in, out *stream }

// newMemConns returns the two ends of a connection that holds size bytes on
// their way in either direction.
func newMemConns(size int) (a, b *memConn) {
	x, y := newStream(size), newStream(size)
	return &memConn{in: x, out: y}, &memConn{in: y, out: x}
}

func (c *memConn) Read(b []byte) (int, error)  { return c.in.read(b) }
func (c *memConn) Write(b []byte) (int, error) { return c.out.write(b) }

func (c *memConn) Close() error {
	c.SetDeadline(time.Time{}) // stops the timers
	c.in.end(func() { c.in.gone = true })
	return c.CloseWrite()
}

func (c *memConn) CloseWrite() error {
	c.out.end(func() { c.out.eof = true })
	return nil
}

// Reset ends the connection as a peer's crash would: what has arrived can still
// be read.
func (c *memConn) Reset() {
	for _, s := range []*stream{c.in, c.out} {
		s.end(func() { s.reset = syscall.ECONNRESET })
	}
}

// sent returns how many bytes were written at this end.
func (c *memConn) sent() int {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return c.out.total
}

func (c *memConn) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *memConn) SetReadDeadline(t time.Time) error {
	c.in.readBy.set(c.in, t)
	return nil
}

func (c *memConn) SetWriteDeadline(t time.Time) error {
	c.out.writeBy.set(c.out, t)
	return nil
}

func (c *memConn) LocalAddr() net.Addr  { return memAddr{} }
func (c *memConn) RemoteAddr() net.Addr { return memAddr{} }

type memAddr struct{}

func (memAddr) Network() string { return "memory" }
func (memAddr) String() string  { return "memory" }
