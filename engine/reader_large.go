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
	b, flags, size, h := c.largeFrame()
	r.large = h > 0
	r.huge = h > 0 && size >= hugeMin
	if !r.large {
		return nil
	}
	if flags&FlagMore != 0 || r.more {
		if err := r.tally.add(&c.cfg.Limits, flags, size); err != nil {
			return err
		}
	}
	in := c.port.In
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

// largeFrame returns the kept bytes and the header of the large frame that they
// begin, or an h of 0 if they don't.
func (c *Conn) largeFrame() (kept []byte, flags byte, size uint64, h int) {
	r := &c.reader
	if r.keep == 0 {
		return nil, 0, 0, 0
	}
	kept = c.port.In.Reserve(r.keep, 0)[:r.keep]
	flags, size, h = ConsumeHeader(kept)
	if h <= 0 || size <= inlineMax || flags&FlagCommand != 0 {
		h = 0
	}
	return kept, flags, size, h
}

// waitRoom waits until the log takes a message.
func (c *Conn) waitRoom() error {
	in := c.port.In
	room := c.port.roomToCome()
	for in.Full() && !c.reader.gone {
		in.Flush()
		c.pulse.suspend()
		look := c.reader.hangUp.begin()
		var err error
		select {
		case <-look:
			c.peerGone()
		case <-room:
			c.port.limitIn()
			c.lastRead()
		case <-c.await(&c.draining):
			err = errDraining
		case <-c.await(&c.over):
			err = net.ErrClosed
		}
		c.reader.hangUp.end()
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
	r := &c.reader
	r.body = b
	defer func() { r.body = nil }()
	for len(r.body) > 0 {
		m, err := r.source.read(r.fillBody, noIdle)
		n += m
		r.body = r.body[m:]
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

// noIdle is for reads to memory that is not given back while nothing comes.
func noIdle() {}

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
