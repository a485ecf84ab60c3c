package engine

import "sync"

// handshakeRead is how many bytes a read takes at most during a handshake: a greeting, or
// what most peers say of themselves behind it.
const handshakeRead = 64

// mostSpare is how many handshakes that are over are kept for the next ones. Of
// thousands at once the rest is garbage: to keep them all would be to keep the memory of
// the worst moment.
const mostSpare = 64

// An exchange is all that a connection needs for its handshake, and not longer. Of what the
// handshake has found out nothing refers to it.
type exchange struct {
	Handshake
	buf [handshakeRead]byte // to read to
}

// Spare is memory of handshakes that are over, for those of the next connections: of 64 at
// most. The zero value has none. It may be shared by any connections at once.
type Spare struct {
	mu   sync.Mutex
	list []*exchange
}

// take returns an exchange at its start. s may be nil.
func (s *Spare) take(cfg HandshakeConfig) *exchange {
	x := s.pop()
	if x == nil {
		x = new(exchange)
	}
	x.start(cfg)
	return x
}

func (s *Spare) pop() *exchange {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.list)
	if n == 0 {
		return nil
	}
	x := s.list[n-1]
	s.list = s.list[:n-1]
	return x
}

// give ends the use of x. A mechanism that is not ours may refer to it for longer.
func (s *Spare) give(x *exchange) {
	if s == nil || x.cfg.Mechanism != nil {
		return
	}
	*x = exchange{}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) < mostSpare {
		s.list = append(s.list, x)
	}
}
