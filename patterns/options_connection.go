package patterns

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/engine"
)

// HandshakeTimeout bounds the time from a connection to the end of its
// handshake; a peer that takes longer is disconnected. 0 is no limit, negative
// is refused; the default is 30 seconds. It concerns connections made from then
// on, as all options that say nothing else: options are fixed when the socket is
// made (ZMQ_HANDSHAKE_IVL).
func HandshakeTimeout(d time.Duration) Option {
	return newOption("HandshakeTimeout", func(c *config) {
		c.handshakeTimeout = c.atLeastZero("HandshakeTimeout", d)
	})
}

// HeartbeatInterval sets how often a PING is sent over each connection
// (37/ZMTP, "Connection Heartbeating"). 0, the default, sends none, though
// those of the peer are answered; negative is refused. It concerns peers that
// speak ZMTP 3 (ZMQ_HEARTBEAT_IVL).
func HeartbeatInterval(d time.Duration) Option {
	return newOption("HeartbeatInterval", func(c *config) {
		c.heartbeatInterval = c.atLeastZero("HeartbeatInterval", d)
	})
}

// HeartbeatTimeout sets how long after a PING something must have come from the
// peer, be it the answer or else; otherwise the connection is given up. 0 is no
// limit; negative, the default, is as long as the HeartbeatInterval. It has no
// effect without that (ZMQ_HEARTBEAT_TIMEOUT).
func HeartbeatTimeout(d time.Duration) Option {
	return newOption("HeartbeatTimeout", func(c *config) { c.heartbeatTimeout = d })
}

// HeartbeatTTL sets the time after which the peer, which is told of it by each
// PING, is to give the connection up if it hears nothing more. It is rounded
// down to tenths of a second, and is at most 6553.5 seconds; 0, the default,
// tells the peer of none, negative is refused. It has no effect without
// [HeartbeatInterval] (ZMQ_HEARTBEAT_TTL).
func HeartbeatTTL(d time.Duration) Option {
	return newOption("HeartbeatTTL", func(c *config) {
		if d < 0 || d > engine.MaxTTL {
			c.refuse("HeartbeatTTL", d, "0 to "+time.Duration(engine.MaxTTL).String())
		}
		c.heartbeatTTL = d
	})
}

// ReconnectInterval sets how long to wait before an attempt to connect is
// repeated, or a connection that was lost is made again. A random time of up to
// as much comes on top, so that many peers do not come all at once. 0 and
// negative do not reconnect: the endpoint is forgotten. The default is 100 ms
// (ZMQ_RECONNECT_IVL).
func ReconnectInterval(d time.Duration) Option {
	return newOption("ReconnectInterval", func(c *config) { c.reconnect = d })
}

// ReconnectIntervalMax makes the waits between attempts grow: each is twice the
// one before, up to this, and varied by up to a quarter by chance. They begin
// with [ReconnectInterval] again after a connection that has lasted. 0, the
// default, or anything up to the ReconnectInterval, keeps them as they are;
// negative is refused (ZMQ_RECONNECT_IVL_MAX).
func ReconnectIntervalMax(d time.Duration) Option {
	return newOption("ReconnectIntervalMax", func(c *config) {
		c.reconnectMax = c.atLeastZero("ReconnectIntervalMax", d)
	})
}

// ReconnectStop sets after what an endpoint is given up instead of connected to
// again: a sum of conditions. 0, the default, is none; that a peer broke the
// protocol, or has refused us, always is a reason (ZMQ_RECONNECT_STOP).
func ReconnectStop(conditions StopCondition) Option {
	return newOption("ReconnectStop", func(c *config) {
		const all = ReconnectStopRefused | ReconnectStopHandshakeFailed | ReconnectStopAfterDisconnect
		if conditions&^all != 0 {
			c.refuse("ReconnectStop", int(conditions), "a sum of 1, 2 and 4")
		}
		c.reconnectStop = conditions
	})
}

const (
	// maxMetadata is how many bytes the names and values of a socket's own
	// properties may have together. It leaves room in what a peer takes for
	// those that each socket has, and for lengths.
	maxMetadata = engine.MaxMetadata / 2

	// maxProperties is how many properties of its own a socket may have.
	maxProperties = 200
)

// Metadata adds a property to what the socket tells each peer in the handshake;
// peers find it among those of [zmq.Peer]. The name begins with "X-", has up to
// 255 letters, digits and characters of "-_.+", and is compared without regard
// to case. Given twice, the later value counts. A socket may have 200 properties,
// of 32 KiB together. It concerns peers that speak ZMTP 3, not inproc
// (ZMQ_METADATA).
func Metadata(name, value string) Option {
	return newOption("Metadata", func(c *config) {
		if !isPropertyName(name) {
			c.refuse("Metadata", name, `a name of "X-" and up to 253 of letters, digits and -_.+`)
			return
		}
		all := slices.DeleteFunc(slices.Clone(c.metadata), func(p zmq.Property) bool {
			return strings.EqualFold(p.Name, name)
		})
		all = append(all, zmq.Property{Name: name, Value: []byte(value)})
		size := 0
		for _, p := range all {
			size += len(p.Name) + len(p.Value)
		}
		if size > maxMetadata || len(all) > maxProperties {
			c.refuse("Metadata", name, "among 200 properties of 32 KiB")
			return
		}
		c.metadata = all
	})
}

// isPropertyName checks the name of a property of the application. "name =
// OCTET 1*255name-char, name-char = ALPHA | DIGIT | "-" | "_" | "." | "+"".
// https://rfc.zeromq.org/spec/37/#the-null-security-mechanism
func isPropertyName(name string) bool {
	const prefix = "X-"
	if len(name) <= len(prefix) || len(name) > 255 || !strings.EqualFold(name[:2], prefix) {
		return false
	}
	for _, b := range []byte(name) {
		letter := b|0x20 >= 'a' && b|0x20 <= 'z'
		digit := b >= '0' && b <= '9'
		if !letter && !digit && !bytes.ContainsRune([]byte("-_.+"), rune(b)) {
			return false
		}
	}
	return true
}
