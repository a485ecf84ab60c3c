package zmq

import "github.com/zeroactor/zmq/internal/arena"

// The methods of this file move frames between messages and the pipes of this
// module's sockets without copying. Programs have no use for them: a Buf can
// only be made inside the module.

// AppendView adds b, a view of memory that from here on is m's to give back to owner.
func (m *Message) AppendView(b []byte, owner arena.Owner) { m.push(b, owner) }

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
