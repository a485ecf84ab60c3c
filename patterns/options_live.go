package patterns

import (
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/mailbox"
)

// SetSendHWM changes [SendHWM], of queues that are there as well. If a queue
// holds more than the new mark, it is full until it has drained below it;
// nothing is dropped. The error is an [*OptionError] or [zmq.ErrClosed], in an
// [*zmq.OpError].
func (x *sender) SetSendHWM(messages int) error {
	s := x.sock
	return s.set("SendHWM", messages, func() {
		s.cfg.sendHWM = messages
		for p := range s.pipes {
			p.limitOut()
		}
	})
}

// SetRecvHWM changes [RecvHWM], of queues that are there as well, in the way of
// SetSendHWM.
func (x *receiver) SetRecvHWM(messages int) error {
	s := x.sock
	return s.set("RecvHWM", messages, func() {
		s.cfg.recvHWM = messages
		for p := range s.pipes {
			switch {
			case p.port != nil && p.newest == nil:
				p.port.SetRecvHWM(messages)
			case p.joined:
				p.tellHWM()
			}
		}
	})
}

// SetSendHWM changes [SendHWM], of queues that are there as well.
func (s *Req) SetSendHWM(messages int) error { return s.out.SetSendHWM(messages) }

// SetRecvHWM changes [RecvHWM], of queues that are there as well.
func (s *Req) SetRecvHWM(messages int) error { return s.in.SetRecvHWM(messages) }

// SetSendHWM changes [SendHWM], of queues that are there as well.
func (s *Rep) SetSendHWM(messages int) error { return s.out.SetSendHWM(messages) }

// SetRecvHWM changes [RecvHWM], of queues that are there as well.
func (s *Rep) SetRecvHWM(messages int) error { return s.in.SetRecvHWM(messages) }

// SetLinger changes [Linger], for endpoints that are unbound or disconnected
// from now on and for Close, but a Close that has begun.
func (s *socket) SetLinger(d time.Duration) {
	s.turn.Lock()
	defer s.turn.Unlock()
	s.cfg.linger = d
}

func (s *socket) lingerTime() time.Duration {
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.cfg.linger
}

// SetMetadata changes [Metadata], or adds to it, for the peers whose connections are made
// from now on. The error is an [*OptionError] or [zmq.ErrClosed], in an [*zmq.OpError]; nothing is
// changed then.
func (s *socket) SetMetadata(name, value string) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	next := config{metadata: s.cfg.metadata}
	Metadata(name, value).set(&next)
	switch {
	case next.err != nil:
		return s.fail("set", "", next.err)
	case s.closed:
		return s.fail("set", "", zmq.ErrClosed)
	}
	s.cfg.metadata = next.metadata
	s.connecting, s.accepting = nil, nil // connections that are there keep theirs
	return nil
}

// set changes a high-water mark by do, in the turn.
func (s *socket) set(option string, messages int, do func()) error {
	var check config
	check.checkHWM(option, messages)
	if check.err != nil {
		return s.fail("set", "", check.err)
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.closed {
		return s.fail("set", "", zmq.ErrClosed)
	}
	do()
	return nil
}

// limitOut sets the high-water mark of what goes out, by what is known of both
// ends. In the turn.
func (p *pipe) limitOut() {
	if p.boundless {
		return
	}
	hwm, bytes := p.sock.cfg.sendHWM, p.sock.cfg.sendHWMBytes
	if p.joined {
		hwm = sumHWM(hwm, p.peerHWM)
		bytes += p.peerBytes // who has no limit in bytes has one in messages
	}
	p.out.SetHWM(hwm)
	p.out.SetByteHWM(bytes)
	if !p.out.Full() {
		p.onWritable() // there may be more room than before
	}
}

// tellHWM tells the mate what the socket's RecvHWM is. In the turn.
func (p *pipe) tellHWM() {
	mate, hwm := p.mate, p.sock.cfg.recvHWM
	mate.sock.turn.Post(&mailbox.Event{Do: func() {
		mate.peerHWM = hwm
		mate.limitOut()
	}})
}
