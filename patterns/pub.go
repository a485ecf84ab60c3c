package patterns

// A Pub sends each message to those of its subscribers, SUB and XSUB, that are
// subscribed to a prefix of its first frame (29/PUBSUB). It never waits for
// one: "SHALL silently drop the message if the queue for a subscriber is full",
// unless [NoDrop] is on. Stats counts what was dropped.
//
// Subscriptions take effect when they arrive, without any call.
type Pub struct {
	socket
	sender
	publisher
}

// NewPub returns a PUB socket.
func NewPub(opts ...PubOption) (*Pub, error) {
	s := new(Pub)
	cfg := defaults()
	for _, o := range opts {
		o.applyPub(&cfg)
	}
	s.sender.init(&s.socket, s)
	s.publisher.init(&s.socket)
	if err := s.socket.init("PUB", &cfg, &s.publisher); err != nil {
		return nil, err
	}
	return s, nil
}

// Topics returns the number of distinct topics that subscribers have asked for
// (ZMQ_TOPICS_COUNT).
func (s *Pub) Topics() int { return s.topicCount() }
