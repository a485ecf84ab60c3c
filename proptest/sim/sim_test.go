package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/transport"
)

// connect returns both ends of a connection to "a".
func connect(t *testing.T, n *Network) (dialed, accepted *Conn) {
	t.Helper()
	l, err := n.Listen(context.Background(), "a", nil)
	if err != nil {
		t.Fatal(err)
	}
	x, y := dial(t, n, l)
	l.Close()
	t.Cleanup(func() { x.Close(); y.Close() })
	return x, y
}

func dial(t *testing.T, n *Network, l transport.Listener) (dialed, accepted *Conn) {
	t.Helper()
	x, err := n.Dial(context.Background(), l.Endpoint().Address, nil)
	if err != nil {
		t.Fatal(err)
	}
	y, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return x.(*Conn), y.(*Conn)
}

// reads returns what each Read gives, and when, until the end.
func reads(c net.Conn) (log []string) {
	began := time.Now()
	b := make([]byte, 100)
	for {
		n, err := c.Read(b)
		if err != nil {
			return append(log, fmt.Sprintf("%v %v", time.Since(began), err))
		}
		log = append(log, fmt.Sprintf("%v %s", time.Since(began), b[:n]))
	}
}

func want(t *testing.T, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("got  %s\nwant %s", g, w)
	}
}

func TestLatencyAndBandwidth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		x, y := connect(t, New(Config{Latency: 10 * time.Millisecond, Bandwidth: 1000}))
		want(t, time.Since(began), 20*time.Millisecond)
		x.Write([]byte("one"))
		x.Write([]byte("three"))
		x.CloseWrite()
		want(t, reads(y), "[13ms one 18ms three 18ms EOF]")
	})
}

// The same seed gives the same pieces at the same times, however the bytes are
// written; another one gives others.
func TestSeed(t *testing.T) {
	const text = "all that is written, in pieces that the seed alone decides"
	run := func(seed uint64, portion int) (log []string) {
		synctest.Test(t, func(t *testing.T) {
			x, y := connect(t, New(Config{Seed: seed, Latency: time.Millisecond, Jitter: time.Second, MaxPiece: 9, CorruptAfter: 20}))
			for b := []byte(text); len(b) > 0; b = b[min(portion, len(b)):] {
				x.Write(b[:min(portion, len(b))])
			}
			x.CloseWrite()
			b := make([]byte, 100)
			began := time.Now()
			for {
				n, err := y.Read(b)
				if err != nil {
					log = append(log, fmt.Sprint(time.Since(began), err))
					return
				}
				for _, c := range b[:n] {
					log = append(log, fmt.Sprint(time.Since(began), c))
				}
			}
		})
		return log
	}
	first := run(1, len(text))
	for _, portion := range []int{1, 7, len(text)} {
		want(t, run(1, portion), first)
	}
	if slices.Equal(run(2, len(text)), first) {
		t.Error("another seed makes no difference")
	}
}

func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, y := connect(t, New(Config{Window: 4}))
		x.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := x.Write([]byte("123456"))
		if n != 4 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("wrote %d, %v", n, err)
		}
		io.ReadFull(y, make([]byte, 3))
		x.SetWriteDeadline(time.Time{})
		if n, err := x.Write([]byte("567")); n != 3 || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
	})
}

// What has arrived before a reset can be read, what was on its way cannot.
func TestReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Config{Latency: time.Second})
		x, y := connect(t, n)
		x.Write([]byte("early"))
		time.Sleep(time.Second)
		x.Write([]byte("late"))
		x.Link().Reset()
		want(t, reads(y), "[0s early 0s connection reset by peer]")
		if _, err := x.Write([]byte("more")); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("Write: %v", err)
		}
		want(t, reads(x), "[0s connection reset by peer]")
		want(t, n.Stats().Resets, 1)
		want(t, len(n.Links("a")), 0)
	})
}

// Who closes without having read everything resets the connection.
func TestCloseUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, y := connect(t, New(Config{Latency: time.Second}))
		y.Write([]byte("unread"))
		x.Write([]byte("lost"))
		x.CloseWrite()
		y.CloseWrite()
		time.Sleep(time.Second)
		y.Close() // "lost" has arrived, and was not read
		want(t, reads(x), "[0s unread 0s EOF]")

		x, y = connect(t, New(Config{Latency: time.Second}))
		y.Write([]byte("unread"))
		time.Sleep(time.Second)
		x.Write([]byte("lost"))
		x.Close()
		want(t, reads(y), "[0s connection reset by peer]")
	})
}

func TestWriteToClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, y := connect(t, New(Config{}))
		y.Close()
		if _, err := x.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("Write: %v", err)
		}
		want(t, reads(x), "[0s EOF]")
		for _, err := range []error{x.Close(), x.Close(), x.CloseWrite(), x.SetDeadline(time.Time{})} {
			t.Log(err)
		}
		if _, err := x.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Read: %v", err)
		}
	})
}

// A cut connection carries nothing, not even its end, and nobody is told; what
// was on its way arrives after it is healed.
func TestCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Config{Latency: time.Second})
		x, y := connect(t, n)
		x.Write([]byte("1"))
		time.Sleep(time.Second)
		n.Cut("a")
		x.Write([]byte("2"))
		x.CloseWrite()
		go func() {
			time.Sleep(time.Hour)
			n.Heal("a")
			n.Heal("a")
		}()
		want(t, reads(y), "[0s 1 1h0m1s 2 1h0m1s EOF]")

		n.Cut("b")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errors.New("patience is over"))
		defer cancel()
		_, err := n.Dial(ctx, "b", nil)
		if err == nil || !strings.Contains(err.Error(), "patience") {
			t.Errorf("Dial: %v", err)
		}
		n.Heal("b")
		if _, err := n.Dial(t.Context(), "b", nil); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("Dial: %v", err)
		}
		want(t, n.Stats(), "{1 1 2 0 1 0}")
	})
}

// Of a connection that is half open the living end hears nothing.
func TestHalfOpen(t *testing.T) {
	for _, dialer := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			dead, alive := connect(t, New(Config{Window: 10}))
			if !dialer {
				dead, alive = alive, dead
			}
			dead.Write([]byte("words"))
			dead.Link().HalfOpen(dialer)
			if _, err := dead.Write([]byte("x")); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the dead end writes: %v", err)
			}
			dead.Close()
			alive.SetDeadline(time.Now().Add(time.Hour))
			want(t, reads(alive), "[0s words 1h0m0s i/o timeout]")
			if n, err := alive.Write([]byte("into the void")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("wrote %d, %v", n, err) // the deadline is over
			}
			alive.SetDeadline(time.Now().Add(time.Hour))
			if n, err := alive.Write([]byte("into the void")); n != 10 || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("wrote %d, %v", n, err)
			}
		})
	}
}

func TestCorrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Config{})
		x, y := connect(t, n)
		x.Link().Corrupt()
		x.Write([]byte("abc"))
		b := make([]byte, 3)
		io.ReadFull(y, b)
		if b[0] == 'a' || string(b[1:]) != "bc" {
			t.Errorf("read %q", b)
		}
		x.Write([]byte("abc"))
		io.ReadFull(y, b)
		want(t, string(b), "abc")
		want(t, n.Stats().Corrupted, 1)
	})
}

// Faults by chance come as often as asked for.
func TestChance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Config{Seed: 3, Refuse: 0.5, ResetAfter: 1000})
		l, err := n.Listen(t.Context(), "a", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		refused, bytes := 0, 0
		for range 200 {
			c, err := n.Dial(t.Context(), "a", nil)
			if err != nil {
				refused++
				continue
			}
			y, _ := l.Accept()
			for {
				if _, err := c.Write([]byte{0}); err != nil {
					break
				}
				y.Read(make([]byte, 1))
				bytes++
			}
			c.Close()
			y.Close()
		}
		s := n.Stats()
		if refused < 70 || refused > 130 || s.Refused != refused || s.Connections != 200-refused || s.Resets != 200-refused {
			t.Errorf("%d refused, %+v", refused, s)
		}
		if mean := bytes / s.Connections; mean < 700 || mean > 1300 {
			t.Errorf("a reset every %d bytes", mean)
		}
	})
}

func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Config{})
		l, err := n.Listen(t.Context(), "*", nil)
		if err != nil {
			t.Fatal(err)
		}
		var conns []net.Conn
		for range backlog {
			c, err := n.Dial(t.Context(), "host-1", nil)
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, c)
		}
		if _, err := n.Dial(t.Context(), "host-1", nil); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("Dial: %v", err)
		}
		l.Close()
		for _, c := range conns {
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Fatalf("Read: %v", err)
			}
			c.Close()
		}
	})
}
