package engine

import (
	"io"
	"net"

	"github.com/zeroactor/zmq/internal/arena"
)

// readLarge looks whether the kept bytes begin a frame that is large and has
// not arrived whole. If so it reads the rest of it into memory of its own.
func (c *Conn) readLarge() error {
	r := &c.reader
	if r.keep == 0 {
		return nil
	}
	in := c.port.In
	b := in.Reserve(r.keep, 0)[:r.keep]
	flags, size, h := ConsumeHeader(b)
	if h <= 0 || size <= inlineMax || flags&FlagCommand != 0 {
		return nil
	}
	body, err := c.readBody(b[h:], int(size))
	if err != nil {
		return err
	}
	if err := c.waitRoom(); err != nil {
		body.Release()
		return err
	}
	r.keep = 0
	r.more = flags&FlagMore != 0
	in.AppendBuf(flags&^FlagLong, body.Bytes()[:size], body)
	if !r.more {
		in.EndMessage()
		in.Flush()
	}
	return nil
}

// waitRoom waits until the log takes a message.
func (c *Conn) waitRoom() error {
	in := c.port.In
	for in.Full() {
		in.Flush()
		c.pulse.suspend()
		var err error
		select {
		case <-c.port.room:
			c.port.limitIn()
			c.lastRead()
		case <-c.drainc:
			err = errDraining
		case <-c.over:
			err = net.ErrClosed
		}
		c.pulse.resume()
		if err != nil {
			return err
		}
	}
	return nil
}

// readBody returns the body of a frame of size bytes that begins with have. The
// memory it takes is bounded by what the peer has shown that it sends, not by
// what it claims.
func (c *Conn) readBody(have []byte, size int) (*arena.Buf, error) {
	r := &c.reader
	pool := c.cfg.Pool
	body := pool.Get(min(size, max(r.trust, 2*len(have))))
	n := copy(body.Bytes(), have)
	for {
		m, err := c.readFull(body.Bytes()[n:min(size, len(body.Bytes()))])
		n += m
		if err != nil {
			body.Release()
			return nil, err
		}
		if n == size {
			r.trust = max(r.trust, size)
			return body, nil
		}
		larger := pool.Get(min(size, 2*n))
		copy(larger.Bytes(), body.Bytes()[:n])
		body.Release()
		body = larger
	}
}

// readFull fills b from the connection.
func (c *Conn) readFull(b []byte) (n int, err error) {
	fill := func() []byte { return b[n:] }
	for n < len(b) {
		m, err := c.reader.source.read(fill, func() {})
		n += m
		if err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return n, err
		}
		c.pulse.received()
	}
	return n, nil
}

// readDrain reads and drops until the peer closes. What comes is not looked at,
// but shows that the peer lives.
func (c *Conn) readDrain() error {
	b := c.cfg.Pool.Get(minRead)
	defer b.Release()
	for {
		if _, err := c.nc.Read(b.Bytes()); err != nil {
			return err
		}
		c.pulse.received()
	}
}
