package zmq

import (
	"io"
	"iter"
	"net"

	"github.com/zeroactor/zmq/internal/arena"
)

// shareMin is the size from which an appended frame is kept in memory of its
// own, which clones and sockets then share; smaller ones are copied.
const shareMin = 8 << 10

// A Message is an ordered list of frames that is sent and received as a whole.
// The zero Message is empty and ready to use.
//
// # Ownership
//
// A Message has one owner at a time. Sending moves its frames out: after a
// successful Send the caller's Message is empty, and after a failed Send it is
// unchanged (the contract of zmq_msg_send(3)). So this is always right:
//
//	m := zmq.NewMessage("topic")
//	defer m.Release() // does nothing if the Send succeeded
//	...
//	return sock.Send(ctx, m)
//
// Release gives the frames' memory back for reuse. It is optional: a Message
// that is never released is collected like any other value. A received
// message shares its memory with its neighbours, unless it is Recv's and comes alone,
// so a long-lived one should be copied out or cloned to small size by [bytes.Clone] of its frames.
//
// A Message must not be copied, nor used by two goroutines at once.
// To give the same content to two owners, use [Message.Clone].
type Message struct {
	_      noCopy
	frames []frame
	inline [2]frame // one topic and one body need no second allocation
	store  []byte   // holds the small appended frames
	peer   *Peer
}

// A frame is a view of memory that has an owner or, if that is zero, is the message's
// store's or the garbage collector's.
type frame struct {
	b     []byte
	owner arena.Owner
}

// NewMessage returns a message with one frame for each string.
func NewMessage(frames ...string) *Message {
	m := new(Message)
	for _, f := range frames {
		m.AppendString(f)
	}
	return m
}

// Append adds a frame that holds a copy of b.
func (m *Message) Append(b []byte) { appendCopy(m, b) }

// AppendString adds a frame that holds a copy of s.
func (m *Message) AppendString(s string) { appendCopy(m, s) }

func appendCopy[T ~string | ~[]byte](m *Message, v T) {
	if len(v) >= shareMin {
		b := append([]byte(nil), v...)
		m.push(b, arena.Owned(b, nil))
		return
	}
	off := len(m.store)
	m.store = append(m.store, v...)
	m.push(m.store[off:len(m.store):len(m.store)], arena.Owner{})
}

// AppendOwned adds b itself as a frame, without a copy. From here on b belongs
// to the message, and the caller must neither read nor write it. If release is
// not nil it is called once, from any goroutine, when no message and no socket
// holds b any more.
func (m *Message) AppendOwned(b []byte, release func([]byte)) {
	m.push(b, arena.Owned(b, release))
}

func (m *Message) push(b []byte, owner arena.Owner) {
	if m.frames == nil {
		m.frames = m.inline[:0]
	}
	m.frames = append(m.frames, frame{b, owner})
}

// Len returns the number of frames.
func (m *Message) Len() int { return len(m.frames) }

// Size returns the number of bytes in all frames together.
func (m *Message) Size() int {
	n := 0
	for i := range m.frames {
		n += len(m.frames[i].b)
	}
	return n
}

// Frame returns frame i. The slice is read-only and is valid until the message
// is sent, reset or released; [bytes.Clone] it to keep it longer. It panics if
// i is not in [0, Len).
func (m *Message) Frame(i int) []byte { return m.frames[i].b }

// Frames returns an iterator over the index and content of each frame.
// The slices have the lifetime given at [Message.Frame].
func (m *Message) Frames() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for i := range m.frames {
			if !yield(i, m.frames[i].b) {
				return
			}
		}
	}
}

// Peer describes the connection that a received message came from. It is nil
// on messages that were not received. Over inproc it is the other socket, which
// has no address, and tells no properties. It is shared and must not be changed.
func (m *Message) Peer() *Peer { return m.peer }

// Clone returns a second message with the same frames. Large frames are
// shared, small ones copied. Both messages are owned and released on their own.
func (m *Message) Clone() *Message {
	c := new(Message)
	for i := range m.frames {
		f := &m.frames[i]
		if len(f.b) >= shareMin {
			if buf := f.owner.Share(f.b); buf != nil {
				buf.Retain(1)
				c.push(f.b, f.owner)
				continue
			}
		}
		c.Append(f.b)
	}
	c.peer = m.peer
	return c
}

// MoveTo releases dst's frames and gives it m's. m is empty afterwards.
func (m *Message) MoveTo(dst *Message) {
	if m == dst {
		return
	}
	dst.Reset()
	for _, f := range m.frames {
		dst.push(f.b, f.owner)
	}
	dst.store, m.store = m.store, dst.store
	dst.peer = m.peer
	m.forget()
}

// Reset releases the frames and leaves m empty, keeping what memory it has
// of its own for the frames to come.
func (m *Message) Reset() {
	for i := range m.frames {
		m.frames[i].owner.Release(m.frames[i].b)
	}
	m.forget()
}

// forget empties m without releasing anything.
func (m *Message) forget() {
	if len(m.frames) == 1 {
		m.frames[0] = frame{} // most have one, and clear calls the runtime
	} else {
		clear(m.frames)
	}
	m.frames = m.frames[:0]
	m.store = m.store[:0]
	m.peer = nil
}

// Release gives up the frames and leaves m empty. Releasing an empty message
// does nothing, so Release may be deferred and repeated.
func (m *Message) Release() {
	m.Reset()
	m.store = nil
}

// WriteTo writes the frames one after another. It implements [io.WriterTo] and
// uses writev where w is a network connection.
func (m *Message) WriteTo(w io.Writer) (int64, error) {
	bufs := make(net.Buffers, 0, len(m.frames))
	for _, b := range m.Frames() {
		bufs = append(bufs, b)
	}
	return bufs.WriteTo(w)
}

var _ io.WriterTo = (*Message)(nil)

// noCopy makes go vet's copylocks report a copied Message.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}
