package patterns

// A Dealer sends messages to its peers in turn, and receives from them in turn
// (28/REQREP). Its peers are REP, ROUTER and DEALER. It changes no message: to
// talk to a REP, it is the program that puts an empty frame before its request,
// and finds one before the reply.
//
// Send waits while no peer can take a message; none is dropped.
type Dealer struct {
	socket
	sender
	receiver
	lb loadBalancer
	fq fairQueue
}

// NewDealer returns a DEALER socket.
func NewDealer(opts ...DealerOption) (*Dealer, error) {
	s := new(Dealer)
	cfg := defaults()
	for _, o := range opts {
		o.applyDealer(&cfg)
	}
	s.sender.init(&s.socket, &s.lb)
	s.receiver.init(&s.socket, &s.fq)
	if err := s.socket.init("DEALER", &cfg, s); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Dealer) attach(p *pipe) error {
	s.lb.add(p)
	s.fq.attach(p)
	if s.cfg.reqrep.probe {
		p.probe()
	}
	return nil
}

func (s *Dealer) connected(p *pipe) {
	if s.cfg.reqrep.probe {
		p.probeAgain()
	}
}

func (s *Dealer) detach(p *pipe)     { s.lb.remove(p) }
func (s *Dealer) readable(p *pipe)   { s.fq.add(p) }
func (s *Dealer) writable(p *pipe)   { s.lb.add(p) }
func (s *Dealer) disconnected(*pipe) {}
