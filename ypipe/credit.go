package ypipe

import "math"

// A mark remembers how many messages end at or before a position, and how many
// bytes they have. With marks, the reader gives credit by its position alone,
// without counting messages.
type mark struct {
	pos   int64
	count int64
	bytes int64
}

// credit counts messages on the writer's side. It is a plain value.
type credit struct {
	hwm     int64   // 0: no limit
	written int64   // whole messages so far
	settled int64   // messages known to be consumed
	nextAt  int64   // value of written at which a mark may be due
	markAt  int64   // value of written that gets the next mark
	weight  *weight // the same in bytes; nil: no limit, and they are not counted
	marks   *marks  // ring, made for the first mark: an idle log is to be small
	head, n int     // oldest at head
}

type marks [markSlots + 2]mark

func (c *credit) setHWM(hwm int) {
	c.hwm = int64(max(hwm, 0))
	c.plan()
}

// step returns the number of messages from mark to mark.
func (c *credit) step() int64 { return max(1, (c.hwm+markSlots-1)/markSlots) }

// plan says when the next mark is due.
func (c *credit) plan() {
	c.markAt = c.written + c.step()
	if c.hwm == 0 {
		c.markAt = math.MaxInt64
	}
	c.nextAt = c.markAt
	if c.weight != nil {
		c.nextAt = c.written + 1 // to look at its weight
		c.weight.markAt = c.weight.written + c.weight.step
	}
}

// wrote counts messages, the last of which is the last whole one.
func (l *Log) wrote(messages int) {
	c := &l.w.credit
	if c.written += int64(messages); c.written >= c.nextAt {
		l.due()
	}
}

// due makes a mark if one is due.
func (l *Log) due() {
	c := &l.w.credit
	if c.weight != nil {
		c.weight.written = l.weigh()
		if c.written < c.markAt && c.weight.written < c.weight.markAt {
			c.nextAt = c.written + 1
			return
		}
	}
	c.mark(l.w.whole.pos())
}

func (c *credit) mark(pos int64) {
	c.plan()
	if c.marks == nil {
		c.marks = new(marks)
	}
	if c.n == len(c.marks) {
		// Writes over the mark (subscriptions are) may fill the ring: the
		// newest mark then moves, and credit for it comes later.
		c.n--
	}
	c.marks[(c.head+c.n)%len(c.marks)] = mark{pos, c.written, c.bytes()}
	c.n++
}

// marked returns how many messages end at or before the newest mark.
func (c *credit) marked() int64 {
	if c.n == 0 {
		return c.settled
	}
	return c.marks[(c.head+c.n-1)%len(c.marks)].count
}

// settle takes the marks up to the consumed position off the ring.
func (c *credit) settle(consumed int64) {
	for c.n > 0 && c.marks[c.head].pos <= consumed {
		c.settled = c.marks[c.head].count
		if c.weight != nil {
			c.weight.settled = c.marks[c.head].bytes
		}
		c.head = (c.head + 1) % len(c.marks)
		c.n--
	}
}

// room returns how many messages may be written now, by what is known here.
func (c *credit) room() int64 {
	return c.hwm - (c.written - c.settled)
}

// lacks reports whether nothing may be written now, by what is known here.
func (c *credit) lacks() bool {
	return c.hwm != 0 && c.room() <= 0 || c.weight != nil && c.weight.room() <= 0
}

// wakeAt returns the position at which a writer that waits should be woken:
// where half of each high-water mark is free again (libzmq's low-water mark).
func (c *credit) wakeAt() int64 {
	for i := range c.n {
		m := c.marks[(c.head+i)%len(c.marks)]
		half := (c.hwm == 0 || c.written-m.count <= c.hwm/2) &&
			(c.weight == nil || c.weight.written-m.bytes <= c.weight.hwm/2)
		if half || i == c.n-1 {
			return m.pos
		}
	}
	return 0
}

// SetHWM changes the high-water mark, in messages; 0 or less is no limit. A log that holds more
// than the new mark is full until it has drained below it. Writer only.
func (l *Log) SetHWM(hwm int) {
	c := &l.w.credit
	c.setHWM(hwm)
	if c.hwm != 0 && c.written > c.marked() {
		// Without a mark, those that were written under another high-water mark
		// would never be known to be consumed.
		c.mark(l.w.whole.pos())
	}
	l.step.Store(l.readerStep())
}

// readerStep returns after how many messages the reader is to give credit at the
// latest: each may be heavy, if their weight counts. Without a limit nobody waits for it but who paces large bodies.
func (l *Log) readerStep() int64 {
	switch c := &l.w.credit; {
	case c.weight != nil:
		return 1
	case c.hwm == 0:
		return unlimitedStep
	default:
		return c.step()
	}
}

// Full reports whether the log is at its high-water mark. If it is, onWritable
// is called, once, when half of it is free again; what is written must have been
// flushed for that. Who asks again before that call is not promised another: see
// "Waking" in the package's documentation. Writer only.
func (l *Log) Full() bool {
	c := &l.w.credit
	return c.lacks() && l.waitForCredit()
}

// waitForCredit looks again for credit, and asks to be woken if there is none.
func (l *Log) waitForCredit() (full bool) {
	c := &l.w.credit
	for {
		c.settle(l.consumed.Load())
		if !c.lacks() {
			l.want.Store(0)
			return false
		}
		want := c.wakeAt()
		l.want.Store(want)
		if l.consumed.Load() < want {
			return true
		}
		if !l.want.CompareAndSwap(want, 0) {
			// The reader came by just now and has seen it: onWritable is
			// called, and must find a writer that waits.
			return true
		}
	}
}

// Room returns the number of messages, at least one, that one [Log.Advance] may
// add, or 0 if the log is full as [Log.Full] has it. Writer only.
func (l *Log) Room() int {
	c := &l.w.credit
	switch {
	case l.Full():
		return 0
	case c.weight != nil && c.weight.room() < int64(len(l.w.data)-l.w.off):
		return 1 // as what is reserved may be too much
	case c.hwm == 0:
		return 1 << 30
	}
	return int(max(1, min(c.room(), c.markAt-c.written)))
}

// Burst returns the number of messages that may be appended one after another
// without asking again: at least one, or 0 if the log is full as [Log.Full] has it.
// A mark in bytes makes it one, since any message may be the one that reaches it.
// Writer only.
func (l *Log) Burst() int {
	room := l.Room()
	if l.w.credit.weight != nil {
		return min(room, 1)
	}
	return room
}

// stretch is Burst for messages that come all at once: they may go past the next mark, which then is behind the last
// of them, by as many as lie between marks. Where these are few it would be told that there is room noticeably later.
func (l *Log) stretch() int {
	c := &l.w.credit
	if c.weight != nil || c.step() < stretchMin {
		return l.Burst()
	}
	return int(min(c.room(), c.markAt-c.written+c.step()))
}

// End returns the position behind the last whole message. The messages that are
// in the log now are those whose frames are up to it, as [Log.Taken] has it.
// Writer only.
func (l *Log) End() int64 { return l.w.whole.pos() }

// Taken returns the position behind the frame that Next returned last. Reader
// only.
func (l *Log) Taken() int64 { return l.r.pos() }

// Written returns the number of whole messages written so far. Writer only.
func (l *Log) Written() int64 { return l.w.written }

// Counts returns how many whole messages have been written, and how many of these are known to be consumed: all, if
// that is so, and else up to an eighth of the high-water mark too few, or, without that mark, none. hwm is the mark, in
// messages, or 0. Writer only.
func (l *Log) Counts() (written, consumed, hwm int64) {
	c := &l.w.credit
	pos := l.consumed.Load()
	if c.settle(pos); pos >= l.w.whole.pos() {
		return c.written, c.written, c.hwm
	}
	return c.written, c.settled, c.hwm
}

// giveAll gives credit for all that the reader has taken. Reader only.
func (l *Log) giveAll() {
	if pos := l.r.pos(); l.r.given != pos {
		l.give(pos)
	}
}

// give publishes the reader's position as consumed and wakes a writer that
// waits for it. Reader only.
func (l *Log) give(pos int64) {
	l.r.given, l.r.unread = pos, l.step.Load()
	l.consumed.Store(pos)
	if want := l.want.Load(); want != 0 && pos >= want && l.want.CompareAndSwap(want, 0) {
		l.r.onWritable()
	}
}
