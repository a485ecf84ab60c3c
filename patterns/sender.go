package patterns

import (
	"context"
	"runtime"
	"unsafe"

	"github.com/zeroactor/zmq"
)

// outgoing is a message on its way out: frames of the caller's, or m.
type outgoing struct {
	frames [][]byte
	m      *zmq.Message
}

// len returns the number of frames.
func (o *outgoing) len() int {
	if o.m != nil {
		return o.m.Len()
	}
	return len(o.frames)
}

// frame returns frame i.
func (o *outgoing) frame(i int) []byte {
	if o.m != nil {
		return o.m.Frame(i)
	}
	return o.frames[i]
}

// lastSize returns the size of the last frame.
func (o *outgoing) lastSize() int { return len(o.frame(o.len() - 1)) }

// A putter is the sending side of a pattern.
type putter interface {
	// put gives a message to one pipe or several. The error is errWait if the
	// caller is to wait until it can be taken. In the turn.
	put(o outgoing) error

	// full returns a pipe that put found full, if the caller may as well do
	// the writing that this one waits for.
	full() *pipe
}

// sender has the methods of sockets that send.
type sender struct {
	sock  *socket
	to    putter
	quick *loadBalancer // is to, if that is one: it has quick ways for most small messages, and for several at once

	frames [][]byte // of the message of a batch that is put; in the turn
}

// init makes to the putter of s. A pattern that does nothing more than its load balancer does is to
// give that, and not itself.
func (x *sender) init(s *socket, to putter) {
	x.sock, x.to = s, to
	x.quick, _ = to.(*loadBalancer)
}

// Send sends m. It waits, drops or fails as the socket's type prescribes when
// no peer can take a message. On success m is empty, on failure unchanged.
func (x *sender) Send(ctx context.Context, m *zmq.Message) error {
	x.sock.turn.Lock()
	if m.Len() == 1 && x.sendQuick(m.Frame(0), m) {
		m.Reset()
		return nil
	}
	if err := x.send(ctx, outgoing{m: m}); err != nil {
		return err
	}
	m.Reset()
	return nil
}

// SendBytes sends a message of the given frames as Send does. The frames are
// copied; they stay the caller's.
func (x *sender) SendBytes(ctx context.Context, frames ...[]byte) error {
	x.sock.turn.Lock()
	if len(frames) == 1 && x.sendQuick(frames[0], nil) {
		return nil
	}
	err := x.send(ctx, outgoing{frames: kept(frames)})
	runtime.KeepAlive(frames)
	return err
}

// TrySend sends m if that is possible without waiting; the error is
// [zmq.ErrAgain] if it is not.
func (x *sender) TrySend(m *zmq.Message) error {
	s := x.sock
	o := outgoing{m: m}
	if o.len() == 0 {
		return s.fail("send", "", errNoFrames)
	}
	s.turn.Lock()
	err := x.try(o)
	s.turn.Unlock()
	if err == errWait {
		err = zmq.ErrAgain
	}
	if err != nil {
		return s.fail("send", "", err)
	}
	m.Reset()
	return nil
}

// sendQuick sends a message of one frame where there is nothing to think of, as with most: it is
// small, or m has it by reference and its receiver is in this process, goes to the only pipe, and nobody waits. (Of a closed socket
// there is no pipe.) m is nil if the frame is not to be had by reference. If so it gives the turn back, which is held
// when it is called. If not it reports false, and has done nothing.
func (x *sender) sendQuick(body []byte, m *zmq.Message) (sent bool) {
	s := x.sock
	if x.quick == nil || s.waited || !s.sendq.Empty() || !x.quick.putQuick(body) && (m == nil || !x.quick.giveQuick(m)) {
		return false
	}
	s.stats.Sent++
	s.turn.Unlock()
	return true
}

// send sends o. The turn is held when it is called, and not when it returns.
func (x *sender) send(ctx context.Context, o outgoing) error {
	s := x.sock
	if o.len() == 0 {
		s.turn.Unlock()
		return s.fail("send", "", errNoFrames)
	}
	s.beginPut()
	err := x.try(o)
	if err == errBusy {
		s.waitIdle(ctx, o.lastSize())
		err = x.try(o)
	}
	p := s.endPut()
	if err != nil {
		if p != nil {
			p.port.Wake()
		}
		if err := x.await(ctx, o, err); err != nil {
			return err
		}
		p = nil
	}
	ahead, at, carried, lent, catchUp := s.ahead, s.aheadAt, s.carried, s.lent, s.catchUp
	s.ahead, s.lent, s.catchUp = nil, nil, nil
	s.turn.Unlock()
	switch {
	case lent != nil:
		lent.port.WriteLent(o.frames[len(o.frames)-1])
	case p != nil && carried > 0:
		p.port.Carry(ctx, carried)
	case p != nil:
		p.port.Write()
	case catchUp != nil:
		catchUp.port.CatchUp(ctx)
	}
	if ahead != nil {
		ahead.port.Pace(ctx, at)
	}
	return nil
}

// await puts o, which try has refused with err, and waits until that is
// possible. The turn is held when it is called, and when it returns nil;
// otherwise it is not.
func (x *sender) await(ctx context.Context, o outgoing, err error) error {
	s := x.sock
	for err != nil {
		if err != errWait {
			s.turn.Unlock()
			return s.fail("send", "", err)
		}
		if !s.help(x.to.full()) {
			if err := s.wait(ctx, &s.sendq); err != nil {
				return s.fail("send", "", err)
			}
		}
		err = x.try(o)
	}
	return nil
}

// try puts o, if that is possible.
func (x *sender) try(o outgoing) error {
	s := x.sock
	if s.closed {
		return zmq.ErrClosed
	}
	if err := x.to.put(o); err != nil {
		return err
	}
	s.stats.Sent++
	if !s.sendq.Empty() {
		s.sendq.Wake() // there may be more room
	}
	return nil
}

// help lets the caller do the writing that the full pipe p waits for. The turn
// is held, but not meanwhile; so if help returns true, things may have changed
// and are to be looked at again.
func (s *socket) help(p *pipe) bool {
	if p == nil || p.port == nil || s.closed {
		return false
	}
	s.turn.Unlock()
	p.port.Help()
	s.turn.Lock()
	return true
}

// kept tells the compiler that frames, and what they point to, do not outlive
// the call: patterns copy them. The caller keeps them alive meanwhile. Without it each SendBytes would have to allocate
// its arguments, as a putter is called through an interface.
func kept(frames [][]byte) [][]byte {
	p := uintptr(unsafe.Pointer(unsafe.SliceData(frames)))
	return unsafe.Slice((*[]byte)(*(*unsafe.Pointer)(unsafe.Pointer(&p))), len(frames))
}
