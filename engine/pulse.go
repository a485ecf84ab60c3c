package engine

import (
	"fmt"
	"sync"
	"time"

	"github.com/zeroactor/zmq"
)

// A pulse runs a connection's [Heartbeat]: it gives it the time, sends its
// PINGs and ends the connection when it says so.
type pulse struct {
	conn  *Conn
	mu    sync.Mutex
	heart *Heartbeat  // nil while there is nothing to time: most connections have none
	timer *time.Timer // nil while there is nothing to wait for
	deaf  bool        // we do not read for now
	over  bool
}

// start begins heartbeating, if it was asked for. The peer's own PINGs are heeded even
// if we send none.
func (p *pulse) start(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conn = c
	if c.cfg.HeartbeatInterval <= 0 {
		return
	}
	now := time.Now()
	p.begin(now)
	p.schedule(now)
}

// begin makes the heart, unless the peer knows no heartbeats. p.mu is held.
func (p *pulse) begin(now time.Time) {
	c := p.conn
	if c.peer.Version[0] < 3 {
		return
	}
	p.heart = &Heartbeat{
		Interval: c.cfg.HeartbeatInterval,
		Timeout:  c.cfg.HeartbeatTimeout,
		TTL:      c.cfg.HeartbeatTTL,
	}
	if c.peer.Version[1] == 0 {
		// ZMTP 3.0 has no heartbeats, but libzmq 4.2 to 4.3.2, which speak it,
		// have. So we try, and count on answers once the peer has shown that
		// it gives them.
		p.heart.Timeout = 0
	}
	if p.deaf {
		p.heart.Suspend()
	}
	p.heart.Start(now)
}

func (p *pulse) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.timer != nil {
		p.timer.Stop()
	}
}

// schedule sets the timer to when the heart, if there is one, wants to be looked at
// next. p.mu is held.
func (p *pulse) schedule(now time.Time) {
	if p.heart == nil || p.over {
		return
	}
	at, ok := p.heart.Next()
	// What is due at once has to wait a nanosecond: a timer of virtual time is run where it is set otherwise, and in
	// that the race detector of Go 1.26 breaks down (go.dev/issue/78156).
	wait := max(at.Sub(now), 1)
	switch {
	case !ok:
		return
	case p.timer == nil:
		p.timer = time.AfterFunc(wait, p.beat)
	default:
		p.timer.Reset(wait)
	}
}

// beat is the timer's function.
func (p *pulse) beat() {
	defer p.conn.contain()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return
	}
	now := time.Now()
	switch verdict := p.heart.Check(now); {
	case verdict.Dead():
		p.over = true
		p.conn.fail(fmt.Errorf("%w: %v", zmq.ErrTimeout, verdict))
		return
	case verdict == SendPing:
		ttl := p.heart.TTL
		p.conn.command(func(b []byte) []byte { return AppendPing(b, ttl, nil) })
		p.heart.PingSent(now)
		if t := p.heart.timeout(); t > 0 && t <= mostUnread {
			p.conn.role.demand() // or the answer may lie unread for as long as we wait for it
		}
	}
	p.schedule(now)
}

// beats reports whether it is timed when something comes from the peer.
func (p *pulse) beats() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heart != nil
}

// received tells that bytes have come from the peer.
func (p *pulse) received() {
	p.mu.Lock()
	if p.heart != nil {
		p.heart.Received()
	}
	p.mu.Unlock()
}

// ponged tells of a PONG.
func (p *pulse) ponged() {
	p.mu.Lock()
	p.answers()
	p.mu.Unlock()
}

// answers is told that the peer answers PINGs. p.mu is held.
func (p *pulse) answers() {
	if p.heart != nil {
		p.heart.Timeout = p.conn.cfg.HeartbeatTimeout
	}
}

// pinged tells of a PING of the peer's.
func (p *pulse) pinged(ttl time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.heart == nil && ttl > 0 {
		p.begin(now)
	}
	p.answers() // who asks also answers
	if p.heart != nil && ttl > 0 {
		p.heart.PingReceived(now, ttl)
		p.schedule(now)
	}
}

// suspend tells that we do not read for now, and so cannot hear the peer.
func (p *pulse) suspend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = true
	if p.heart != nil {
		p.heart.Suspend()
	}
}

// resume ends what suspend began.
func (p *pulse) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = false
	if p.heart == nil {
		return
	}
	now := time.Now()
	p.heart.Resume(now)
	p.schedule(now)
}

// maxControl bounds the commands that wait to be sent. A peer that pings
// without reading the answers gets no more of them.
const maxControl = 64 << 10

// maxCommand bounds a command in traffic, in bytes: subscriptions may have long
// topics, but must fit into a chunk of the log.
const maxCommand = 1 << 20

// checkCommand checks the header of a command frame.
func (c *Conn) checkCommand(size uint64) error {
	if size > maxCommand {
		return fmt.Errorf("%w: command of %d bytes, the limit is %d", zmq.ErrTooLarge, size, maxCommand)
	}
	return nil
}

// receivedCommand deals with a command. keep says that it is the socket's, and
// belongs into the log among the messages.
func (c *Conn) receivedCommand(body []byte) (keep bool, err error) {
	cmd, n := ConsumeCommand(body)
	if n < 0 {
		return false, &zmq.ProtocolError{Rule: "37/ZMTP Commands", Detail: "malformed command"}
	}
	switch cmd.Kind {
	case CommandPing:
		ttl, context, n := ConsumePing(cmd.Data)
		if n < 0 {
			return false, &zmq.ProtocolError{Rule: "37/ZMTP Connection Heartbeating", Detail: "malformed PING"}
		}
		c.command(func(b []byte) []byte { return AppendPong(b, context) })
		c.pulse.pinged(ttl)
	case CommandPong:
		c.pulse.ponged()
	case CommandError:
		// "The peer SHALL treat an incoming ERROR command as fatal, and act by
		// closing the connection". (libzmq ignores it in traffic.)
		// https://rfc.zeromq.org/spec/37/#error-handling
		reason, _ := ConsumeError(cmd.Data)
		return false, &zmq.PeerError{Reason: string(reason)}
	case CommandSubscribe, CommandCancel:
		if c.reader.more {
			// libzmq sends heartbeats between the frames of a message; commands
			// for the socket have no place there.
			return false, &zmq.ProtocolError{Rule: "37/ZMTP Traffic", Detail: "subscription inside a multipart message"}
		}
		return c.cfg.Subscriptions, nil
	}
	// Others are for versions to come, and left out. So are JOIN and LEAVE:
	// sockets that take them (RADIO) are not there yet.
	return false, nil
}
