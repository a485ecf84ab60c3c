package patterns

import (
	"fmt"
	"slices"

	"github.com/zeroactor/zmq"
)

// A Pair exchanges messages with one peer, another PAIR (31/EXPAIR). While it
// has one, others are refused: their connection is closed, and a Connect fails
// with [zmq.ErrState]. A connection that Connect keeps up counts as a peer
// also while it is interrupted; one that was accepted makes room for the next
// as soon as it is lost. What the lost peer had sent can still be read, and
// comes before what the next one sends.
//
// Send waits while there is no peer, or the peer's queue is full.
type Pair struct {
	socket
	sender
	receiver
	blockage
	peer *pipe   // takes what is sent; nil if there is none
	from []*pipe // to read from, in order; all but the last are closed
}

// errSecondPeer refuses a peer.
var errSecondPeer = fmt.Errorf("%w: PAIR has a peer already", zmq.ErrState)

// NewPair returns a PAIR socket.
func NewPair(opts ...PairOption) (*Pair, error) {
	s := new(Pair)
	cfg := defaults()
	for _, o := range opts {
		o.applyPair(&cfg)
	}
	s.sender.init(&s.socket, s)
	s.receiver.init(&s.socket, s)
	if err := s.socket.init("PAIR", &cfg, s); err != nil {
		return nil, err
	}
	return s, nil
}

// attach accepts a peer if there is none: "MAY be connected to at most one PAIR
// peers" (31/EXPAIR).
func (s *Pair) attach(p *pipe) error {
	if s.peer != nil {
		return errSecondPeer
	}
	s.peer = p
	p.queued = true
	s.from = append(s.from, p)
	return nil
}

func (s *Pair) detach(p *pipe) {
	if s.peer == p {
		s.peer = nil
	}
	if p.newest == nil && p.in.Drained() { // or else it is removed when it is read
		p.queued = false
		s.from = slices.DeleteFunc(s.from, func(x *pipe) bool { return x == p })
	}
}

func (s *Pair) put(o outgoing) error {
	p := s.peer
	if p == nil {
		return errWait
	}
	if !p.hasRoom() {
		s.found(p)
		return errWait
	}
	s.clear()
	p.send(o, 0)
	return nil
}

func (s *Pair) take(m *zmq.Message) error {
	for len(s.from) > 0 {
		p := s.from[0]
		if p.queued {
			if flags, body, ok := p.in.Next(); ok {
				p.reuse(m)
				p.rest(m, flags, body)
				return nil
			}
			p.queued = false
			p.asleep()
		}
		if !p.closed {
			break
		}
		s.from[0] = nil
		s.from = s.from[1:]
	}
	return errWait
}

func (s *Pair) readable(p *pipe)   { p.queued = true }
func (s *Pair) writable(*pipe)     { s.clear() }
func (s *Pair) connected(*pipe)    {}
func (s *Pair) disconnected(*pipe) {}
