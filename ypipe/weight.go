package ypipe

// weight is credit in bytes, as they are on the wire: a log may have a high-water
// mark in bytes beside that in messages. A message of any size is taken while
// what the log holds is below it; so it is passed by one message at most, and
// every message gets through.
type weight struct {
	hwm     int64 // more than 0
	step    int64 // bytes from mark to mark
	written int64 // bytes of whole messages so far
	settled int64 // bytes known to be consumed
	markAt  int64 // value of written that gets the next mark
}

// room returns how many bytes there is room for; with one there is for a message.
func (w *weight) room() int64 { return w.hwm - (w.written - w.settled) }

// SetByteHWM changes the high-water mark in bytes; 0 or less is no limit. It is
// beside that in messages: a log that is at either is full. No message may have
// been begun. Bytes that were written while there was no limit do not count.
// Writer only.
func (l *Log) SetByteHWM(bytes int64) {
	c := &l.w.credit
	switch {
	case bytes <= 0:
		c.weight = nil
	case c.weight == nil:
		now := l.weigh()
		c.weight = &weight{written: now, settled: now}
		for i := range c.n {
			c.marks[(c.head+i)%len(c.marks)].bytes = now
		}
	}
	if c.weight != nil {
		c.weight.hwm = bytes
		c.weight.step = max(1, bytes/markSlots)
	}
	c.plan()
	if c.weight != nil && c.written > c.marked() {
		c.mark(l.w.whole.pos()) // as in SetHWM
	}
	l.step.Store(l.readerStep())
}

// bytes returns those of whole messages so far, or 0 if they are not counted.
func (c *credit) bytes() int64 {
	if c.weight == nil {
		return 0
	}
	return c.weight.written
}

// weigh returns the bytes up to the end of the last whole message.
func (l *Log) weigh() int64 { return l.w.aside + int64(l.w.whole.off) }
