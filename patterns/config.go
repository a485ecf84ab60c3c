package patterns

import (
	"time"

	"github.com/zeroactor/zmq/engine"
	"github.com/zeroactor/zmq/transport"
)

// Defaults of the socket options: libzmq's, but for the linger.
const (
	defaultHWM              = 1000
	defaultReconnect        = 100 * time.Millisecond
	defaultHandshakeTimeout = 30 * time.Second

	// defaultLinger is long enough for everything that moves: a close that
	// has not handed its messages over by then has a peer that is absent or
	// does not read. libzmq waits for ever there, which is its users' most
	// frequent complaint; 0 would lose what was sent just before the close.
	defaultLinger = 30 * time.Second
)

// Defaults of the limits on what a peer may make a socket keep. libzmq has none:
// they are out of the way of everything that its users are known to do, and a
// peer that means harm gets no further than what a program may be given.
const (
	defaultMaxFrames     = 1 << 20
	defaultMaxTopics     = 1 << 22
	defaultMaxTopicBytes = 1 << 30
)

// config holds the values of all options of a socket.
type config struct {
	context *Context

	sendHWM, recvHWM int // messages; 0 is no limit

	sendHWMBytes, recvHWMBytes int64 // beside them; 0 is no limit

	linger    time.Duration
	routingID []byte
	limits    engine.Limits // of what is received
	immediate bool

	conflateIn, conflateOut bool

	metadata  engine.Properties
	zapDomain string // "" asks no handler

	raw      bool // peers do not speak ZMTP
	internal bool // the program knows nothing of the socket

	handshakeTimeout        time.Duration
	reconnect, reconnectMax time.Duration // base interval; largest one, if larger
	reconnectStop           StopCondition

	heartbeatInterval, heartbeatTimeout, heartbeatTTL time.Duration

	transport transport.Options

	reqrep reqrepConfig
	pubsub pubsubConfig

	err   error           // of the first option that was wrong
	given []func(*config) // options that count more than the context's
}

func defaults() config {
	return config{
		sendHWM:          defaultHWM,
		recvHWM:          defaultHWM,
		linger:           defaultLinger,
		limits:           engine.Limits{MaxMessageSize: -1, MaxMessageFrames: defaultMaxFrames},
		pubsub:           pubsubConfig{maxTopics: defaultMaxTopics, maxTopicBytes: defaultMaxTopicBytes},
		handshakeTimeout: defaultHandshakeTimeout,
		heartbeatTimeout: -1, // the interval
		reconnect:        defaultReconnect,
	}
}

// StopCondition says after what a connecter gives up instead of trying again:
// see [ReconnectStop].
type StopCondition int

// Reasons to give up, which may be combined.
const (
	ReconnectStopRefused         StopCondition = 1 << iota // the peer refused the connection
	ReconnectStopHandshakeFailed                           // the handshake was not completed
	ReconnectStopAfterDisconnect                           // a connection that was complete is lost
)
