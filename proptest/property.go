package proptest

// The names of the properties that histories are about.
const (
	Order         = "order"
	NoDuplication = "no duplication"
	NoLoss        = "no loss"
	Atomicity     = "atomicity"
	NoInvention   = "no invention"
	Addressing    = "addressing"
	Subscriptions = "subscriptions"
	LockStep      = "lock-step"
	Correlation   = "correlation"
	HWM           = "high-water mark"
	BackPressure  = "back-pressure"
	GracefulClose = "graceful close"
	NothingLeft   = "nothing left"
	Waiting       = "waiting"
	Polling       = "polling"
)

// A promise is a sentence that a property comes from.
type promise struct{ property, source, sentence string }

// promises are those of histories.
var promises = []promise{
	{Order, "patterns", "What one goroutine sends over one connection arrives in the order in which it was sent."},
	{NoDuplication, "23/ZMTP", "A message is delivered to the receiving application once, or not at all."},
	{NoLoss, "patterns.Close, patterns.Stats", "A graceful close loses nothing; what a socket drops, as its pattern says it may, is counted in Stats."},
	{Atomicity, "zmq_send(3)", "ØMQ ensures atomic delivery of messages: peers shall receive either all message parts of a message or none at all."},
	{NoInvention, "23/ZMTP", "What is received was sent, byte for byte."},
	{Addressing, "28/REQREP", "SHALL remove the first frame from each outgoing message and use this as the identity of a double queue."},
	{Subscriptions, "29/PUBSUB", "SHALL perform a binary comparison of the subscription against the start of the first frame of the message."},
	{LockStep, "28/REQREP", "SHALL send and then receive exactly one message at a time."},
	{Correlation, "28/REQREP", "SHALL accept an incoming message only from the last peer that it sent a request to."},
	{HWM, "patterns.SendHWM", "How many messages may be queued for each peer before the socket waits, or drops, or looks for another peer."},
	{BackPressure, "30/PIPELINE", "SHALL block on sending, or return a suitable error, when it has no available peers. SHALL NOT discard messages that it cannot queue."},
	{GracefulClose, "patterns.Close", "Close returns when everything that was sent has been handed over."},
	{Waiting, "patterns.Recv", "Recv waits for a message: it returns when there is one, whoever else reads, waits, comes or goes."},
	{Polling, "patterns.Poller", "It tells of a socket for as long as that is ready."},
	{LastValue, "patterns.Conflate", "Conflate makes the socket keep only the newest message of each queue."},
	{ByteStream, "patterns.Stream", "A message sent to a STREAM's peer is written as it is, one after another; a message of the id and an empty frame is received when a connection is made, before its bytes, and again when it is lost, behind them."},
	{InvisibleProxy, "patterns.Proxy", "No message is lost, doubled or reordered."},
	{NothingLeft, "doc.go of each package", "Who starts a goroutine waits for it."},
}

// Promise returns the sentence that a property comes from.
func Promise(property string) string {
	for _, p := range promises {
		if p.property == property {
			return p.sentence + " (" + p.source + ")"
		}
	}
	return "no promise"
}
