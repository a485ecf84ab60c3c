package patterns

import (
	"context"
	"errors"

	"github.com/zeroactor/zmq/ypipe"
)

const (
	// lendMin is the size from which a body that stays the program's is written to the
	// connection from where it is: see [engine.Port.Borrow].
	lendMin = 32 << 10

	// carryMin is the size from which any other message is written by its sender, who
	// waits a little for that: see [engine.Port.Carry].
	carryMin = 128 << 10
)

// errBusy says that the sender had better wait until the connection of s.ahead is
// idle. It is said only to who is patient.
var errBusy = errors.New("busy")

// putLarge gives p a message whose last frame is of that size, at least lendMin. The
// error is nil or errBusy.
func (p *pipe) putLarge(o outgoing, size int) error {
	s := p.sock
	if s.putting && p.port != nil {
		if o.m == nil {
			if p.lend(o, size) {
				return nil
			}
			if s.patient {
				s.ahead, s.aheadAt = p, p.out.End()
				return errBusy
			}
		}
		if size >= carryMin {
			s.atOnce, s.carried = true, size
		}
	}
	p.send(o, 0)
	p.pace()
	return nil
}

// lend puts a message but for its last body, which the sender is to write itself, if p's
// connection is idle.
func (p *pipe) lend(o outgoing, size int) bool {
	if !p.port.Borrow() {
		return false
	}
	s := p.sock
	s.atOnce, s.lent = true, p
	for _, f := range o.frames[:len(o.frames)-1] {
		p.out.Append(ypipe.FlagMore, f)
	}
	p.out.Promise(size)
	p.end()
	return true
}

// waitIdle waits for the connection that put has found busy, but not for long. The message
// is put then in any case, though it may have to be copied. The turn is held before and
// after, but not meanwhile.
func (s *socket) waitIdle(ctx context.Context, size int) {
	p, at := s.ahead, s.aheadAt
	s.ahead = nil
	s.endPut()
	s.turn.Unlock()
	p.port.WaitIdle(ctx, at, size)
	s.turn.Lock()
	s.beginPut()
	s.patient = false
}
