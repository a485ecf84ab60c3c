package zmq

import "github.com/zeroactor/zmq/internal/arena"

// The methods of this file move frames between messages and the pipes of this
// module's sockets without copying. Programs have no use for them: a Buf can
// only be made inside the module.

// AppendView adds b, a view of memory that from here on is m's to give back to owner.
func (m *Message) AppendView(b []byte, owner arena.Owner) { m.push(b, owner) }

const (
	// detachMost is the size of the largest message that Detach copies, in bytes.
	detachMost = 4 << 10

	// detachAhead is which part of a chunk, one of so many, may lie ahead of a frame: more tells of a chunk that many share.
	detachAhead = 64
)

// Detach gives m memory of its own for small frames that keep a chunk to themselves, or nearly so. A view, however small,
// keeps all of the chunk from being used again: for who receives now and then, and leaves messages to the garbage collector, a new
// chunk would have to be made each time. See docs/decisions/0025-forgotten-messages.md.
func (m *Message) Detach() {
	size := m.Size()
	if size > detachMost {
		return
	}
	for i := range m.frames {
		f := &m.frames[i]
		if f.owner.Buf == nil && f.owner.Free == nil {
			continue
		}
		if ahead, all := f.owner.Ahead(f.b); ahead > all/detachAhead {
			continue
		}
		if cap(m.store)-len(m.store) < len(f.b) {
			m.store = make([]byte, 0, size) // what is in the old one stays there
		}
		view, owner := f.b, f.owner
		off := len(m.store)
		m.store = append(m.store, view...)
		*f = frame{b: m.store[off:len(m.store):len(m.store)]}
		owner.Release(view)
	}
}

// View returns frame i and its Buf, by which it can be shared. That is nil if the frame's memory
// is the message's own and must be copied. The reference stays with m.
func (m *Message) View(i int) ([]byte, *arena.Buf) {
	f := &m.frames[i]
	return f.b, f.owner.Share(f.b)
}

// Give returns frame i and its owner, to whom the caller is to give it back in the place of m: m has
// a view of it until it is reset. It reports false if the frame's memory is the message's own and
// must be copied.
func (m *Message) Give(i int) (b []byte, owner arena.Owner, ok bool) {
	f := &m.frames[i]
	owner = f.owner
	f.owner = arena.Owner{}
	return f.b, owner, owner.Buf != nil || owner.Free != nil
}

// TakeView removes the only frame of m if it is a view, and returns it and its owner, to whom the
// caller is to give it back; otherwise it reports false and leaves m as it is.
func (m *Message) TakeView() (b []byte, owner arena.Owner, ok bool) {
	if len(m.frames) != 1 {
		return nil, owner, false
	}
	f := &m.frames[0]
	if f.owner.Buf == nil && f.owner.Free == nil {
		return nil, owner, false
	}
	b, owner = f.b, f.owner
	*f = frame{}
	m.frames = m.frames[:0]
	return b, owner, true
}

// Sole returns the Buf that owns the only frame of m. It is nil if there are none or several, or it has another owner.
func (m *Message) Sole() *arena.Buf {
	if len(m.frames) != 1 {
		return nil
	}
	return m.frames[0].owner.Buf
}

// Renew replaces the only frame of m by b, which has the same owner: see [Message.Sole].
func (m *Message) Renew(b []byte) { m.frames[0].b = b }

// SetPeer says which connection m was received from.
func (m *Message) SetPeer(p *Peer) { m.peer = p }
