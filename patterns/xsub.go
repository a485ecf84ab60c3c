package patterns

// An XSub receives from its publishers whatever they send it: it tells them its
// subscriptions, but does not filter itself. It also sends: a frame that begins
// with 1 or 0 is a subscription to what follows, or the end of one, as an [XPub]
// gives them; so a proxy has only to forward. Other frames go, as one message, to
// all publishers, of which XPUBs give them to their users. It never waits for
// one: "SHALL silently drop the message if the outgoing queue for a publisher is
// full" (29/PUBSUB), which Stats counts.
//
// A message to publishers must not have frames that begin with 1 or 0; see
// [OnlyFirstSubscribe]. It does not linger by default.
type XSub struct {
	socket
	sender
	receiver
	subscriber
}

// NewXSub returns an XSUB socket.
func NewXSub(opts ...XSubOption) (*XSub, error) {
	s := new(XSub)
	cfg := defaults()
	cfg.linger = 0
	for _, o := range opts {
		o.applyXSub(&cfg)
	}
	s.sender.init(&s.socket, s)
	s.receiver.init(&s.socket, s)
	s.subscriber.init(&s.socket, false)
	if err := s.socket.init("XSUB", &cfg, &s.subscriber); err != nil {
		return nil, err
	}
	return s, nil
}

// Subscribe adds a subscription to a prefix, as [Sub.Subscribe] does.
func (s *XSub) Subscribe(prefix string) error {
	return s.subscribe("subscribe", subscribeOctet, prefix)
}

// Unsubscribe takes one subscription to prefix away.
func (s *XSub) Unsubscribe(prefix string) error {
	return s.subscribe("unsubscribe", cancelOctet, prefix)
}

// Topics returns the number of distinct topics that it is subscribed to
// (ZMQ_TOPICS_COUNT).
func (s *XSub) Topics() int { return s.topicCount() }
