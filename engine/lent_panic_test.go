//go:build linux

package engine

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/mailbox"
)

// A minedConn panics when the time to write is bounded, or when it is no more. It bounds nothing.
type minedConn struct {
	*net.UnixConn
	atBound bool
	bounded chan struct{} // is told when the time is bounded without a panic; or nil
}

func (c minedConn) SetWriteDeadline(t time.Time) error {
	if c.atBound != t.IsZero() {
		panic("deadline")
	}
	select {
	case c.bounded <- struct{}{}:
	default:
	}
	return nil
}

// TestPanicWhileLent: a panic where a sender's own memory is written ends the connection, and
// nothing else: the port serves the next one, and the message goes whole to that, unless it
// has gone whole already.
func TestPanicWhileLent(t *testing.T) {
	for _, whole := range []bool{false, true} {
		a, b := socketPair(t)
		e := newEnd(0, 0)
		r := established(t, testConfig("DEALER", e.Port), minedConn{a.(*net.UnixConn), !whole, nil}, b)
		e.awaitIdle(t)
		m := message{[]byte("id"), bytes.Repeat([]byte("lent"), 1<<18)}
		want := appendMessage(nil, m)
		got := make(chan []byte)
		go func() {
			all := make([]byte, len(want))
			n := 0
			if whole {
				n, _ = io.ReadFull(b, all)
			}
			got <- all[:n]
		}()
		if !e.lend(m) {
			t.Fatal("it is busy")
		}
		clear(m[1])
		if p, ok := errors.AsType[*actor.PanicError](r.wait()); !ok || p.Value != "deadline" {
			t.Fatalf("ended with %v", r.err)
		}
		if all := <-got; !whole {
			e.stillWorks(t, message{[]byte("id"), bytes.Repeat([]byte("lent"), 1<<18)})
		} else {
			if !bytes.Equal(all, want) {
				t.Errorf("%d bytes of %d came, or others", len(all), len(want))
			}
			e.stillWorks(t)
		}
		b.Close()
	}
}

// TestPanicWhileCatchingUp: a panic where a sender writes that is far ahead ends the connection, and nothing else.
func TestPanicWhileCatchingUp(t *testing.T) {
	for _, atBound := range []bool{false, true} {
		a, b := socketPair(t)
		a.(*net.UnixConn).SetWriteBuffer(1)
		e := newEnd(0, 0)
		e.writer = mailbox.NewActivation(func() {}) // it is the sender who writes
		bounded := make(chan struct{}, 1)
		r := established(t, testConfig("DEALER", e.Port), minedConn{a.(*net.UnixConn), atBound, bounded}, b)
		for e.attached() == nil {
			runtime.Gosched()
		}
		m := message{bytes.Repeat([]byte("far"), 1000)}
		const messages = 300
		for range messages {
			e.send(m)
		}
		select {
		case <-bounded: // by the handshake
		default:
		}
		go func() {
			<-bounded // it waits: nobody has read so far
			io.Copy(io.Discard, b)
		}()
		e.help(t.Context(), newBound(time.Now(), 0), false) // CatchUp, on one processor as well
		if p, ok := errors.AsType[*actor.PanicError](r.wait()); !ok || p.Value != "deadline" {
			t.Fatalf("ended with %v", r.err)
		}
		e.Discard()
		e.writer = mailbox.NewActivation(e.write)
		e.stillWorks(t)
		b.Close()
		close(bounded)
	}
}
