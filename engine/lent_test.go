//go:build linux

package engine

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// lend sends a message whose last frame is written from where it is, if the connection
// is idle.
func (e *end) lend(m message) bool {
	if !e.Borrow() {
		return false
	}
	last := len(m) - 1
	for _, f := range m[:last] {
		e.Out.Append(FlagMore, f)
	}
	e.Out.Promise(len(m[last]))
	e.Out.EndMessage()
	e.Out.Flush()
	e.WriteLent(m[last])
	return true
}

// awaitIdle waits until the connection has written everything.
func (e *end) awaitIdle(t *testing.T) {
	for !e.Borrow() {
		if t.Context().Err() != nil {
			t.Fatal("the connection does not become idle")
		}
		runtime.Gosched()
	}
	e.lender = nil
	e.reading.Unlock()
}

// TestWriteLent: the sender's memory is written as it is, by pieces if the system takes no
// more, and is the sender's again at once; for a peer that does not read it is copied.
func TestWriteLent(t *testing.T) {
	rng := seeded(t)
	overAll(t, func(t *testing.T, a, b net.Conn) {
		e := newEnd(0, 0)
		established(t, testConfig("DEALER", e.Port), a, b)
		_, can := a.(syscall.Conn)
		var want bytes.Buffer
		lent := 0
		send := func() {
			size := 1 + rng.IntN(1<<20)
			m := message{randomBody(rng, size)}
			if rng.IntN(2) == 0 {
				m = message{randomBody(rng, rng.IntN(300)), m[0]}
			}
			want.Write(appendMessage(nil, m))
			if e.lend(m) {
				lent++
				clear(m[len(m)-1])
			} else {
				e.send(m)
			}
		}
		read := func() {
			got := make([]byte, want.Len())
			if _, err := io.ReadFull(b, got); err != nil {
				t.Error(err)
			}
			if !bytes.Equal(got, want.Bytes()) {
				t.Error("what came is not what was sent")
			}
		}
		if can {
			e.awaitIdle(t)
		}
		for range 10 { // nobody reads
			send()
		}
		read()
		if can != (lent > 0) {
			t.Errorf("%d messages were lent", lent)
		}
		for range 30 {
			want.Reset()
			if can {
				e.awaitIdle(t)
			}
			done := make(chan struct{})
			expected := make(chan struct{})
			go func() {
				defer close(done)
				<-expected
				read()
			}()
			lent = 0
			send()
			close(expected)
			<-done
			if can && lent == 0 {
				t.Error("it was not lent")
			}
		}
		e.Finish()
		if n, err := io.Copy(io.Discard, b); n != 0 || err != nil {
			t.Errorf("%d bytes more, %v", n, err)
		}
		b.Close()
	})
}

// TestLentMessageOutlivesConnection: a message that was written in part, or not at all, when
// the connection ended goes whole to the next one.
func TestLentMessageOutlivesConnection(t *testing.T) {
	for _, how := range []string{"peer", "we", "before"} {
		t.Run(how, func(t *testing.T) {
			a, b := socketPair(t)
			e := newEnd(0, 0)
			cfg := testConfig("DEALER", e.Port)
			r := established(t, cfg, a, b)
			e.awaitIdle(t)
			m := message{[]byte("id"), bytes.Repeat([]byte("lent"), 1<<20)}
			ended := errors.New("ended")
			if how == "before" { // between Borrow and WriteLent
				if !e.Borrow() {
					t.Fatal("it is busy")
				}
				e.Out.Append(FlagMore, m[0])
				e.Out.Promise(len(m[1]))
				e.Out.EndMessage()
				e.Out.Flush()
				r.Close(ended)
				e.WriteLent(m[1])
			} else {
				go func() {
					io.ReadFull(b, make([]byte, 300<<10))
					if how == "we" {
						r.Close(ended)
					} else {
						b.Close()
					}
				}()
				if !e.lend(m) {
					t.Fatal("it is busy")
				}
			}
			want := appendMessage(nil, m)
			clear(m[1])
			r.wait()
			b.Close()
			a, b = socketPair(t)
			_, got := joined(t, cfg, a, b)
			rest := make([]byte, len(want)-len(got))
			if _, err := io.ReadFull(b, rest); err != nil || !bytes.Equal(append(got, rest...), want) {
				t.Errorf("the next connection got something else, %v", err)
			}
			e.Finish()
			io.Copy(io.Discard, b)
			b.Close()
		})
	}
}

// TestLentOnlyWhenIdle: nothing is lent before what is to be written already.
func TestLentOnlyWhenIdle(t *testing.T) {
	a, b := socketPair(t)
	e := newEnd(0, 0)
	if e.Borrow() {
		t.Fatal("there is no connection")
	}
	r := established(t, testConfig("DEALER", e.Port), a, b)
	e.awaitIdle(t)
	e.reading.Lock()
	if e.Borrow() {
		t.Error("somebody else writes")
	}
	r.writer.queue(func(b []byte) []byte { return AppendPing(b, 0, nil) })
	e.reading.Unlock()
	if e.Borrow() {
		t.Error("a command is to be written")
	}
	e.Wake()
	if n, err := io.ReadFull(b, make([]byte, len(AppendPing(nil, 0, nil)))); err != nil {
		t.Fatal(n, err)
	}
	e.awaitIdle(t)
	e.OnWritten(func() {})
	e.send(message{[]byte("before")})
	if e.Borrow() {
		t.Error("a message is to be written")
	}
	e.Finish()
	if got, err := io.ReadAll(b); err != nil || !bytes.Equal(got, wire("before")) {
		t.Errorf("%q, %v", got, err)
	}
	b.Close()
}

// TestLentFromStack: a body may be on the sender's stack, which moves while the sender waits.
func TestLentFromStack(t *testing.T) {
	a, b := socketPair(t)
	e := newEnd(0, 0)
	established(t, testConfig("DEALER", e.Port), a, b)
	read := make(chan bool)
	ok := make(chan bool)
	go func() {
		defer close(ok)
		got := make([]byte, longHeader+len(onStack{}))
		for range read {
			runtime.GC() // shrinks the stacks of who waits
			_, err := io.ReadFull(b, got)
			right := err == nil
			for i, c := range got[longHeader:] {
				right = right && c == byte(i*7)
			}
			ok <- right
		}
	}()
	defer close(read)
	moved := false
	for end := time.Now().Add(60 * time.Second); !moved && time.Now().Before(end); {
		e.awaitIdle(t)
		grow(64)
		moved = lendFromStack(e, read)
		for range 4 {
			if !<-ok {
				t.Fatal("what came is not what was sent")
			}
			read <- true
		}
		if !<-ok {
			t.Fatal("what came is not what was sent")
		}
	}
	if !moved {
		t.Error("no stack has moved: this tests nothing")
	}
	e.Finish()
	if n, _ := b.Read(make([]byte, 1)); n != 0 {
		t.Error("something came that was not sent")
	}
	b.Close()
}

// onStack is as large as variables on the stack may be.
type onStack [100 << 10]byte

// lendFromStack sends five messages of the same memory, more than the system buffers, and
// reports whether that has moved. It has the first one read.
//
//go:noinline
func lendFromStack(e *end, read chan bool) (moved bool) {
	var body onStack
	for i := range body {
		body[i] = byte(i * 7)
	}
	before := uintptr(unsafe.Pointer(&body))
	for i := range 5 {
		if !e.lend(message{body[:]}) {
			e.Out.Append(0, body[:])
			e.Out.EndMessage()
			e.Out.Flush()
		}
		if i == 0 {
			read <- true
		}
	}
	return uintptr(unsafe.Pointer(&body)) != before
}

// grow makes the stack large.
//
//go:noinline
func grow(n int) byte {
	var frame [16 << 10]byte
	if n > 0 {
		frame[n] = grow(n - 1)
	}
	return frame[n] + frame[n/2]
}
