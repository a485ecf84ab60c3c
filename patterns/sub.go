package patterns

// A Sub receives from its publishers, PUB and XPUB, the messages whose first
// frame begins with a prefix that it is subscribed to (29/PUBSUB). At first it
// is subscribed to nothing.
//
// It does not linger by default: subscriptions that nobody got are of no use.
type Sub struct {
	socket
	receiver
	subscriber
}

// NewSub returns a SUB socket.
func NewSub(opts ...SubOption) (*Sub, error) {
	s := new(Sub)
	cfg := defaults()
	cfg.linger = 0
	for _, o := range opts {
		o.applySub(&cfg)
	}
	s.receiver.init(&s.socket, s)
	s.subscriber.init(&s.socket, true)
	for _, topic := range cfg.pubsub.topics {
		s.topics.Add(topic)
	}
	if err := s.socket.init("SUB", &cfg, &s.subscriber); err != nil {
		return nil, err
	}
	return s, nil
}

// Subscribe adds a subscription to all messages whose first frame begins with
// prefix; an empty one is to all. Subscriptions to the same prefix are counted:
// it takes as many Unsubscribes to end them. It never waits, and none is lost,
// however many there are. Publishers filter by it once they have got it. The
// error is [zmq.ErrClosed], or [zmq.ErrTooLarge] if the prefix is too long for a
// command: almost 1 MiB is allowed.
func (s *Sub) Subscribe(prefix string) error {
	return s.subscribe("subscribe", subscribeOctet, prefix)
}

// Unsubscribe takes one subscription to prefix away. If there is none it does
// nothing.
func (s *Sub) Unsubscribe(prefix string) error {
	return s.subscribe("unsubscribe", cancelOctet, prefix)
}

// Topics returns the number of distinct topics that it is subscribed to
// (ZMQ_TOPICS_COUNT).
func (s *Sub) Topics() int { return s.topicCount() }
