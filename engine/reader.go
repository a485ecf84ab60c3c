package engine

import (
	"errors"
	"io"
	"math"
	"net"
	"sync"

	"github.com/zeroactor/zmq/internal/framing"
	"github.com/zeroactor/zmq/ypipe"
)

const (
	// minRead is the least room that a read gets: a shorter rest of a chunk is
	// left unused.
	minRead = 16 << 10

	// inlineMax is the body size from which a frame that has not arrived
	// whole is read into memory of its own, once.
	inlineMax = 8 << 10

	// hugeMin is the frame size from which the next frame is expected to be as
	// large: only peek bytes of it are read to the log, from where they have to be
	// copied. That is enough for a header, and for a small frame or two before it.
	hugeMin = 32 << 10
	peek    = 256

	// trustFirst is the size up to which memory is taken on the word of a
	// peer that has not sent a large frame before. What has arrived once is
	// believed the next time; otherwise memory grows with what arrives.
	trustFirst = 64 << 10
)

// errDraining ends reading into the log: nobody reads there any more.
var errDraining = errors.New("draining")

// reader is the part of a connection that its reader goroutine owns, but for
// the time that it waits for room in the log: then the socket goes on parsing
// what was read, so that no goroutine must be woken for it.
type reader struct {
	source source
	fill   func() []byte // where source is to read to
	idle   func() bool   // when nothing is there to be read; reports whether to look again
	limit  uint64        // largest frame that is not to be looked at more closely
	trust  int           // frame size that memory is taken for at once
	large  int           // size of the large frame that the last read to the log ended in, or 0
	huge   bool          // it was so large that the next one had better not be read to the log: see peek
	hangUp hangUpWatch   // while the log is full
	appetite
	vigil
	cession  cession
	receives bool // a receiver reads

	body     largeBody     // of the frame that is being read beside the log
	fillBody func() []byte // body.rest, bound once

	// parsing guards what follows.
	parsing sync.Mutex
	keep    int        // bytes reserved in the log that are not parsed yet
	more    bool       // a message has begun and is not whole
	tally   tally      // of that message
	gone    bool       // the peer sends nothing more: what it has sent needs no room
	blocked bool       // bytes wait for room in the log: the socket is to parse them
	waiting bool       // the goroutine waits for parsed
	parsed  chan error // the bytes it waits for are parsed; one slot; nil until it has waited
}

func (r *reader) init(s source, in *ypipe.Log, maxFrame int64, traffic *Traffic) {
	r.source = s
	r.chunk, r.elastic = readChunk, s.elastic()
	r.vigil = newVigil()
	r.cession = newCession(traffic)
	r.fill = func() []byte {
		r.comes(in.Written())
		b := in.Reserve(r.keep, minRead, r.chunk)[r.keep:]
		r.room = len(b)
		if r.huge {
			b, r.room = b[:min(len(b), peek)], -1
		}
		return b
	}
	r.fillBody = r.body.rest
	r.idle = func() (again bool) {
		if r.linger() {
			return true
		}
		r.starved()
		if r.receives && r.cession.again(r.many()) {
			return true
		}
		if r.keep == 0 {
			in.Idle()
		}
		return false
	}
	r.limit = min(uint64(maxFrame), maxBody) // negative becomes as good as none
	r.trust = trustFirst
}

// read reads once, for a receiver or not: into the log, behind what is kept, or what is left
// of a large body.
func (r *reader) read(receiver bool) (int, error) {
	if r.body.begun() {
		return r.source.read(r.body.least(), r.fillBody, noIdle)
	}
	r.receives = receiver
	n, err := r.source.read(1, r.fill, r.idle)
	r.ate(n, receiver)
	r.came(n)
	if n > 0 {
		r.cession.came()
	}
	return n, err
}

// read runs until the connection ends. rest are bytes that came with the
// handshake.
func (c *Conn) read(rest []byte) error {
	var err error
	if c.presumed {
		err = c.receivedFrame(0, []byte{legacySubscribe}) // published before anything is read
	}
	switch {
	case err != nil:
	case c.writer.encoder != nil:
		err = c.readDecoded(rest)
	default:
		err = c.readFrames(rest)
	}
	if err == errDraining {
		err = c.readDrain()
	}
	return err
}

// readFrames reads ZMTP frames into the log, where they stay.
func (c *Conn) readFrames(rest []byte) error {
	r := &c.reader
	for len(rest) > 0 {
		n := copy(r.fill(), rest)
		rest = rest[n:]
		if err := c.received(n); err != nil {
			return err
		}
	}
	for asked := false; ; {
		n, err := r.read(false)
		asked = c.role.asked() || asked
		written := c.port.In.Written()
		if n > 0 {
			if err := c.received(n); err != nil {
				return err
			}
		}
		if err != nil {
			return c.endOfInput(err)
		}
		if asked && c.port.In.Written() != written {
			// Who asked before has been woken, and reads the next message itself.
			asked = false
			if !c.role.lend() {
				continue
			}
			if err := c.standBy(); err != nil {
				return err
			}
		}
	}
}

// endOfInput returns what is to be said of an error in reading.
func (c *Conn) endOfInput(err error) error {
	if r := &c.reader; err == io.EOF && (r.keep > 0 || r.more || r.body.begun()) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// received deals with n more bytes that were read behind those kept.
func (c *Conn) received(n int) error {
	if _, err := c.parseMore(n); err != nil {
		return err
	}
	return c.goOn()
}

// goOn does what only the connection's goroutine can do with the bytes kept,
// since it may take long: wait for room, and read a large frame.
func (c *Conn) goOn() error {
	if c.isBlocked() {
		if err := c.waitParsed(); err != nil {
			return err
		}
	}
	return c.readLarge()
}

// isBlocked reports whether bytes wait for room in the log. The goroutine then
// waits for whoever parses them.
func (c *Conn) isBlocked() bool {
	r := &c.reader
	r.parsing.Lock()
	defer r.parsing.Unlock()
	if r.waiting = r.blocked; r.waiting && r.parsed == nil {
		r.parsed = make(chan error, 1)
	}
	return r.blocked
}

// parseMore parses what is kept and n more bytes. It reports whether something is
// left to the socket, as there is no room for it. The lock is given back in any
// case: the socket must not wait for a connection that has panicked.
func (c *Conn) parseMore(n int) (blocked bool, err error) {
	if _, deaf := c.port.state(); deaf {
		return false, errDraining
	}
	c.pulse.received()
	r := &c.reader
	r.parsing.Lock()
	defer r.parsing.Unlock()
	r.keep += n
	err = c.parseNow()
	return r.blocked, err
}

// parseNow parses what is kept. parsing is held.
func (c *Conn) parseNow() error {
	r := &c.reader
	r.blocked = false // until parse has not panicked
	c.port.limitIn()
	blocked, err := c.parse()
	r.blocked = blocked && err == nil
	return err
}

// waitParsed waits while the log is full. The peer then waits for us, by the
// transport's own flow control.
func (c *Conn) waitParsed() error {
	c.pulse.suspend()
	defer c.pulse.resume()
	look := c.reader.hangUp.begin(c.nc)
	defer c.reader.hangUp.end()
	draining, over := c.await(&c.draining), c.await(&c.over)
	room := c.port.roomToCome()
	for {
		var err error
		select {
		case err := <-c.reader.parsed:
			c.lastRead()
			return err
		case <-room:
			if blocked, err := c.parseAgain(); !blocked {
				return err
			}
			continue
		case <-look:
			if c.peerGone() {
				_, err := c.parseAgain()
				return err
			}
			continue
		case <-draining:
			err = errDraining
		case <-over:
			err = net.ErrClosed
		}
		c.reader.parsing.Lock()
		defer c.reader.parsing.Unlock()
		c.reader.blocked, c.reader.waiting = false, false
		return err
	}
}

// parseAgain goes on parsing in the place of a socket that could not.
func (c *Conn) parseAgain() (blocked bool, err error) {
	r := &c.reader
	r.parsing.Lock()
	defer r.parsing.Unlock()
	if !r.blocked { // the socket was quicker after all
		return false, <-r.parsed
	}
	c.lastRead()
	err = c.parseNow()
	r.waiting = r.blocked
	return r.blocked, err
}

// roomAgain is called by the socket when the log has room again. It reports
// whether the socket has seen to it. It cannot while somebody else parses; that
// may even be its own caller, whose flush has run the socket's turn.
func (c *Conn) roomAgain() (done bool) {
	r := &c.reader
	if !r.parsing.TryLock() {
		return false
	}
	defer r.parsing.Unlock()
	if !r.blocked {
		return false
	}
	defer c.contain()
	if err := c.parseNow(); r.waiting && !r.blocked {
		r.waiting = false
		r.parsed <- err
	} else if err != nil {
		c.fail(err)
	}
	return true
}

// parse makes the kept bytes part of the log, as far as they are whole frames
// and the log has room. It reports whether it stopped for lack of room.
//
// Commands that are the connection's own are cut out: they leave a hole between
// what is parsed and what is not, which moves on with the parsing and is
// closed once in the end.
func (c *Conn) parse() (blocked bool, err error) {
	r := &c.reader
	in := c.port.In
	b := in.Reserve(r.keep, 0, 0)[:r.keep]
	hole := 0
	for {
		room := in.Room()
		if room == 0 && r.gone {
			room = math.MaxInt
		}
		if room == 0 {
			blocked = true
			break
		}
		var s scanned
		s, err = c.scan(b, hole, room)
		if s.messages > 0 {
			in.Advance(s.whole, s.messages)
			b = b[s.whole:]
		}
		hole = s.from - s.to
		if s.messages < room { // the bytes are used up, or bad
			in.Flush()
			frames := s.to - s.whole // of a message that goes on
			in.Advance(frames, 0)
			b = b[frames:]
			break
		}
	}
	if blocked {
		in.Flush()
	}
	r.keep = len(b) - hole
	if hole > 0 {
		copy(b, b[hole:])
	}
	return blocked, err
}

// scanned is what a scan has found.
type scanned struct {
	from     int // first byte not looked at
	to       int // end of the frames, moved together
	whole    int // end of the last whole message
	messages int // how many end there
}

// scan walks over whole frames, from b[from] on, and moves them to the start
// of b. It ends after room messages, or where b does.
func (c *Conn) scan(b []byte, from, room int) (s scanned, err error) {
	r := &c.reader
	if from == 0 && !r.more && r.limit >= framing.MaxShort { // most are so, and there is nothing to be said of them
		s.whole, s.messages = framing.Short(b, room)
		from = s.whole
	}
	to := s.whole
	for s.messages < room {
		flags, size, h := ConsumeHeader(b[from:])
		if h == 0 && flags < FlagCommand {
			break
		}
		if flags >= FlagCommand || size > r.limit || h < 0 {
			if err = c.checkFrame(flags, size, h); err != nil {
				break
			}
		}
		if h == 0 || size > uint64(len(b)-from-h) {
			break
		}
		frame := h + int(size)
		if flags&FlagCommand != 0 {
			var keep bool
			if keep, err = c.receivedCommand(b[from+h : from+frame]); err != nil {
				break
			}
			if !keep {
				from += frame
				continue
			}
		}
		if flags&FlagMore != 0 || r.more {
			if err = r.tally.add(&c.cfg.Limits, flags, size); err != nil {
				break
			}
		}
		if from != to {
			copy(b[to:], b[from:from+frame])
		}
		from += frame
		to += frame
		if r.more = flags&FlagMore != 0; !r.more {
			s.whole = to
			s.messages++
		}
	}
	s.from, s.to = from, to
	return s, err
}

// checkFrame checks what a header claims.
func (c *Conn) checkFrame(flags byte, size uint64, h int) error {
	if h < 0 {
		return malformedHeader(flags)
	}
	if h > 0 && flags&FlagCommand != 0 {
		return c.checkCommand(size)
	}
	return c.cfg.Limits.check(size)
}
