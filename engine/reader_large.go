package engine

import (
	"net"

	"github.com/zeroactor/zmq/internal/arena"
)

// Who waits for gatherMin bytes or more of a large body waits for all of them together, or for gatherMost: to be
// woken for every piece costs more than that the last one is copied when it is whole, and each byte is taken
// from where the sender's core has just put it. Who was to hear each sign of life would hear it late.
const (
	gatherMin  = 256 << 10
	gatherMost = 1 << 20
)

// A largeBody is that of a frame which is read into memory of its own. Whoever has the
// role of the reader goes on where the one before has left off.
type largeBody struct {
	buf   *arena.Buf // nil: no such frame has begun
	flags byte
	size  int
	have  int  // bytes of it that are there
	timed bool // whether bytes come shows that the peer lives
}

func (l *largeBody) begun() bool { return l.buf != nil }

func (l *largeBody) whole() bool { return l.have == l.size }

// rest returns the memory for bytes that are not there yet.
func (l *largeBody) rest() []byte {
	b := l.buf.Bytes()
	return b[l.have:min(l.size, len(b))]
}

// least returns for how many bytes to wait.
func (l *largeBody) least() int {
	n := min(len(l.rest()), gatherMost)
	if l.timed || n < gatherMin {
		return 1
	}
	return n
}

// release gives up what is there of a body that will not be read.
func (l *largeBody) release() {
	if l.begun() {
		l.buf.Release()
		*l = largeBody{}
	}
}

// beginLarge looks whether the kept bytes begin a frame that is large and has
// not arrived whole. If so the rest of it is to be read into memory of its own, how
// much of it is bounded by what the peer has shown that it sends, not by what it
// claims.
func (c *Conn) beginLarge() error {
	r := &c.reader
	b, flags, size, h := c.largeFrame()
	r.huge = h > 0 && size >= hugeMin
	r.large = 0
	if h == 0 {
		return nil
	}
	r.large = int(size)
	if flags&FlagMore != 0 || r.more {
		if err := r.tally.add(&c.cfg.Limits, flags, size); err != nil {
			return err
		}
	}
	b = b[h:]
	l := largeBody{flags: flags &^ FlagLong, size: int(size), timed: c.pulse.beats()}
	l.buf = c.cfg.Pool.GetBacked(min(l.size, max(r.trust, 2*len(b))))
	l.have = copy(l.buf.Bytes(), b)
	r.body = l
	r.keep = 0
	return nil
}

// receivedBody notes that n more bytes of the large body are there.
func (c *Conn) receivedBody(n int) {
	c.pulse.received()
	l := &c.reader.body
	l.have += n
	if l.have < l.size && l.have == len(l.buf.Bytes()) {
		larger := c.cfg.Pool.GetBacked(min(l.size, 2*l.have))
		arena.Fill(larger.Bytes(), l.buf.Bytes())
		l.buf.Release()
		l.buf = larger
	}
}

// endLarge puts the large frame, which is whole, into the log, which must have room.
func (c *Conn) endLarge() {
	r := &c.reader
	in := c.port.In
	l := r.body
	r.body = largeBody{}
	r.trust = max(r.trust, l.size)
	in.AppendOwned(l.flags, l.buf.Bytes()[:l.size], arena.Owner{Buf: l.buf})
	if r.more = l.flags&FlagMore != 0; !r.more {
		in.EndMessage()
		in.Flush()
	}
}

// readLarge reads a large frame to its end, if one has begun.
func (c *Conn) readLarge() error {
	r := &c.reader
	if !r.body.begun() {
		if err := c.beginLarge(); err != nil || !r.body.begun() {
			return err
		}
	}
	for !r.body.whole() {
		n, err := r.read(false)
		c.receivedBody(n)
		if err != nil {
			return c.endOfInput(err)
		}
	}
	if err := c.waitRoom(); err != nil {
		return err
	}
	c.endLarge()
	return nil
}

// largeFrame returns the kept bytes and the header of the large frame that they
// begin, or an h of 0 if they don't.
func (c *Conn) largeFrame() (kept []byte, flags byte, size uint64, h int) {
	r := &c.reader
	if r.keep == 0 {
		return nil, 0, 0, 0
	}
	kept = c.port.In.Reserve(r.keep, 0, 0)[:r.keep]
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
		look := c.reader.hangUp.begin(c.nc)
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

// noIdle is for reads to memory that is not given back while nothing comes.
func noIdle() (again bool) { return false }

// readDrain reads and drops until the peer closes. What comes is not looked at,
// but shows that the peer lives.
func (c *Conn) readDrain() error {
	b := c.cfg.Pool.Get(minRead)
	defer b.Release()
	fill := b.Bytes
	for {
		if _, err := c.reader.source.read(1, fill, noIdle); err != nil {
			return err
		}
		c.pulse.received()
	}
}
