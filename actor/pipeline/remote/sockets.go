package remote

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// What edges need of sockets.
type (
	binder interface {
		Bind(endpoint string) (zmq.Endpoint, error)
	}
	socket interface {
		binder
		Connect(endpoint string) error
		Disconnect(endpoint string) error
		Unbind(endpoint string) error
		Monitor(ctx context.Context) iter.Seq[patterns.Event]
		SetLinger(d time.Duration)
		Stats() patterns.Stats
		Close() error
		CloseNow() error
	}
	sender interface {
		socket
		Send(ctx context.Context, m *zmq.Message) error
		TrySend(m *zmq.Message) error
	}
	receiver interface {
		socket
		RecvInto(ctx context.Context, m *zmq.Message) error
		TryRecv(m *zmq.Message) error
		SetMetadata(name, value string) error
	}
)

// newSender makes the socket of an end that gives.
func (x *crossing) newSender() (sender, error) {
	if x.wire.Kind == Pub {
		return patterns.NewXPub(append(common[patterns.XPubOption](x.site), patterns.SendHWM(x.wire.buffer()), patterns.NoDrop(true), patterns.XPubVerboser(true))...)
	}
	return patterns.NewPush(append(common[patterns.PushOption](x.site), patterns.SendHWM(x.wire.buffer()))...)
}

// newReceiver makes the socket of an end that takes.
func (x *crossing) newReceiver() (receiver, error) {
	if x.wire.Kind != Pub {
		return patterns.NewPull(append(common[patterns.PullOption](x.site), patterns.RecvHWM(x.wire.buffer()))...)
	}
	s, err := patterns.NewSub(append(common[patterns.SubOption](x.site), patterns.RecvHWM(x.wire.buffer()))...)
	if err != nil {
		return nil, err
	}
	return s, s.Subscribe("")
}

// common are the options of all sockets of a site. That a peer's host is dead is found out by
// TCP: behind a full pipe heartbeats would not come through.
func common[O any](s *Site) (opts []O) {
	probe := max(s.quiet()/signsPerQuiet, time.Second)
	for _, o := range []patterns.Option{
		patterns.InContext(s.Context), patterns.Linger(s.patience()),
		patterns.TCPKeepAlive(true), patterns.TCPKeepAliveIdle(probe), patterns.TCPKeepAliveInterval(probe), patterns.TCPKeepAliveCount(signsPerQuiet),
	} {
		opts = append(opts, any(o).(O)) // a common option is one of every type of socket
	}
	return opts
}

// An end is a socket at one side of an edge, and what is known of the other side. But for its watchers it belongs
// to one goroutine.
type end struct {
	*crossing
	sock  socket
	binds bool

	watchers sync.WaitGroup

	mu          sync.Mutex // guards the rest
	there       bool       // the only peer, of one that connects, is
	met         bool       // a peer was there, at some time
	gone        time.Time  // since when there is none, as far as has been seen
	subscribers int        // of a Pub
}

// watch follows the connection, until ctx is done or the socket is closed. It is to be called before the socket
// is connected. Sockets in one process have no connection, and pipes only while the other end is bound.
func (e *end) watch(ctx context.Context) {
	e.gone = time.Now()
	if x, ok := e.sock.(*patterns.XPub); ok {
		e.watchers.Go(func() { e.watchSubscriptions(ctx, x) })
		return
	}
	if e.binds || e.isInproc() {
		return
	}
	events := e.sock.Monitor(ctx)
	e.watchers.Go(func() {
		for event := range events {
			switch event.Kind {
			case patterns.HandshakeSucceeded:
				e.set(true)
			case patterns.Disconnected:
				e.set(false)
			}
		}
	})
}

func (e *end) isInproc() bool { return strings.HasPrefix(e.wire.Endpoint, "inproc://") }

func (e *end) set(there bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.there = there
	e.met = e.met || there
}

func (e *end) watchSubscriptions(ctx context.Context, x *patterns.XPub) {
	var m zmq.Message
	for x.RecvInto(ctx, &m) == nil {
		step := -1
		if m.Len() == 1 && len(m.Frame(0)) > 0 && m.Frame(0)[0] == 1 {
			step = 1
		}
		m.Release()
		e.mu.Lock()
		e.subscribers += step
		e.met = true
		e.mu.Unlock()
	}
}

// peers returns how many are at the other side now.
func (e *end) peers() (n int) {
	_, counts := e.sock.(*patterns.XPub)
	pipes := e.sock.Stats().Pipes
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case counts:
		n = e.subscribers
	case e.binds || e.isInproc():
		n = pipes
	case e.there:
		n = 1
	}
	if n > 0 {
		e.met, e.gone = true, time.Time{}
	} else if e.gone.IsZero() {
		e.gone = time.Now()
	}
	return n
}

// alone returns for how long nobody has been at the other side, and whether somebody ever was.
func (e *end) alone() (d time.Duration, met bool) {
	n := e.peers()
	e.mu.Lock()
	defer e.mu.Unlock()
	if n == 0 {
		d = time.Since(e.gone)
	}
	return d, e.met
}

// errAlone is the error of an end that has been alone for too long.
func (e *end) errAlone(limit time.Duration) error {
	if _, met := e.alone(); met {
		return fmt.Errorf("edge %q: %w for %v", e.name, ErrPeerLost, limit)
	}
	return fmt.Errorf("edge %q: %w for %v", e.name, ErrNoPeer, limit)
}
