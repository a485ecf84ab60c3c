package patterns

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/zeroactor/zmq"
)

// An EventKind says what has happened to a connection or a listener. Kinds are
// bits: a set of them is an EventKind too.
type EventKind uint32

// The kinds of events; their values are those of zmq_socket_monitor(3).
//
// A connection that comes about gives ConnectDelayed and Connected on one
// side, and Accepted on the other, and HandshakeSucceeded on both. If its
// handshake fails, one of the other three takes the place of the latter.
// Disconnected ends both cases. An attempt that comes to nothing is
// ConnectDelayed and Closed. ConnectRetried says when the next one is due.
const (
	Connected               EventKind = 1 << iota // connection made; the handshake follows
	ConnectDelayed                                // attempt to connect begun
	ConnectRetried                                // next attempt will follow after Interval
	Listening                                     // bound
	BindFailed                                    // not bound, because of Err
	Accepted                                      // connection accepted; the handshake follows
	AcceptFailed                                  // not accepted, because of Err
	Closed                                        // listener closed, or attempt to connect failed because of Err
	CloseFailed                                   // listener could not be closed in order, because of Err
	Disconnected                                  // connection lost or ended, because of Err
	MonitorStopped                                // socket closed; the last event of all
	HandshakeFailedNoDetail                       // connection lost, or time over, during the handshake
	HandshakeSucceeded                            // connection ready for messages
	HandshakeFailedProtocol                       // peer broke the protocol, or its type is not for this socket
	HandshakeFailedAuth                           // peer has refused this socket, or was refused
)

// eventNames are in the order of the bits.
var eventNames = [...]string{
	"Connected", "ConnectDelayed", "ConnectRetried", "Listening", "BindFailed", "Accepted", "AcceptFailed",
	"Closed", "CloseFailed", "Disconnected", "MonitorStopped", "HandshakeFailedNoDetail", "HandshakeSucceeded",
	"HandshakeFailedProtocol", "HandshakeFailedAuth",
}

// String returns the kind's name; those of a set are joined by "|".
func (k EventKind) String() string {
	var names []string
	for i, name := range eventNames {
		if k&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if rest := k &^ (1<<len(eventNames) - 1); rest != 0 || k == 0 {
		names = append(names, fmt.Sprintf("EventKind(%#x)", uint32(rest)))
	}
	return strings.Join(names, "|")
}

// An Event is something that has happened to a connection or a listener of a
// socket.
type Event struct {
	Kind     EventKind
	Endpoint string        // that the socket is bound or connected to; "" of MonitorStopped
	Local    string        // our address of the connection, if there is one
	Remote   string        // address of the peer, if there is one
	Interval time.Duration // until the next attempt, of ConnectRetried
	Err      error         // why, of failures and Disconnected
	Peer     *zmq.Peer     // of HandshakeSucceeded
	Lost     int           // events before this one that the monitor was too slow for
}

// maxEvents is how many events a monitor keeps for a program that does not take
// them: enough for a few hundred connections that all come and go at once,
// about half a megabyte. Older ones are lost then, so that no socket waits.
const maxEvents = 4096

// Monitor returns the events of the socket's endpoints and connections over
// networks, from the call of Monitor on, in the order in which they happened:
// a monitor that is made before Bind and Connect misses nothing. There may be
// several; each gets all events. inproc has no connections to tell of.
//
// The iterator is to be used once. It ends when the socket is closed, after
// MonitorStopped, or when ctx is done, after what has happened until then; or
// by a break. The socket never waits for it: up to 4096 events are kept, of more
// the oldest are lost, and Lost of the next one tells how many. Until it ends
// the monitor takes part, also if nobody iterates over it.
func (s *socket) Monitor(ctx context.Context) iter.Seq[Event] {
	m := s.monitors.add(ctx)
	return func(yield func(Event) bool) {
		defer s.monitors.remove(m)
		for {
			ev, ok, over := s.monitors.take(m)
			switch {
			case ok && !yield(ev) || !ok && over:
				return
			case ok:
				continue
			}
			select {
			case <-m.more:
			case <-ctx.Done():
				s.monitors.remove(m)
			}
		}
	}
}

// monitors are those who listen to a socket's events. Its lock is a leaf: it
// may be taken in the turn or out of it.
type monitors struct {
	mu     sync.Mutex
	list   []*monitor
	closed bool
}

// A monitor is a queue of events. Guarded by the lock of its monitors, but for
// more.
type monitor struct {
	events []Event // ring, grown as needed
	head   int     // oldest one
	n      int
	lost   int  // before the oldest one
	over   bool // gets no more
	more   chan struct{}
	stop   func() bool // forgets the context
}

// add returns a new monitor, which ends when ctx is done at the latest.
func (ms *monitors) add(ctx context.Context) *monitor {
	m := &monitor{more: make(chan struct{}, 1)}
	ms.mu.Lock()
	defer ms.mu.Unlock()
	m.stop = context.AfterFunc(ctx, func() { ms.remove(m) })
	if ms.closed {
		m.last()
		return m
	}
	ms.list = append(ms.list, m)
	return m
}

// remove makes m get nothing more. What it has stays.
func (ms *monitors) remove(m *monitor) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	m.over = true
	m.stop()
	for i, x := range ms.list {
		if x == m {
			ms.list = append(ms.list[:i:i], ms.list[i+1:]...)
			return
		}
	}
}

// take returns the oldest event, if there is one.
func (ms *monitors) take(m *monitor) (ev Event, ok, over bool) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if m.n == 0 {
		return ev, false, m.over
	}
	ev = m.pop()
	ev.Lost, m.lost = m.lost, 0
	return ev, true, m.over
}

// close tells everyone that the socket is closed.
func (ms *monitors) close() {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.closed = true
	for _, m := range ms.list {
		m.last()
	}
	ms.list = nil
}

// last ends the monitor of a socket that is closed.
func (m *monitor) last() {
	m.push(Event{Kind: MonitorStopped})
	m.over = true
	m.stop()
}

// push adds an event, and drops the oldest if there are too many.
func (m *monitor) push(ev Event) {
	if m.n == maxEvents {
		m.pop()
		m.lost++
	}
	if m.n == len(m.events) {
		larger := make([]Event, max(16, 2*m.n))
		k := copy(larger, m.events[m.head:])
		copy(larger[k:], m.events[:m.head])
		m.events, m.head = larger, 0
	}
	m.events[(m.head+m.n)%len(m.events)] = ev
	m.n++
	select {
	case m.more <- struct{}{}:
	default:
	}
}

// pop takes the oldest event.
func (m *monitor) pop() Event {
	ev := m.events[m.head]
	m.events[m.head] = Event{}
	m.head = (m.head + 1) % len(m.events)
	m.n--
	return ev
}

// emit tells the monitors of ev. It may be called in the turn or out of it, and
// never waits.
func (s *socket) emit(ev Event) {
	ms := &s.monitors
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for _, m := range ms.list {
		m.push(ev)
	}
}

// monitored reports whether an event would be told to anybody.
func (s *socket) monitored() bool {
	s.monitors.mu.Lock()
	defer s.monitors.mu.Unlock()
	return len(s.monitors.list) > 0
}

// handshakeFailure returns the kind of event that a failed handshake is.
func handshakeFailure(err error) EventKind {
	var protocol *zmq.ProtocolError
	var refused *zmq.PeerError
	var denied *zmq.AuthError
	switch {
	case errors.As(err, &protocol):
		return HandshakeFailedProtocol
	case errors.As(err, &refused), errors.As(err, &denied):
		return HandshakeFailedAuth
	}
	return HandshakeFailedNoDetail
}
