package patterns

import "github.com/zeroactor/zmq"

// An XPub is a [Pub] that also receives: the subscriptions of its peers, as
// messages of one frame that is 1 or 0 and the topic, and the messages that
// XSUB peers send, all in the order in which they came. By default it tells of
// the first subscription to a topic and when its last one is cancelled; see
// [XPubVerbose] and [XPubVerboser]. A peer that is lost cancels what it had
// subscribed to.
//
// Subscriptions take effect whether they are received or not. A peer whose
// messages are not received is not read any more once there are too many of
// them ([RecvHWM], and one for each of its subscriptions).
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
	s.publisher.notices = &notices{pub: &s.publisher}
	if err := s.socket.init("XPUB", &cfg, &s.publisher); err != nil {
		return nil, err
	}
	return s, nil
}

// Subscribe subscribes the peer whose subscription or cancellation was received
// last to a topic. If that peer is gone it does nothing. The error is
// [zmq.ErrState] without [XPubManual], and if none was received yet.
func (s *XPub) Subscribe(topic string) error { return s.byHand("subscribe", topic, true) }

// Unsubscribe ends what Subscribe began, in the same way.
func (s *XPub) Unsubscribe(topic string) error { return s.byHand("unsubscribe", topic, false) }

func (s *XPub) byHand(op, topic string, subscribe bool) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	p := s.notices.last
	switch {
	case s.closed:
		return s.fail(op, "", zmq.ErrClosed)
	case !s.cfg.pubsub.manual || p == nil:
		return s.fail(op, "", zmq.ErrState)
	case p.closed:
	case subscribe:
		s.subs.Add([]byte(topic), p)
		if s.cfg.pubsub.lastValue {
			s.only = p
		}
	default:
		s.subs.Remove([]byte(topic), p)
		s.former.Remove([]byte(topic), p)
	}
	s.reconsider()
	return nil
}

// Topics returns the number of distinct topics that peers are subscribed to
// (ZMQ_TOPICS_COUNT).
func (s *XPub) Topics() int { return s.topicCount() }
