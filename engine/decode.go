package engine

import "io"

// maxDecodeIdle is how large a buffer a connection keeps while there is nothing
// in it, in bytes.
const maxDecodeIdle = 256 << 10

// readDecoded reads through the transform of the connection: for peers that do
// not speak the log's own framing.
func (c *Conn) readDecoded(rest []byte) error {
	r := &c.reader
	in := c.port.In
	buf := append(make([]byte, 0, max(minRead, len(rest))), rest...)
	fill := func() []byte { return buf[len(buf):cap(buf)] }
	for {
		used, err := c.decode(buf)
		in.Flush() // also what came before an error
		if err != nil {
			return err
		}
		if used > 0 {
			buf = append(buf[:0], buf[used:]...)
		}
		switch {
		case len(buf) == 0 && cap(buf) > maxDecodeIdle:
			buf = make([]byte, 0, minRead)
		case cap(buf)-len(buf) < minRead/2:
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
		n, err := r.source.read(1, fill, noIdle)
		buf = buf[:len(buf)+n]
		if n == 0 && err == io.EOF && (len(buf) > 0 || r.more) {
			return io.ErrUnexpectedEOF
		}
		if n == 0 && err != nil {
			return err
		}
		c.pulse.received()
	}
}

// decode adds the frames in b to the log, and returns how many bytes they have.
func (c *Conn) decode(b []byte) (used int, err error) {
	t := c.writer.encoder.transform
	for used < len(b) {
		flags, body, n, err := t.Decode(b[used:])
		if err != nil {
			return used, c.cfg.Limits.explain(err)
		}
		if n == 0 {
			return used, nil
		}
		used += n
		if err := c.receivedFrame(flags, body); err != nil {
			return used, err
		}
	}
	return used, nil
}

// receivedFrame adds a decoded frame to the log.
func (c *Conn) receivedFrame(flags byte, body []byte) error {
	r := &c.reader
	if flags&FlagCommand != 0 {
		if err := c.checkCommand(uint64(len(body))); err != nil {
			return err
		}
		if keep, err := c.receivedCommand(body); err != nil || !keep {
			return err
		}
	}
	if _, deaf := c.port.state(); deaf {
		return errDraining
	}
	if flags&FlagMore != 0 || r.more {
		if err := r.tally.add(&c.cfg.Limits, flags, uint64(len(body))); err != nil {
			return err
		}
	}
	if err := c.waitRoom(); err != nil {
		return err
	}
	in := c.port.In
	in.Append(flags, body)
	if r.more = flags&FlagMore != 0; !r.more {
		in.EndMessage()
	}
	return nil
}
