package engine

import (
	"bytes"
	"io"
	"net"
	"path/filepath"
	"testing"
)

// socketPair returns both ends of a connection that the system buffers little of.
func socketPair(t *testing.T) (a, b net.Conn) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = net.Dial("unix", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return a, b
}

// TestCarry: who sends a large message writes it, to the end if the peer reads;
// if it does not, the rest is written when it does, whole and in order.
func TestCarry(t *testing.T) {
	a, b := socketPair(t)
	e := newEnd(0, 0)
	woken := make(chan struct{}, 100)
	e.OnWritten(func() { woken <- struct{}{} }) // and not the activation
	established(t, testConfig("DEALER", e.Port), a, b)
	var want bytes.Buffer
	send := func(size int, fill byte) {
		body := bytes.Repeat([]byte{fill}, size)
		want.Write(AppendFrame(nil, 0, body))
		e.send(message{body})
	}
	read := func() {
		t.Helper()
		got := make([]byte, want.Len())
		if _, err := io.ReadFull(b, got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%d bytes are not those sent", len(got))
		}
		want.Reset()
	}

	forgetWoken := func() { // there is nothing if the activation is still at work, since the last Carry ran out of time
		select {
		case <-woken:
		default:
		}
	}
	for i := range 20 {
		send(1<<20, byte(i))
		forgetWoken()
		carried := make(chan struct{})
		go func() {
			e.Carry(t.Context(), 1<<20)
			close(carried)
		}()
		read()
		<-carried
	}
	for i := range 10 { // nobody reads: it goes on all the same
		send(1<<20, byte(i))
		forgetWoken()
		e.Carry(t.Context(), 1<<20)
	}
	read()
	e.Finish()
	if n, err := io.Copy(io.Discard, b); n != 0 || err != nil {
		t.Errorf("%d bytes more, %v", n, err)
	}
	b.Close()
}
