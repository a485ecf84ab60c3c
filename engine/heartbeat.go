package engine

import "time"

// maxUnanswered is how many PINGs are sent without hearing anything from the
// peer: "a peer should not send more than a small number of PING commands
// without receiving PONG replies". If we announced a time to live the peer
// relies on our PINGs, and they go on.
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
const maxUnanswered = 3

// A Heartbeat decides when to send a PING, and when a silent peer is to be
// taken for dead. It has no clock and no timer: it is told what happens and
// what time it is, says until when nothing needs to be done ([Heartbeat.Next])
// and what then is ([Heartbeat.Check]).
//
// A peer is not silent if we don't listen: between [Heartbeat.Suspend] and
// [Heartbeat.Resume] only PINGs are sent.
//
// The first three fields are set before [Heartbeat.Start]. All times given must
// come from one clock. It is to be used by one goroutine at a time.
type Heartbeat struct {
	// Interval is the time between two PINGs. 0 or less: none are sent, but
	// the peer's are still heeded.
	Interval time.Duration

	// Timeout is how long after a PING something must have been received.
	// 0 is no limit, and negative is the Interval.
	Timeout time.Duration

	// TTL is what PINGs announce: the time after which the peer may give us up
	// if it hears nothing more. 0 or less announces none.
	TTL time.Duration

	nextPing   time.Time     // zero: none
	unanswered int           // PINGs since something was received
	answerBy   time.Time     // something must be received; zero: need not
	ttl        time.Duration // from the peer's last PING
	expiresAt  time.Time     // the peer's TTL is over; zero: none runs
	suspended  bool
}

// A Verdict is what a [Heartbeat] says is to be done.
type Verdict uint8

// The verdicts. After PeerSilent or PeerExpired the connection is to be closed;
// whoever made it should make a new one.
const (
	Wait        Verdict = iota // nothing
	SendPing                   // send a PING, and call PingSent
	PeerSilent                 // the peer has sent nothing since our PING, for the Timeout
	PeerExpired                // the peer has sent nothing since its PING, for the time to live that this gave
)

// Dead says that the peer is to be taken for dead.
func (v Verdict) Dead() bool { return v == PeerSilent || v == PeerExpired }

func (v Verdict) String() string {
	switch v {
	case Wait:
		return "wait"
	case SendPing:
		return "send PING"
	case PeerSilent:
		return "peer does not answer PING"
	case PeerExpired:
		return "peer's time to live is over"
	}
	return "unknown verdict"
}

// Start begins: the handshake is done. The first PING is due after Interval.
func (h *Heartbeat) Start(now time.Time) {
	if h.Interval > 0 {
		h.nextPing = now.Add(h.Interval)
	}
}

// Received says that bytes have come from the peer, any bytes: "a peer SHOULD
// treat any incoming traffic (not just a PONG reply) as a sign of life". So a
// message that takes longer than the timeout to arrive does no harm.
// https://rfc.zeromq.org/spec/37/#connection-heartbeating
func (h *Heartbeat) Received() {
	h.unanswered = 0
	h.answerBy, h.expiresAt = time.Time{}, time.Time{}
}

// PingReceived says that a PING has come, with the time to live that it
// announces, after Received was called for its bytes.
func (h *Heartbeat) PingReceived(now time.Time, ttl time.Duration) {
	h.ttl = ttl
	h.expiresAt = time.Time{}
	if ttl > 0 {
		h.expiresAt = now.Add(ttl)
	}
}

// PingSent says that a PING has been handed over for sending.
func (h *Heartbeat) PingSent(now time.Time) {
	h.nextPing = now.Add(h.Interval)
	h.unanswered++
	if h.answerBy.IsZero() && h.timeout() > 0 {
		h.answerBy = now.Add(h.timeout())
	}
}

// timeout returns Timeout with its default.
func (h *Heartbeat) timeout() time.Duration {
	if h.Timeout < 0 {
		return h.Interval
	}
	return h.Timeout
}

// Suspend says that nothing is read from the connection from now on, because
// nobody takes what has been read: the receive high-water mark is reached. The
// peer may be sending, and is not taken for dead. (libzmq ends such
// connections.)
func (h *Heartbeat) Suspend() { h.suspended = true }

// Resume says that the connection is read again. What the peer was waited for
// is given its full time anew.
func (h *Heartbeat) Resume(now time.Time) {
	h.suspended = false
	if !h.answerBy.IsZero() {
		h.answerBy = now.Add(h.timeout())
	}
	if !h.expiresAt.IsZero() {
		h.expiresAt = now.Add(h.ttl)
	}
}

// Next returns when to call Check at the latest. ok is false if nothing is ever
// due as things stand. Received and Suspend never make it earlier, so that no
// timer has to be set when bytes come; the other methods may.
func (h *Heartbeat) Next() (at time.Time, ok bool) {
	at = h.nextPing
	if !h.suspended {
		at = earlier(at, h.answerBy)
		at = earlier(at, h.expiresAt)
	}
	return at, !at.IsZero()
}

// earlier returns the earlier of two times, of which zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Check returns what is to be done now. It may be called at any time.
func (h *Heartbeat) Check(now time.Time) Verdict {
	// "A peer SHOULD consider the connection dead in these cases: If it sends
	// a PING command and does not receive any traffic within some timeout. If
	// it receives a PING command with a non-zero TTL and then does not receive
	// any further traffic within that TTL."
	// https://rfc.zeromq.org/spec/37/#connection-heartbeating
	switch {
	case !h.suspended && reached(h.answerBy, now):
		return PeerSilent
	case !h.suspended && reached(h.expiresAt, now):
		return PeerExpired
	case !reached(h.nextPing, now):
		return Wait
	case h.TTL <= 0 && h.unanswered >= maxUnanswered:
		h.nextPing = now.Add(h.Interval) // look again then
		return Wait
	}
	return SendPing
}

// reached says that now is not before a time that is set.
func reached(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }
