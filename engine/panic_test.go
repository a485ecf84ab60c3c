package engine

import (
	"bytes"
	"errors"
	"io"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/zeroactor/zmq/actor"
)

// A mine is a transform that panics.
type mine struct{ encode, decode bool }

func (m mine) Encode(dst []byte, flags byte, body []byte) ([]byte, error) {
	if m.encode {
		panic("encode")
	}
	return AppendFrame(dst, flags, body), nil
}

func (m mine) Decode(src []byte) (flags byte, body []byte, n int, err error) {
	if m.decode {
		panic("decode")
	}
	return ConsumeFrame(src, -1)
}

// A minelayer is the NULL mechanism with that transform.
type minelayer struct {
	Mechanism
	mine
}

func (m minelayer) Transform(PeerInfo, bool, int64) Transform { return m.mine }

// stillWorks serves the port by a connection without faults, which sends what
// is wanted, and then what is sent.
func (e *end) stillWorks(t *testing.T, want ...message) {
	t.Helper()
	a, b := newMemConns(64 << 10)
	_, got := joined(t, testConfig("DEALER", e.Port), a, b)
	put(t, b, appendMessage(nil, message{[]byte("in")}))
	e.want(t, message{[]byte("in")})
	e.send(message{[]byte("out")})
	e.Finish()
	var wire []byte
	for _, m := range append(want, message{[]byte("out")}) {
		wire = appendMessage(wire, m)
	}
	more, err := io.ReadAll(b)
	if got = append(got, more...); !bytes.Equal(got, wire) {
		t.Errorf("then came %s, %v", FramesString(got), err)
	}
}

// mined is a connection with such a transform.
func (e *end) mined(t *testing.T, m mine) (*running, *memConn) {
	cfg := testConfig("DEALER", e.Port)
	cfg.Handshake.Mechanism = func(c MechanismConfig) Mechanism { return minelayer{NewNull(c), m} }
	a, b := newMemConns(64 << 10)
	return established(t, cfg, a, b), b
}

// A panic where a connection writes ends that connection, and no lock is held
// after it: the port serves the next one, which sends what that could not.
func TestPanicInWriter(t *testing.T) {
	e := newEnd(0, 0)
	r, _ := e.mined(t, mine{encode: true})
	e.send(message{[]byte("boom")})
	err := r.wait()
	if p, ok := errors.AsType[*actor.PanicError](err); !ok || p.Value != "encode" || !bytes.Contains(p.Stack, []byte("mine")) {
		t.Fatalf("ended with %v", err)
	}
	e.stillWorks(t, message{[]byte("boom")})
}

// A panic where it reads goes through to whoever runs it.
func TestPanicInReader(t *testing.T) {
	e := newEnd(0, 0)
	r, b := e.mined(t, mine{decode: true})
	put(t, b, appendMessage(nil, message{[]byte("boom")}))
	if r.wait(); r.panic != "decode" {
		t.Fatalf("panic %v, ended with %v", r.panic, r.err)
	}
	e.stillWorks(t)
}

// A panic of the parser on the socket's goroutine does not reach the socket.
func TestPanicWhileSocketParses(t *testing.T) {
	e := newEnd(0, 1)
	a, b := newMemConns(64 << 10)
	r := established(t, testConfig("DEALER", e.Port), a, b)
	put(t, b, bytes.Repeat(appendMessage(nil, message{[]byte("m")}), 3))
	for blocked := false; !blocked; runtime.Gosched() {
		r.reader.parsing.Lock()
		if blocked = r.reader.blocked; blocked {
			r.reader.keep = math.MaxInt32 // more than any memory has
		}
		r.reader.parsing.Unlock()
	}
	e.want(t, message{[]byte("m")})
	r.wait()
	if _, ok := errors.AsType[*actor.PanicError](r.err); !ok && r.panic == nil {
		t.Fatalf("ended with %v", r.err)
	}
	e.stillWorks(t)
}

// A panic of a timer's function does not end the process.
func TestPanicInPulse(t *testing.T) {
	a, _ := newMemConns(1)
	c := testConfig("DEALER", nil).newConn(a) // without a port to send PINGs by
	p := &pulse{conn: c, heart: &Heartbeat{Interval: 1}}
	p.heart.Start(time.Unix(0, 0))
	p.beat()
	if _, ok := errors.AsType[*actor.PanicError](c.reason(nil)); !ok {
		t.Errorf("ended with %v", c.reason(nil))
	}
	p.stop() // not locked
}
