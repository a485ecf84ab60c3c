package proptest

import (
	"testing"
)

// The names of the properties that have checks of their own.
const (
	FairQueueing   = "fair queueing"
	LoadBalancing  = "load balancing"
	ExactHWM       = "exact high-water mark"
	Cancellation   = "cancellation"
	SlowReader     = "close with a slow reader"
	KeepsQueued    = "reconnecting keeps what is queued"
	LastValue      = "conflate"
	InvisibleProxy = "invisible proxy"
	HeartbeatBound = "heartbeat"
	Handover       = "identity handover"
	Baseline       = "memory baseline"
	ByteStream     = "byte stream"
	OnePeer        = "one peer"
	WholeMessages  = "whole messages over resets"
)

// A Property is something that is promised, and how it is checked.
type Property struct {
	Name    string
	Sockets string // the types that it is checked of
	Promise string // the sentence, and where it stands
	Check   func(t *testing.T, m Medium)
}

// Properties returns all that have checks of their own, which are about bounds
// and times; [Run] checks them beside playing histories. Where a medium has not
// what a property is about, as inproc no connection that could be lost, the check
// does nothing.
func Properties() []Property {
	return []Property{
		{FairQueueing, "PULL, DEALER, ROUTER, REP, SUB, XSUB", "SHALL receive incoming messages from its peers using a fair-queuing strategy. (28/REQREP, 30/PIPELINE)", checkFairQueueing},
		{LoadBalancing, "PUSH, DEALER, REQ", "SHALL distribute outgoing messages using a round-robin strategy. (28/REQREP, 30/PIPELINE)", checkLoadBalancing},
		{ExactHWM, "PUSH, PAIR, DEALER, ROUTER", "How many messages may be queued for each peer before the socket waits, or drops. Over inproc the peer's RecvHWM is added. (patterns.SendHWM)", checkExactHWM},
		{Cancellation, "PUSH, PULL, REQ", "An operation that may wait takes a context; its error is the context's cause. A Send that fails leaves the message as it was. (patterns)", checkCancellation},
		{SlowReader, "PUSH, PULL", "A program that returns from main after Close has lost nothing. (patterns)", checkSlowReader},
		{KeepsQueued, "PUSH, PULL", "SHALL maintain the queue whether or not the connection is established. (30/PIPELINE)", checkKeepsQueued},
		{LastValue, "PULL", "Conflate makes the socket keep only the newest message of each queue. (patterns.Conflate)", checkLastValue},
		{InvisibleProxy, "XSUB and XPUB, PULL and PUSH", "No message is lost, doubled or reordered. (patterns.Proxy)", checkInvisibleProxy},
		{HeartbeatBound, "PULL, PUSH", "HeartbeatTimeout sets how long after a PING something must have come from the peer; otherwise the connection is given up. (patterns)", checkHeartbeat},
		{Handover, "ROUTER", "RouterHandover makes a ROUTER give the routing id of a connected peer to a newcomer. By default the newcomer is refused. (patterns)", checkHandover},
		{Baseline, "all", "Memory of drained pipes goes back to the arena. (docs/ARCHITECTURE.md)", checkBaseline},
		{ByteStream, "STREAM", "A message sent to a STREAM's peer is written as it is, one after another. (patterns.Stream)", checkByteStream},
		{OnePeer, "PAIR", "MAY be connected to at most one PAIR peers. (31/EXPAIR)", checkOnePeer},
		{WholeMessages, "PUSH, PULL", "ØMQ ensures atomic delivery of messages: peers shall receive either all message parts of a message or none at all. (zmq_send(3))", checkWholeMessages},
	}
}
