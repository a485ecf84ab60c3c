//go:build ypipemodel

package ypipe

import (
	"bytes"
	"fmt"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/internal/modeltest"
)

// A lab is a Log under observation. It knows what the log should hold, who
// sleeps, and where each buffer of the pool is.
type lab struct {
	*Log
	w    *modeltest.World
	pool *poolWatch

	// The writer's side.
	frames    []labFrame // of whole messages, in order
	message   []labFrame // of the one that is not whole
	messages  int        // whole
	limit     int        // high-water mark in force
	byteLimit int        // the same in bytes
	fulls     int        // times that the writer was told to wait
	rooms     int        // times that it was told to go on
	writable  int        // of these, not used yet

	// The reader's side.
	read     int // frames
	taken    int // messages
	taking   int // by Next or NextRun, which are about to return them
	sleeps   int // times that the reader fell asleep
	wakes    int // times that it was woken
	readable int // of these, not used yet
}

type labFrame struct {
	flags byte
	body  []byte
}

// newLab returns a log with a high-water mark, whose writer is told that it may
// go on by onWritable, or by the token writable if that is nil.
func newLab(w *modeltest.World, hwm int, onWritable func()) *lab {
	world = w
	b := &lab{w: w, pool: newPoolWatch(w), limit: hwm}
	b.Log = NewLog(b.pool.Pool, hwm, func() {
		b.wakes++
		b.readable++
		w.Require(b.readable == 1 && b.wakes <= b.sleeps+1, "reader slept %d times and was woken %d times", b.sleeps, b.wakes)
		w.Reached("reader woken")
	}, func() {
		b.rooms++
		w.Require(b.rooms <= b.fulls+1, "writer waited %d times and was woken %d times", b.fulls, b.rooms)
		w.Reached("writer woken")
		if onWritable != nil {
			onWritable()
			return
		}
		b.writable++
	})
	w.Finally(b.finally)
	return b
}

// append writes the frames of a message, which does not end yet.
func (b *lab) append(more bool, sizes ...int) {
	for i, size := range sizes {
		f := labFrame{body: make([]byte, size)}
		for j := range f.body {
			f.body[j] = byte(b.messages<<5 + len(b.message)<<3 + j + 1)
		}
		if more || i < len(sizes)-1 {
			f.flags = FlagMore
		}
		refs := b.refs()
		index := b.Log.w.index
		b.Append(f.flags, f.body)
		b.message = append(b.message, f)
		if b.refs() > refs {
			b.w.Reached("reference")
		}
		if b.Log.w.index > index {
			b.w.Reached("end of a chunk")
		}
	}
}

// refs is how many bodies by reference were written.
func (b *lab) refs() int64 {
	if b.Log.w.bodies == nil {
		return 0
	}
	return b.Log.w.bodies.refs.write
}

// end ends the message. The reader must know of it before it can see it.
func (b *lab) end() {
	b.frames = append(b.frames, b.message...)
	b.message = nil
	b.messages++
	b.EndMessage()
	b.checkLimit()
}

// checkLimit holds the number of messages against the high-water mark. Those
// that the reader is about to return count as taken.
func (b *lab) checkLimit() {
	held := b.messages - b.taken - b.taking
	b.w.Require(b.limit == 0 || held <= b.limit, "%d messages in the log, the limit is %d", held, b.limit)
	if b.byteLimit != 0 && held > 0 {
		b.checkByteLimit(held)
	}
}

// checkByteLimit sees that the messages held but for the last one are below the
// high-water mark in bytes. All of them must have one frame.
func (b *lab) checkByteLimit(held int) {
	bytes := 0
	for _, f := range b.frames[len(b.frames)-held : len(b.frames)-1] {
		bytes += wireSize(len(f.body))
	}
	b.w.Require(bytes < b.byteLimit, "a message was taken with %d bytes in the log, the limit is %d", bytes, b.byteLimit)
}

// wireSize returns the size of a frame.
func wireSize(body int) int {
	if body > shortMax {
		return 9 + body
	}
	return 2 + body
}

func (b *lab) setByteHWM(bytes int) {
	b.byteLimit = bytes
	b.SetByteHWM(int64(bytes))
}

func (b *lab) rollback() {
	b.message = nil
	b.Rollback()
}

// put waits for room and writes a message.
func (b *lab) put(sizes ...int) {
	b.awaitRoom()
	b.append(false, sizes...)
	b.end()
}

// send is put and Flush.
func (b *lab) send(sizes ...int) {
	b.put(sizes...)
	b.Flush()
}

// putAtOnce is send of one frame by Put or PutOwned, if that does it, whether there is room or not.
func (b *lab) putAtOnce(size int) (done bool) {
	f := labFrame{body: make([]byte, size)}
	for j := range f.body {
		f.body[j] = byte(b.messages<<5 + j + 1)
	}
	// The reader may see it within Put.
	b.frames = append(b.frames, f)
	b.messages++
	done = b.Put(f.body)
	if !done && size > inlineMax {
		done = b.giveAtOnce(f.body)
	}
	if !done {
		b.frames = b.frames[:len(b.frames)-1]
		b.messages--
		return false
	}
	b.w.Reached("put at once")
	if size > shortMax {
		b.w.Reached("long one put at once")
	}
	b.checkLimit()
	return true
}

// giveAtOnce is Put by PutOwned.
func (b *lab) giveAtOnce(body []byte) (done bool) {
	buf := b.pool.Copy(body)
	if done = b.PutOwned(buf.Bytes()[:len(body)], arena.Owner{Buf: buf}); !done {
		buf.Release()
		return false
	}
	b.w.Reached("given at once")
	return true
}

// awaitRoom waits while the log is full.
func (b *lab) awaitRoom() {
	for b.full() {
		b.Flush()
		b.w.Block(func() bool { return b.writable > 0 })
		b.writable--
	}
}

// full is Full, counted.
func (b *lab) full() bool {
	full := b.Full()
	if full {
		b.fulls++
	}
	b.w.Require(b.rooms <= b.fulls, "writer waited %d times and was woken %d times", b.fulls, b.rooms)
	return full
}

func (b *lab) setHWM(hwm int) {
	b.limit = hwm
	b.SetHWM(hwm)
}

// next takes a frame, and waits for it.
func (b *lab) next() labFrame {
	for {
		if f, ok := b.tryNext(); ok {
			return f
		}
		b.sleep()
	}
}

// tryNext takes a frame and compares it with the one written. If there is none,
// the reader is asleep.
func (b *lab) tryNext() (f labFrame, ok bool) {
	b.taking = 1
	f.flags, f.body, ok = b.Next()
	b.taking = 0
	if !ok {
		b.sleeps++
		return f, false
	}
	b.w.Require(b.read < len(b.frames), "a frame of %d bytes that nobody wrote", len(f.body))
	want := b.frames[b.read]
	b.w.Require(f.flags == want.flags && bytes.Equal(f.body, want.body),
		"frame %d is %d %x, want %d %x", b.read, f.flags, f.body, want.flags, want.body)
	b.read++
	if f.flags&FlagMore == 0 {
		b.taken++
	}
	return f, true
}

// sleep waits for onReadable.
func (b *lab) sleep() {
	b.w.Block(func() bool { return b.readable > 0 })
	b.readable--
}

// take takes messages.
func (b *lab) take(messages int) {
	for last := b.taken + messages; b.taken < last; {
		b.next()
	}
}

// takeAll takes messages, the last that there will be, and falls asleep.
func (b *lab) takeAll(messages int) {
	b.take(messages)
	_, ok := b.tryNext()
	b.w.Require(!ok, "more than all messages")
}

// finally looks at a log whose reader sleeps for good: all that was written has
// arrived, both ends agree about it, and all memory goes back.
func (b *lab) finally() error {
	switch {
	case b.read != len(b.frames) || b.taken != b.messages:
		return fmt.Errorf("%d of %d messages arrived", b.taken, b.messages)
	case b.Log.end.v != asleep:
		return fmt.Errorf("the reader does not sleep")
	case b.readable != 0 || b.wakes != b.sleeps-1:
		return fmt.Errorf("the reader slept %d times, the last time for good, and was woken %d times", b.sleeps, b.wakes)
	case (b.limit != 0 || b.byteLimit != 0) && b.rooms != b.fulls:
		return fmt.Errorf("the writer waited %d times and was woken %d times", b.fulls, b.rooms)
	}
	c := &b.Log.w.credit
	for range 2 { // before and after the memory is given back
		c.settle(b.consumed.v)
		if x := c.weight; x != nil && (c.n != 0 || x.room() <= x.hwm-x.step) {
			return fmt.Errorf("the log is empty, and credit is %d of %d bytes, %d marks", x.room(), x.hwm, c.n)
		}
		if b.limit != 0 && (c.n != 0 || c.room() <= c.hwm-c.step()) {
			return fmt.Errorf("the log is empty, and credit is %d of %d messages, %d marks", c.room(), c.hwm, c.n)
		}
		b.Idle()
	}
	return b.pool.finally()
}

// poolWatch is a pool that tells whether its buffers are used while they are
// in it, or come back twice, or not at all.
type poolWatch struct {
	*arena.Pool
	w    *modeltest.World
	away map[*arena.Buf]bool // true: out; false: in the pool
}

// poison is what memory holds while it is in the pool.
const poison = 0xEE

func newPoolWatch(w *modeltest.World) *poolWatch {
	p := &poolWatch{arena.NewPool(0), w, make(map[*arena.Buf]bool)}
	p.Step = w.Step
	p.Got = func(b *arena.Buf) {
		out, known := p.away[b]
		w.Require(!out, "a buffer was handed out twice")
		if known {
			w.Reached("buffer reused")
			w.Require(len(bytes.Trim(b.Bytes(), "\xEE")) == 0, "a buffer was written to after it was given back")
		}
		p.away[b] = true
	}
	p.Recycled = func(b *arena.Buf) {
		w.Require(p.away[b], "a buffer was given back twice")
		p.away[b] = false
		for i := range b.Bytes() {
			b.Bytes()[i] = poison
		}
	}
	return p
}

// finally looks at a pool to which everything should have come back.
func (p *poolWatch) finally() error {
	out := 0
	for _, away := range p.away {
		if away {
			out++
		}
	}
	p.Close() // its timer would keep it in memory for some seconds
	if out != 0 {
		return fmt.Errorf("%d of %d buffers were not given back", out, len(p.away))
	}
	return nil
}
