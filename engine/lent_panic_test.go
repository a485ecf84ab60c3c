//go:build linux

package engine

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/zeroactor/zmq/actor"
)

// A minedConn panics when the time to write is bounded, or when it is no more. It bounds nothing.
type minedConn struct {
	*net.UnixConn
	atBound bool
}

func (c minedConn) SetWriteDeadline(t time.Time) error {
	if c.atBound != t.IsZero() {
		panic("deadline")
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
		r := established(t, testConfig("DEALER", e.Port), minedConn{a.(*net.UnixConn), !whole}, b)
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
