package patterns

import "github.com/zeroactor/zmq"

// An XPub is a [Pub] that also receives: the subscriptions of its peers, as
// messages of one frame that is 1 or 0 and the topic, and the messages that
// XSUB peers send. By default it tells of the first subscription to a topic and
// when its last one is cancelled; see [XPubVerbose] and [XPubVerboser].
type XPub struct {
	socket
	sender
	receiver
	publisher
}

// NewXPub returns an XPUB socket.
func NewXPub(opts ...XPubOption) (*XPub, error) {
	s := new(XPub)
	cfg := defaults()
	for _, o := range opts {
		o.applyXPub(&cfg)
	}
	s.sender.init(&s.socket, s)
	s.receiver.init(&s.socket, s)
	s.publisher.init(&s.socket)
	s.publisher.notices = newNotices(&s.publisher)
	if err := s.socket.init("XPUB", &cfg, &s.publisher); err != nil {
		return nil, err
	}
	return s, nil
}

// Subscribe subscribes the peer whose subscription or cancellation was received
// last to a topic. It needs [XPubManual], without which the error is
// [zmq.ErrState]. If that peer is gone it does nothing.
func (s *XPub) Subscribe(topic string) error { return s.byHand("subscribe", topic, s.apply) }

// Unsubscribe ends what Subscribe began.
func (s *XPub) Unsubscribe(topic string) error { return s.byHand("unsubscribe", topic, s.revoke) }

func (s *XPub) byHand(op, topic string, do func(*pipe, []byte)) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	switch {
	case s.closed:
		return s.fail(op, "", zmq.ErrClosed)
	case !s.cfg.pubsub.manual:
		return s.fail(op, "", zmq.ErrState)
	}
	if p := s.notices.last; p != nil {
		do(p, []byte(topic))
	}
	return nil
}
