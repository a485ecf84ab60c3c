package patterns

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/zeroactor/zmq"
)

// ControlledBy makes a proxy obey commands that s receives, as
// zmq_proxy_steerable(3) does: messages of one frame, "PAUSE", "RESUME",
// "TERMINATE" or "STATISTICS"; others are ignored. If s is a REP it answers each
// with an empty message, and STATISTICS, like other types that send, with eight
// frames of eight bytes in the byte order of this machine: frames and bytes that
// were received by the front and sent by it, and the same for the back. A
// proxy goes on when s is closed.
func ControlledBy(s Socket) ProxyOption { return func(p *proxy) { p.socket = s } }

// commander and answerer are what a socket for commands must and may be.
type (
	commander interface {
		RecvInto(ctx context.Context, m *zmq.Message) error
	}
	answerer interface {
		SendBytes(ctx context.Context, frames ...[]byte) error
	}
)

func (p *proxy) checkControl() error {
	if p.socket == nil {
		return nil
	}
	if _, ok := p.socket.(commander); !ok {
		return fmt.Errorf("%w: %s does not receive commands", zmq.ErrState, p.socket.base().typ)
	}
	return nil
}

// obey carries out the commands that s receives.
func (c *ProxyControl) obey(ctx context.Context, s Socket) {
	from := s.(commander)
	to, _ := s.(answerer)
	var m zmq.Message
	for from.RecvInto(ctx, &m) == nil {
		answer := [][]byte{nil}
		known := to != nil && s.base().typ == "REP"
		if m.Len() == 1 {
			switch string(m.Frame(0)) {
			case "PAUSE":
				c.tell(proxyPauses)
			case "RESUME":
				c.Resume()
			case "TERMINATE":
				c.Terminate()
			case "STATISTICS":
				answer = c.Statistics().frames()
				known = to != nil
			}
		}
		if known {
			if err := to.SendBytes(ctx, answer...); err != nil && errors.Is(err, zmq.ErrClosed) {
				return
			}
		}
	}
}

// frames returns the statistics as libzmq sends them.
func (s ProxyStats) frames() (frames [][]byte) {
	for _, c := range []ProxyCount{s.Front.Received, s.Front.Sent, s.Back.Received, s.Back.Sent} {
		for _, n := range []int64{c.Frames, c.Bytes} {
			frames = append(frames, binary.NativeEndian.AppendUint64(nil, uint64(n)))
		}
	}
	return frames
}
