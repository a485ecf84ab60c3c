package patterns

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/mailbox"
)

// A Socket is any of the socket types of this package.
type Socket interface {
	// Close ends the socket, as its own documentation says.
	Close() error
	// Stats returns the socket's counters.
	Stats() Stats

	base() *socket
}

func (s *socket) base() *socket { return s }

// Readiness is a set of what a socket can do without waiting.
type Readiness uint8

// What a socket can be ready for.
const (
	PollIn  Readiness = 1 << iota // to receive, or to say why that fails
	PollOut                       // to send, or to say why that fails
)

// Ready is a socket that is ready, and what for.
type Ready struct {
	Socket Socket
	For    Readiness
}

// A Poller tells which of several sockets are ready. Use it alone, with Wait,
// or in a select together with other channels, with C and Ready. It is
// level-triggered: it tells of a socket for as long as that is ready, whether or
// not it has told of it before.
//
// That a socket is ready means that TryRecv or TrySend would have succeeded,
// or have failed for good: a closed socket is ready for all that it is asked
// for. It may be otherwise by the time of the call, if several goroutines use
// the socket; and a message that its socket type drops, as a REP drops one that
// is no request, makes a socket seem ready.
//
// All methods may be called by several goroutines at once.
type Poller struct {
	c chan struct{}

	mu    sync.Mutex
	items []*watcher
}

// A watcher is what a socket knows of a poller, and the poller of a socket. It
// is on the socket's list in the turn; its fields are guarded by the poller.
type watcher struct {
	c       chan struct{} // of the poller
	socket  Socket
	wants   Readiness
	receive inReady
	send    outReady
}

// inReady and outReady are patterns that say whether take and put would return
// errWait. A readyIn that is false must have put the logs it has looked at to
// sleep, and a readyOut have found the others full, so that the socket will be
// told when that changes. Both run in the turn.
type (
	inReady  interface{ readyIn() bool }
	outReady interface{ readyOut() bool }
)

// NewPoller returns a poller without sockets.
func NewPoller() *Poller { return &Poller{c: make(chan struct{}, 1)} }

// Add makes the poller look at s, for one or both kinds of readiness; if it does
// so already, these take the place of what was asked for. The error is
// [zmq.ErrState] if the socket's type cannot do that at all.
func (p *Poller) Add(s Socket, wants Readiness) error {
	b := s.base()
	receive, send := b.readiness(s)
	switch {
	case wants&PollIn != 0 && receive == nil:
		return b.fail("poll", "", fmt.Errorf("%w: %s does not receive", zmq.ErrState, b.typ))
	case wants&PollOut != 0 && send == nil:
		return b.fail("poll", "", fmt.Errorf("%w: %s does not send", zmq.ErrState, b.typ))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.ping()
	for _, w := range p.items {
		if w.socket.base() == b {
			w.wants = wants
			return nil
		}
	}
	w := &watcher{c: p.c, socket: s, wants: wants, receive: receive, send: send}
	p.items = append(p.items, w)
	b.turn.Lock()
	defer b.turn.Unlock()
	b.watchers = append(b.watchers, w)
	b.attend()
	return nil
}

// readiness returns what tells whether the socket is ready; nil for what its
// type cannot do.
func (s *socket) readiness(of Socket) (receive inReady, send outReady) {
	if _, ok := of.(interface{ TryRecv(*zmq.Message) error }); ok {
		receive, _ = s.pattern.(inReady)
	}
	if _, ok := of.(interface{ TrySend(*zmq.Message) error }); ok {
		send, _ = s.pattern.(outReady)
	}
	return receive, send
}

// Remove makes the poller not look at s any more.
func (p *Poller) Remove(s Socket) {
	b := s.base()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.items = slices.DeleteFunc(p.items, func(w *watcher) bool {
		if w.socket.base() != b {
			return false
		}
		b.unwatch(w)
		return true
	})
}

// Close removes all sockets. They stay open.
func (p *Poller) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.items {
		w.socket.base().unwatch(w)
	}
	p.items = nil
}

// C returns a channel from which one can receive when a socket may be ready:
// then call Ready. It is always the same channel, and is never closed.
func (p *Poller) C() <-chan struct{} { return p.c }

// Ready returns the sockets that are ready, in the order in which they were
// added, without waiting. If there are any, C is ready again.
func (p *Poller) Ready() []Ready {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ready []Ready
	for _, w := range p.items {
		if r := w.ready(); r != 0 {
			ready = append(ready, Ready{w.socket, r})
		}
	}
	if ready != nil {
		p.ping()
	}
	return ready
}

// Wait waits until a socket is ready, and returns all that are. A poller without
// sockets waits for one to be added. The error is the cause of ctx, in an
// [*zmq.OpError].
func (p *Poller) Wait(ctx context.Context) ([]Ready, error) {
	for {
		if ready := p.Ready(); ready != nil {
			return ready, nil
		}
		select {
		case <-p.c:
		case <-ctx.Done():
			return nil, &zmq.OpError{Op: "poll", Socket: "Poller", Err: context.Cause(ctx)}
		}
	}
}

func (p *Poller) ping() { ping(p.c) }

// ping makes a channel of one slot ready.
func ping(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// ready says what the watched socket is ready for, of what is asked.
func (w *watcher) ready() (r Readiness) {
	s := w.socket.base()
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.closed {
		return w.wants
	}
	if w.wants&PollIn != 0 && w.receive.readyIn() {
		r |= PollIn
	}
	if w.wants&PollOut != 0 && w.send.readyOut() {
		r |= PollOut
	}
	return r
}

// unwatch forgets a watcher.
func (s *socket) unwatch(w *watcher) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if i := slices.Index(s.watchers, w); i >= 0 {
		s.watchers = slices.Delete(s.watchers, i, i+1)
	}
}

// notify tells pollers that the socket may have become ready. In the turn.
func (s *socket) notify() {
	for _, w := range s.watchers {
		ping(w.c)
	}
}

// awaitReady waits in line until ready, which runs in the turn, or the socket is
// closed. Nothing is taken by it.
func (s *socket) awaitReady(ctx context.Context, line *mailbox.WaitList, ready func() bool) error {
	s.turn.Lock()
	for !s.closed && !ready() {
		if err := s.wait(ctx, line); err != nil {
			return err
		}
	}
	line.Wake() // for whoever waits in order to take something
	s.turn.Unlock()
	return nil
}
