package zmq

import (
	"iter"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/internal/framing"
)

// A Batch is an ordered list of messages in few pieces of memory, as they go over a connection. To send and to
// receive many small messages it is several times cheaper than as many of type [Message]: they are
// neither filled nor emptied one by one. The zero Batch is empty and ready to use.
//
//	var b zmq.Batch
//	for _, s := range samples {
//		b.Append(s)
//	}
//	err := push.SendAll(ctx, &b)
//	...
//	for pull.RecvAll(ctx, &b) == nil {
//		for body := range b.Frames() {
//			...
//		}
//	}
//
// # Ownership
//
// A Batch has one owner at a time, as a Message has: sending takes what it holds away, and what was not sent, since that
// failed, stays. What is received may be a view of memory that others use as well; it stays valid until
// the Batch is reset, released or received into again. A Batch must not be copied, nor used by two goroutines at
// once.
type Batch struct {
	_     noCopy
	runs  []run
	first int // run in which the first message begins, and
	off   int // where
	n     int // messages
	store []byte
	from  int  // where in the store the next run begins, or the last one if it is open
	open  bool // the last run is the store's
	mixed bool // it has runs that are not the store's, or large bodies
}

// A run is whole frames with their headers, one after another. If the last of them is a long header without a body, that is
// the whole of the next run. Messages may go on from run to run.
type run struct {
	b     []byte
	owner arena.Owner
}

// Append adds a message of the given frames, which are copied. Without any it does nothing.
func (b *Batch) Append(frames ...[]byte) {
	if off := len(b.store); len(frames) == 1 && len(frames[0]) <= min(framing.MaxShort, cap(b.store)-off-framing.ShortHeader) {
		f := frames[0]
		b.store = b.store[:off+framing.ShortHeader+len(f)]
		d := b.store[off:]
		d[0], d[1] = 0, byte(len(f))
		copy(d[framing.ShortHeader:], f)
		b.n++
		return
	}
	for i, f := range frames {
		b.header(len(f), i == len(frames)-1)
		b.store = append(b.store, f...)
	}
}

// AppendMessage adds m, which is empty afterwards. Small frames are copied, large ones moved. An empty m is not added.
func (b *Batch) AppendMessage(m *Message) {
	for i := range m.frames {
		f := &m.frames[i]
		b.header(len(f.b), i == len(m.frames)-1)
		if len(f.b) < shareMin || f.owner.Buf == nil && f.owner.Free == nil {
			b.store = append(b.store, f.b...)
			continue
		}
		b.AddRun(f.b, f.owner, 0)
		f.owner = arena.Owner{}
	}
	m.Reset()
}

// header adds the header of a frame, which may be the last one of its message.
func (b *Batch) header(size int, last bool) {
	b.mixed = b.mixed || size >= shareMin
	if last {
		b.store = framing.Append(b.store, 0, size)
		b.n++
		return
	}
	b.store = framing.Append(b.store, framing.More, size)
}

// seal makes what is new in the store part of a run.
func (b *Batch) seal() {
	if len(b.store) == b.from {
		return
	}
	if !b.open {
		b.open = true
		b.runs = append(b.runs, run{})
	}
	b.runs[len(b.runs)-1].b = b.store[b.from:]
}

// Len returns the number of messages.
func (b *Batch) Len() int { return b.n }

// Frames returns an iterator over the frames of all messages, with whether more of the same message follow. They
// are views, read-only, with the lifetime given above; [bytes.Clone] them to keep them longer.
func (b *Batch) Frames() iter.Seq2[[]byte, bool] {
	return func(yield func(body []byte, more bool) bool) {
		b.seal()
		off := b.off
		for i := b.first; i < len(b.runs); i++ {
			d := b.runs[i].b[off:]
			for off = 0; len(d) > 0; {
				flags := d[0]
				var body []byte
				if flags&framing.Long == 0 {
					n := framing.ShortHeader + int(d[1])
					body, d = d[framing.ShortHeader:n:n], d[n:]
				} else if header, n := framing.Sizes(d); header+n <= len(d) {
					body, d = d[header:header+n:header+n], d[header+n:]
				} else {
					i++
					body, d = b.runs[i].b, nil
				}
				if !yield(body, flags&framing.More != 0) {
					return
				}
			}
		}
	}
}

// Reset releases all messages, and keeps what memory b has of its own for those to come.
func (b *Batch) Reset() {
	for i := range b.runs {
		b.runs[i].owner.Release(b.runs[i].b)
	}
	clear(b.runs)
	b.runs = b.runs[:0]
	b.store = b.store[:0]
	b.first, b.off, b.n, b.from, b.open, b.mixed = 0, 0, 0, 0, false, false
}

// Release releases all messages, and b's own memory as well.
func (b *Batch) Release() {
	b.Reset()
	b.runs, b.store = nil, nil
}
