package engine

// A Transform turns the frames of a log, which are those of ZMTP 3.1, into what
// the wire of one connection carries, and back. It is there where the two
// differ: older peers, encryption, other framings.
//
// Encode and Decode may be called by two goroutines at once, one for each.
type Transform interface {
	// Encode appends to dst what is to be sent for a frame: flags, without
	// [FlagLong], and the body as they are in the log. It may append nothing,
	// if the peer has no use for the frame. Neither dst nor body is kept.
	// After an error the connection is of no use.
	Encode(dst []byte, flags byte, body []byte) ([]byte, error)

	// Decode reads one frame from the start of src, all that has been received
	// and was not taken by a call before. It returns flags, without
	// [FlagLong], and body as they belong into the log; body may lie in src.
	// n is the number of bytes taken, or 0 if src ends before the frame does.
	//
	// A frame that is too large is refused as soon as its size is known, with
	// an error that is [zmq.ErrTooLarge]; anything else that is wrong is a
	// [*zmq.ProtocolError]. After an error the connection is of no use.
	Decode(src []byte) (flags byte, body []byte, n int, err error)
}

// TransformFor returns what the frames exchanged with peer have to go through,
// or nil if the log's bytes can go and come as they are. It is for connections
// in clear; [Handshake.Transform] is for all.
//
// subscribes says that the log may hold commands of the socket's: SUBSCRIBE and
// CANCEL of SUB and XSUB. maxFrame bounds the body of a received frame, in
// bytes; negative is no limit. Without a transform it is for the caller to
// check.
func TransformFor(peer PeerInfo, subscribes bool, maxFrame int64) Transform {
	switch {
	case peer.Major < 2:
		return v1Framing{max: maxFrame}
	case subscribes && (peer.Major < 3 || peer.Major == 3 && peer.Minor < 1):
		return legacySubscriptions{max: maxFrame, commands: peer.Major >= 3}
	}
	return nil
}

// First octets of the messages that were subscriptions before ZMTP 3.1.
// https://rfc.zeromq.org/spec/23/#the-publish-subscribe-pattern
const (
	legacyCancel    = 0
	legacySubscribe = 1
)

// legacySubscription returns what a SUBSCRIBE or CANCEL command is in the
// versions before 3.1: a message of one frame, whose body is prefix and topic.
// ok is false for other commands.
func legacySubscription(body []byte) (prefix byte, topic []byte, ok bool) {
	c, _ := ConsumeCommand(body)
	switch c.Kind {
	case CommandSubscribe:
		return legacySubscribe, c.Data, true
	case CommandCancel:
		return legacyCancel, c.Data, true
	}
	return 0, nil, false
}

// legacySubscriptions is the transform for peers that have the log's framing
// but take subscriptions as messages: ZMTP 2.0 and 3.0. What such a peer sends
// needs no change: its subscriptions are messages to the socket as well.
type legacySubscriptions struct {
	max      int64
	commands bool // the peer knows command frames
}

func (t legacySubscriptions) Encode(dst []byte, flags byte, body []byte) ([]byte, error) {
	if flags&FlagCommand == 0 {
		return AppendFrame(dst, flags, body), nil
	}
	prefix, topic, ok := legacySubscription(body)
	if !ok {
		if t.commands {
			dst = AppendFrame(dst, flags, body)
		}
		return dst, nil
	}
	// "subscribe = %x00 short-size %d1 subscription". A topic of 255 bytes
	// makes a body of 256, which needs the long form, although the grammar has
	// no word for it: so the header is made for the whole of it. (libzmq sets
	// LONG by the topic alone, and the peer loses the frames' bounds.)
	// https://rfc.zeromq.org/spec/23/#the-publish-subscribe-pattern
	dst = append(AppendHeader(dst, 0, 1+len(topic)), prefix)
	return append(dst, topic...), nil
}

func (t legacySubscriptions) Decode(src []byte) (flags byte, body []byte, n int, err error) {
	return ConsumeFrame(src, t.max)
}
