package patterns

// A Push sends messages to its PULL peers in turn (30/PIPELINE). It never drops
// a message: Send waits while no peer can take it.
type Push struct {
	socket
	sender
	lb loadBalancer
}

// NewPush returns a PUSH socket.
func NewPush(opts ...PushOption) (*Push, error) {
	s := new(Push)
	cfg := defaults()
	for _, o := range opts {
		o.applyPush(&cfg)
	}
	s.sender.init(&s.socket, &s.lb)
	if err := s.socket.init("PUSH", &cfg, s); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Push) attach(p *pipe) error { s.lb.add(p); drop(p); return nil }
func (s *Push) detach(p *pipe)       { s.lb.remove(p) }
func (s *Push) writable(p *pipe)     { s.lb.add(p) }
func (s *Push) readable(p *pipe)     { drop(p) }
func (s *Push) connected(*pipe)      {}
func (s *Push) disconnected(*pipe)   {}

// drop takes everything from a pipe whose peer has no business to send.
func drop(p *pipe) {
	for ok := true; ok; {
		_, _, ok = p.in.Next()
	}
	p.asleep()
}
