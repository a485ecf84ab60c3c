package engine

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/arena"
	"golang.org/x/sys/unix"
)

// control calls f with the descriptor of nc.
func control(t *testing.T, nc net.Conn, f func(fd int)) {
	t.Helper()
	if err := rawConn(nc).Control(func(fd uintptr) { f(int(fd)) }); err != nil {
		t.Fatal(err)
	}
}

// until waits until the system says what is wanted of nc.
func until(t *testing.T, what string, nc net.Conn, is func(fd int) bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; {
		var ok bool
		if control(t, nc, func(fd int) { ok = is(fd) }); ok {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("not within 10 s: %s", what)
		}
		time.Sleep(100 * time.Microsecond) // in real time: the system's, which tells nobody
	}
}

func lowWaterIs(n int) func(fd int) bool {
	return func(fd int) bool {
		got, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVLOWAT)
		return err == nil && got == n
	}
}

func unreadIs(n int) func(fd int) bool {
	return func(fd int) bool {
		got, err := unix.IoctlGetInt(fd, unix.SIOCINQ)
		return err == nil && got == n
	}
}

// A readResult is what one read returned.
type readResult struct {
	n   int
	err error
}

// readOf reads once, on a goroutine of its own.
func readOf(s source, least int, b []byte) <-chan readResult {
	got := make(chan readResult, 1)
	go func() {
		n, err := s.read(least, func() []byte { return b }, noIdle)
		got <- readResult{n, err}
	}()
	return got
}

// TestGather: who waits for many bytes is woken when they are there, and not before, unless the peer sends no
// more; and then again by one byte.
func TestGather(t *testing.T) {
	const least, piece = 1 << 20, 64 << 10
	a, b := pair(t, "tcp", "127.0.0.1:0")
	s := newSource(b)
	buf, bytes := make([]byte, least), make([]byte, least)

	got := readOf(s, least, buf)
	until(t, "the mark is set", b, lowWaterIs(least))
	a.Write(bytes[:piece])
	until(t, "a piece is there", b, unreadIs(piece))
	control(t, b, func(fd int) {
		p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		if n, err := unix.Poll(p, 0); n != 0 || err != nil {
			t.Errorf("a piece of %d bytes wakes who waits for %d (%v)", piece, least, err)
		}
	})
	a.Write(bytes[piece:])
	if r := <-got; r.n != least || r.err != nil {
		t.Errorf("one read of %d bytes returned %d, %v", least, r.n, r.err)
	}

	got = readOf(s, 1, buf)
	until(t, "the mark is as it was", b, lowWaterIs(1))
	a.Write(bytes[:1])
	if r := <-got; r.n != 1 || r.err != nil {
		t.Errorf("a read returned %d, %v; want 1 byte", r.n, r.err)
	}

	got = readOf(s, least, buf)
	until(t, "the mark is set again", b, lowWaterIs(least))
	a.Write(bytes[:piece])
	until(t, "a piece is there", b, unreadIs(piece))
	a.Close()
	if r := <-got; r.n != piece || r.err != nil {
		t.Errorf("a read returned %d, %v; the peer has sent %d and gone", r.n, r.err, piece)
	}
	if r := <-readOf(s, least, buf); r.err != io.EOF {
		t.Errorf("a read behind the end: %v", r.err)
	}
}

// TestGatherInSmallBuffer: a connection whose buffer has been given a size that does not hold what is waited for
// goes on all the same.
func TestGatherInSmallBuffer(t *testing.T) {
	for buffer, all := range map[int]int{8 << 10: 256 << 10, 64 << 10: 4 << 20, 256 << 10: 4 << 20} {
		a, b := pair(t, "tcp", "127.0.0.1:0")
		if err := b.(*net.TCPConn).SetReadBuffer(buffer); err != nil {
			t.Fatal(err)
		}
		put(t, a, make([]byte, all))
		s := newSource(b)
		b.SetReadDeadline(time.Now().Add(30 * time.Second))
		for left := make([]byte, all); len(left) > 0; {
			n, err := s.read(min(gatherMost, len(left)), func() []byte { return left }, noIdle)
			if err != nil {
				t.Fatalf("with a buffer of %d bytes %d are missing of %d: %v", buffer, len(left), all, err)
			}
			left = left[n:]
		}
	}
}

// TestGatherOnlyTCP: other connections are not asked for a mark, which does nothing there.
func TestGatherOnlyTCP(t *testing.T) {
	a, b := pair(t, "unix", t.TempDir()+"/s")
	got := readOf(newSource(b), gatherMost, make([]byte, 1))
	a.Write([]byte{1})
	if r := <-got; r.n != 1 || r.err != nil || !lowWaterOf(t, b, 1) {
		t.Errorf("a read returned %d, %v", r.n, r.err)
	}
}

func lowWaterOf(t *testing.T, nc net.Conn, n int) (is bool) {
	control(t, nc, func(fd int) { is = lowWaterIs(n)(fd) })
	return is
}

// TestLeastOfBody: how much of a large body is waited for is bounded by what is missing, by the memory that there is for it, and
// where the peer's silence is timed nothing is.
func TestLeastOfBody(t *testing.T) {
	pool := arena.NewPool(0)
	for _, c := range []struct {
		name             string
		size, room, have int
		timed            bool
		want             int
	}{
		{"all of it", 600 << 10, 600 << 10, 0, false, 600 << 10},
		{"no more than a part", 16 << 20, 16 << 20, 0, false, gatherMost},
		{"what is missing", 16 << 20, 16 << 20, 16<<20 - gatherMin, false, gatherMin},
		{"little is missing", 16 << 20, 16 << 20, 16<<20 - gatherMin + 1, false, 1},
		{"memory for a part only", 16 << 20, 512 << 10, 10, false, 512<<10 - 10},
		{"timed", 16 << 20, 16 << 20, 0, true, 1},
	} {
		l := largeBody{buf: pool.Get(c.room), size: c.size, have: c.have, timed: c.timed}
		if got := l.least(); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
		l.release()
	}
}
