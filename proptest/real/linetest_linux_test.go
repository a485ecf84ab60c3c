package real

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/zeroactor/zmq/transport"
)

// TestLine holds that a line does to connections what histories have it do.
func TestLine(t *testing.T) {
	if t.Parallel(); !alone(t) {
		return
	}
	const at = "10.77.0.1:2000"
	s := newSystems(t, badness{delay: time.Millisecond})
	ln, err := s.Listen(t.Context(), at, new(transport.Options))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	dialed, accepted := s.connect(t, ln, at)
	write(t, dialed, "before")
	comes(t, accepted, "before")

	s.line.Cut(at)
	write(t, dialed, "during")
	accepted.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, err := accepted.Read(make([]byte, 10)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a cut line brings %d bytes, %v", n, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if c, err := s.Dial(ctx, at, new(transport.Options)); err == nil || errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("over a cut line there is a connection, or is refused: %v, %v", c, err)
	}
	s.line.Heal(at)
	comes(t, accepted, "during") // what was lost is sent again
	write(t, accepted, "back")
	comes(t, dialed, "back")

	s.line.Reset(at)
	for _, c := range []net.Conn{dialed, accepted} {
		if _, err := patiently(t, c).Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("an end of a connection that was reset reads: %v", err)
		}
		if _, err := c.Write([]byte("lost")); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("an end of a connection that was reset writes: %v", err)
		}
	}
	dialed, accepted = s.connect(t, ln, at)
	write(t, dialed, "again")
	comes(t, accepted, "again")
}

// connect makes a connection over the line.
func (s *systems) connect(t *testing.T, ln transport.Listener, at string) (dialed, accepted net.Conn) {
	t.Helper()
	dialed, err := s.Dial(patient(t), at, new(transport.Options))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dialed.Close() })
	if accepted, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { accepted.Close() })
	return dialed, accepted
}

func write(t *testing.T, to net.Conn, text string) {
	t.Helper()
	if _, err := to.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

// comes holds that a text is what comes out at an end.
func comes(t *testing.T, at net.Conn, text string) {
	t.Helper()
	got := make([]byte, len(text))
	if _, err := io.ReadFull(patiently(t, at), got); err != nil || string(got) != text {
		t.Fatalf("%q arrives as %q, %v", text, got, err)
	}
}

// patiently has reads of a connection fail once patience is over.
func patiently(t *testing.T, c net.Conn) net.Conn {
	c.SetReadDeadline(time.Time{})
	context.AfterFunc(patient(t), func() { c.SetReadDeadline(time.Unix(1, 0)) })
	return c
}
