package patterns

// A Pull receives messages from its PUSH peers in turn (30/PIPELINE).
type Pull struct {
	socket
	receiver
	fq fairQueue
}

// NewPull returns a PULL socket.
func NewPull(opts ...PullOption) (*Pull, error) {
	s := new(Pull)
	cfg := defaults()
	for _, o := range opts {
		o.applyPull(&cfg)
	}
	s.receiver.init(&s.socket, &s.fq)
	if err := s.socket.init("PULL", &cfg, s); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Pull) attach(p *pipe) error { s.fq.attach(p); return nil }
func (s *Pull) detach(*pipe)         {}
func (s *Pull) readable(p *pipe)     { s.fq.add(p) }
func (s *Pull) writable(*pipe)       {}
func (s *Pull) connected(*pipe)      {}
func (s *Pull) disconnected(*pipe)   {}
