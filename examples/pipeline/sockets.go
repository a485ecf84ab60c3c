package main

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

// What the roles need of sockets. A PUSH is a sender, a PULL a receiver.
type (
	sender interface {
		Send(ctx context.Context, m *zmq.Message) error
	}
	receiver interface {
		RecvInto(ctx context.Context, m *zmq.Message) error
	}
	// closer is a socket's end: Close waits until all is handed over or the
	// linger is over, CloseNow does not. The error says what was dropped.
	closer interface {
		Close() error
		CloseNow() error
	}
	monitored interface {
		Monitor(ctx context.Context) iter.Seq[patterns.Event]
	}
)

// sendWithin sends m, and waits at most d for somebody to take it.
func sendWithin(ctx context.Context, s sender, m *zmq.Message, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return s.Send(ctx, m)
}

// recvWithin receives into m, and waits at most d for a message.
func recvWithin(ctx context.Context, s receiver, m *zmq.Message, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return s.RecvInto(ctx, m)
}

// timedOut reports whether err says that a wait of sendWithin or recvWithin
// was over, not that ctx, which was given to them, was done.
func timedOut(ctx context.Context, err error) bool {
	return errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil
}

// sendReport sends r, and waits at most d.
func sendReport(ctx context.Context, s sender, r report, d time.Duration) error {
	var m zmq.Message
	appendReport(&m, r, nil)
	return sendWithin(ctx, s, &m, d)
}

// shut closes s: at once if the run was cut short, otherwise when all is
// handed over.
func shut(ctx context.Context, s closer) error {
	if ctx.Err() != nil {
		_ = s.CloseNow() // nobody asks what was dropped
		return nil
	}
	return s.Close()
}

// A link knows of the other end of a socket's one connection. It knows nothing
// of inproc, which has no connections: there the other end neither came nor left.
type link struct {
	mu    sync.Mutex
	met   bool // guarded by mu: was there, at some time
	there bool // guarded by mu: is there now
}

// watch follows the events of s on a goroutine of wg, until ctx is done or s
// is closed. It is to be called before s is connected.
func watch(ctx context.Context, s monitored, wg *sync.WaitGroup) *link {
	l := new(link)
	events := s.Monitor(ctx)
	wg.Go(func() {
		for e := range events {
			switch e.Kind {
			case patterns.HandshakeSucceeded:
				l.set(true)
			case patterns.Disconnected:
				l.set(false)
			}
		}
	})
	return l
}

func (l *link) set(there bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.there = there
	l.met = l.met || there
}

// came reports whether the other end has ever been there.
func (l *link) came() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.met
}

// left reports whether the other end was there and is not any more.
func (l *link) left() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.met && !l.there
}
