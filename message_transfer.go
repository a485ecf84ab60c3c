package zmq

import "github.com/zeroactor/zmq/internal/arena"

// The methods of this file move frames between messages and the pipes of this
// module's sockets without copying. Programs have no use for them: a Buf can
// only be made inside the module.

// AppendView adds b, a view of memory that buf owns, and takes over one
// reference to buf; a nil buf leaves b to the garbage collector.
func (m *Message) AppendView(b []byte, buf *arena.Buf) { m.push(frame{b, buf}) }

// View returns frame i and its owner, which is nil if the frame's memory is
// the message's own and must be copied. The reference stays with m.
func (m *Message) View(i int) ([]byte, *arena.Buf) {
	f := &m.frames[i]
	return f.b, f.buf
}

// TakeView removes the only frame of m if it is a view, and returns its owner
// with its reference; otherwise it returns nil and leaves m as it is.
func (m *Message) TakeView() *arena.Buf {
	if len(m.frames) != 1 || m.frames[0].buf == nil {
		return nil
	}
	buf := m.frames[0].buf
	m.frames[0] = frame{}
	m.frames = m.frames[:0]
	return buf
}

// SetPeer says which connection m was received from.
func (m *Message) SetPeer(p *Peer) { m.peer = p }
