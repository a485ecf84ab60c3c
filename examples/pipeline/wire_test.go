package main

import (
	"context"
	"sync"

	"github.com/zeroactor/zmq"
)

// A wire is a socket pair in memory, for tests in virtual time: what one role
// sends, another receives.
type wire struct {
	messages chan *zmq.Message
	closing  sync.Once
	closed   chan struct{} // by its sending end
	dropped  error         // what Close returns
}

func newWire(capacity int) *wire {
	return &wire{messages: make(chan *zmq.Message, capacity), closed: make(chan struct{})}
}

func (w *wire) Send(ctx context.Context, m *zmq.Message) error {
	moved := new(zmq.Message)
	m.MoveTo(moved)
	select {
	case w.messages <- moved:
		return nil
	case <-ctx.Done():
		moved.MoveTo(m) // a failed Send leaves m as it was
		return context.Cause(ctx)
	}
}

func (w *wire) RecvInto(ctx context.Context, m *zmq.Message) error {
	select {
	case got := <-w.messages:
		got.MoveTo(m)
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (w *wire) Close() error {
	w.closing.Do(func() { close(w.closed) })
	return w.dropped
}

func (w *wire) CloseNow() error { return w.Close() }

// left is what a link to the sending end knows.
func (w *wire) left() bool {
	select {
	case <-w.closed:
		return true
	default:
		return false
	}
}

// reports returns the reports that wait to be received.
func (w *wire) reports() []report {
	var all []report
	for len(w.messages) > 0 {
		r, err := decodeReport(<-w.messages) // a view of a message that is left to the collector
		if err != nil {
			panic(err)
		}
		all = append(all, r)
	}
	return all
}
