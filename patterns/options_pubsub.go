package patterns

import "bytes"

// The options of the publish-subscribe sockets. What a type does not take does
// not compile.
type (
	PubOption  interface{ applyPub(*config) }
	SubOption  interface{ applySub(*config) }
	XPubOption interface{ applyXPub(*config) }
	XSubOption interface{ applyXSub(*config) }
)

func (o Option) applyPub(c *config)  { o.fn(c) }
func (o Option) applySub(c *config)  { o.fn(c) }
func (o Option) applyXPub(c *config) { o.fn(c) }
func (o Option) applyXSub(c *config) { o.fn(c) }

func (o SendOption) applyPub(c *config)  { o.applyPush(c) }
func (o SendOption) applyXPub(c *config) { o.applyPush(c) }
func (o SendOption) applyXSub(c *config) { o.applyPush(c) }

func (o RecvOption) applySub(c *config)  { o.applyPull(c) }
func (o RecvOption) applyXPub(c *config) { o.applyPull(c) }
func (o RecvOption) applyXSub(c *config) { o.applyPull(c) }

// pubsubConfig has the options that only sockets of this family know.
type pubsubConfig struct {
	verbose, verboser bool     // XPUB: notify of repeated subscriptions, and cancellations
	manual, lastValue bool     // XPUB
	noDrop            bool     // PUB, XPUB
	invert            bool     // PUB, XPUB, SUB
	welcome           []byte   // PUB, XPUB; nil if there is none
	verboseCancel     bool     // XSUB: forward repeated cancellations
	onlyFirst         bool     // XPUB, XSUB: of a message's frames only the first may be a subscription
	topics            [][]byte // SUB: subscribed from the start
	maxTopics         int      // PUB, XPUB: of one peer
	maxTopicBytes     int64    // PUB, XPUB: in the topics of one peer
}

// A PublishOption applies to PUB and XPUB.
type PublishOption struct{ fn func(*pubsubConfig) }

func (o PublishOption) applyPub(c *config)  { o.fn(&c.pubsub) }
func (o PublishOption) applyXPub(c *config) { o.fn(&c.pubsub) }

// A MatchOption applies to the sockets that match subscriptions.
type MatchOption struct{ fn func(*pubsubConfig) }

func (o MatchOption) applyPub(c *config)  { o.fn(&c.pubsub) }
func (o MatchOption) applyXPub(c *config) { o.fn(&c.pubsub) }
func (o MatchOption) applySub(c *config)  { o.fn(&c.pubsub) }

// A ForwardOption applies to XPUB and XSUB.
type ForwardOption struct{ fn func(*pubsubConfig) }

func (o ForwardOption) applyXPub(c *config) { o.fn(&c.pubsub) }
func (o ForwardOption) applyXSub(c *config) { o.fn(&c.pubsub) }

// Options of one type each.
type (
	xpubOnly func(*pubsubConfig)
	xsubOnly func(*pubsubConfig)
	subOnly  func(*pubsubConfig)
)

func (f xpubOnly) applyXPub(c *config) { f(&c.pubsub) }
func (f xsubOnly) applyXSub(c *config) { f(&c.pubsub) }
func (f subOnly) applySub(c *config)   { f(&c.pubsub) }

// Subscribe makes a SUB take messages whose first frame begins with prefix from
// the start, so that none is missed between its making and the first call of
// [Sub.Subscribe]. An empty prefix takes everything. It may be given several
// times (ZMQ_SUBSCRIBE).
func Subscribe(prefix string) SubOption {
	return subOnly(func(c *pubsubConfig) { c.topics = append(c.topics, []byte(prefix)) })
}

// NoDrop makes Send wait while the queue of any subscriber that is to get the
// message is full; then nobody gets it yet. By default those whose queue is full
// miss the message, which is counted in Stats (ZMQ_XPUB_NODROP).
func NoDrop(on bool) PublishOption {
	return PublishOption{func(c *pubsubConfig) { c.noDrop = on }}
}

// WelcomeMessage is sent over each new connection before anything else, whether
// the peer has subscribed to it or not. A SUB gives it to its user only if it
// is subscribed to a prefix of it. An empty one is none
// (ZMQ_XPUB_WELCOME_MSG).
func WelcomeMessage(body []byte) PublishOption {
	body = bytes.Clone(body)
	return PublishOption{func(c *pubsubConfig) { c.welcome = body }}
}

// InvertMatching turns matching round: a PUB or XPUB sends each message to the
// peers without a subscription that matches it, and a SUB takes the messages
// that none of its subscriptions matches. If a PUB has it, its SUBs must have
// it too; an XSUB does not match (ZMQ_INVERT_MATCHING).
func InvertMatching(on bool) MatchOption {
	return MatchOption{func(c *pubsubConfig) { c.invert = on }}
}

// XPubVerbose makes an XPUB tell of each subscription; by default it tells of
// the first one to each topic (ZMQ_XPUB_VERBOSE).
func XPubVerbose(on bool) XPubOption {
	return xpubOnly(func(c *pubsubConfig) { c.verbose, c.verboser = on, false })
}

// XPubVerboser makes an XPUB tell of each subscription and each cancellation;
// by default it tells of the first one to a topic, and when its last one is
// cancelled (ZMQ_XPUB_VERBOSER).
func XPubVerboser(on bool) XPubOption {
	return xpubOnly(func(c *pubsubConfig) { c.verbose, c.verboser = on, on })
}

// XPubManual leaves it to the program what a subscriber is subscribed to: every
// subscription and cancellation is given to Recv, and takes no effect but by
// [XPub.Subscribe] and [XPub.Unsubscribe] (ZMQ_XPUB_MANUAL).
func XPubManual(on bool) XPubOption {
	return xpubOnly(func(c *pubsubConfig) { c.manual = on })
}

// XPubManualLastValue is [XPubManual], and makes the message that is sent next
// after an [XPub.Subscribe] go to that subscriber alone, if it matches, as a
// cache of last values wants it (ZMQ_XPUB_MANUAL_LAST_VALUE).
func XPubManualLastValue(on bool) XPubOption {
	return xpubOnly(func(c *pubsubConfig) { c.manual, c.lastValue = on, on })
}

// XSubVerboseUnsubscribe makes an XSUB forward each cancellation, even of what
// it is not subscribed to; by default it forwards the one with which a topic has
// no subscription left (ZMQ_XSUB_VERBOSE_UNSUBSCRIBE).
func XSubVerboseUnsubscribe(on bool) XSubOption {
	return xsubOnly(func(c *pubsubConfig) { c.verboseCancel = on })
}

// OnlyFirstSubscribe makes only the first frame of a message a subscription, or
// the cancellation of one, if it begins with 1 or 0; the rest of the message is
// passed on, whatever is in it. By default each frame that begins so is one, as
// in libzmq, which is a trap for messages with binary frames between XSUB and
// XPUB; both then need this option (ZMQ_ONLY_FIRST_SUBSCRIBE, as documented:
// libzmq itself reads on after a first frame that is a subscription).
func OnlyFirstSubscribe(on bool) ForwardOption {
	return ForwardOption{func(c *pubsubConfig) { c.onlyFirst = on }}
}
