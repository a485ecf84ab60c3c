package patterns

// The options of this file bound what a peer can make a socket keep. They
// concern networks, not inproc. A peer that goes over one of them is
// disconnected, and not connected to again; the [Disconnected] event has a
// [*zmq.LimitError] that names the option.

// MaxMessageSize sets how large a frame received from a peer may be, in bytes.
// A peer that sends a larger one is disconnected, and not connected to again.
// Negative, the default, is no limit; 0 allows empty frames only
// (ZMQ_MAXMSGSIZE, which means frames as well).
func MaxMessageSize(bytes int64) Option {
	return newOption("MaxMessageSize", func(c *config) { c.limits.MaxMessageSize = bytes })
}

// MaxMessageFrames sets how many frames a message received from a peer may
// have. Until a message is whole it is kept outside the high-water marks. 0 and
// negative are no limit; the default is 1,048,576. libzmq has no such limit.
func MaxMessageFrames(frames int) Option {
	return newOption("MaxMessageFrames", func(c *config) { c.limits.MaxMessageFrames = int64(frames) })
}

// MaxMessageBytes sets how large a message received from a peer may be, all its
// frames together, in bytes. 0 and negative are no limit; the default is 0, as
// one frame alone has none ([MaxMessageSize]). libzmq has no such limit.
func MaxMessageBytes(bytes int64) Option {
	return newOption("MaxMessageBytes", func(c *config) { c.limits.MaxMessageBytes = bytes })
}

// MaxSubscriptions sets how many topics one peer may be subscribed to at a time.
// 0 and negative are no limit; the default is 4,194,304. libzmq has no such
// limit.
func MaxSubscriptions(topics int) PublishOption {
	return PublishOption{func(c *pubsubConfig) { c.maxTopics = topics }}
}

// MaxSubscriptionBytes sets how large the topics that one peer is subscribed to
// may be, all together, in bytes; what the socket keeps for each comes on top,
// some fifty bytes. 0 and negative are no limit; the default is 1 GiB. libzmq
// has no such limit.
func MaxSubscriptionBytes(bytes int64) PublishOption {
	return PublishOption{func(c *pubsubConfig) { c.maxTopicBytes = bytes }}
}
