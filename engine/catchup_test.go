package engine

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/mailbox"
)

// A pipeSink is a sink for a connection in memory, which can tell what it takes at once.
type pipeSink struct{ *memConn }

func (pipeSink) canTry() bool { return true }
func (pipeSink) light() bool  { return true }
func (pipeSink) roomy() bool  { return false }

func (s pipeSink) write(spans [][]byte, wait bool) (n int, err error) {
	for _, b := range spans {
		if !wait {
			b = b[:min(len(b), s.room())]
		}
		m, err := s.Write(b)
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}

// room returns how many bytes c takes at once.
func (c *memConn) room() int {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return c.out.size - c.out.has()
}

// lightly makes a connection that only writes serve e, through a system that has room for size
// bytes. What the peer gets comes from b.
func lightly(e *end, size int) (b *memConn) {
	a, b := newMemConns(size)
	c := testConfig("PUSH", e.Port).newConn(a)
	c.port = e.Port
	c.writer.init(pipeSink{a}, nil)
	e.attach(c)
	return b
}

// catchUp has a sender catch up, on a goroutine of its own, and returns where it says how long that took.
func (e *end) catchUp(ctx context.Context) <-chan time.Duration {
	took := make(chan time.Duration)
	go func() {
		began := time.Now()
		e.CatchUp(ctx)
		took <- time.Since(began)
	}()
	return took
}

// sendMany sends a number of messages of 1 KiB, and returns them as they go on the wire.
func (e *end) sendMany(messages int) (wire []byte) {
	m := message{bytes.Repeat([]byte("many"), 256)}
	for range messages {
		e.send(m)
		wire = appendMessage(wire, m)
	}
	return wire
}

// TestCatchUpWaits: a sender that is far ahead waits for a connection that takes nothing once, for
// a millisecond or until its context ends, and again when something has been taken.
func TestCatchUpWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 1 << 10
		e := newEnd(0, 0)
		left := 0 // how often the rest was left to the activation, which does nothing here
		e.writer = mailbox.NewActivation(func() { left++ })
		b := lightly(e, size)
		defer e.detach()
		wire := e.sendMany(300)
		synctest.Wait()
		soon, cancel := context.WithTimeout(t.Context(), maxCarry/4)
		defer cancel()
		past, cancel := context.WithCancel(t.Context())
		cancel()
		var got []byte
		read := func(n int) {
			more := make([]byte, n)
			if _, err := io.ReadFull(b, more); err != nil {
				t.Error(err)
			}
			got = append(got, more...)
		}
		left = 0
		for i, c := range []struct {
			name string
			ctx  context.Context
			read int // before it
			want time.Duration
		}{
			{"of a context that is over", past, 0, 0},
			{"of one with a deadline", soon, 0, maxCarry / 4},
			{"without one", t.Context(), 0, maxCarry},
			{"of a connection that has taken nothing meanwhile", t.Context(), 0, 0},
			{"of one that has room again, which is not known yet", t.Context(), size, 0},
			{"of one that has taken something since", t.Context(), 0, maxCarry},
		} {
			read(c.read)
			began := time.Now()
			e.CatchUp(c.ctx)
			if took := time.Since(began); took != c.want {
				t.Errorf("%s: it waited %v, want %v", c.name, took, c.want)
			}
			if synctest.Wait(); left != i+1 {
				t.Errorf("%s: the rest was left to the activation %d times, want %d", c.name, left, i+1)
			}
		}

		left = 0
		read(size) // again something has been taken
		e.CatchUp(t.Context())
		done := e.catchUp(t.Context())
		time.Sleep(maxCarry / 2)
		read(len(wire) - len(got))
		if took := <-done; took != maxCarry/2 {
			t.Errorf("it waited %v for a connection that took everything after %v", took, maxCarry/2)
		}
		if synctest.Wait(); left != 1 || !e.attached().writer.helped {
			t.Errorf("with all written it was left to the activation %d times, want once, by the one before; it naps: %v", left, e.attached().writer.helped)
		}
		if !bytes.Equal(got, wire) {
			t.Error("what was written is not what was sent")
		}
	})
}

// TestActivationNapsMeanwhile: while a sender writes, the activation waits for nothing but time. It writes what is
// left soon after, and commands as well, however much there is to send.
func TestActivationNapsMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEnd(0, 0)
		b := lightly(e, 64<<10)
		defer e.detach()
		ping := AppendPing(nil, 0, nil)
		var sending sync.WaitGroup
		var asked, answered time.Time
		sending.Go(func() {
			for i := range 100 {
				e.sendMany(300)
				e.CatchUp(t.Context())
				if i == 50 {
					asked = time.Now()
					e.attached().command(func(b []byte) []byte { return append(b, ping...) })
				}
			}
			e.Finish()
		})
		var got []byte
		for buf, err := make([]byte, 32<<10), error(nil); err == nil; {
			var n int
			n, err = b.Read(buf)
			if got = append(got, buf[:n]...); answered.IsZero() && bytes.Contains(got, ping) {
				answered = time.Now()
			}
			time.Sleep(maxCarry / 20) // 640 MB/s
		}
		sending.Wait()
		if took := answered.Sub(asked); asked.IsZero() || answered.IsZero() || took > 2*maxCarry {
			t.Errorf("a PING came after %v", took)
		}
		if want := 100*300*(1<<10+longHeader) + len(ping); len(got) != want {
			t.Errorf("%d bytes came, want %d", len(got), want)
		}
	})
}

// TestCatchUpWhileItEnds: a connection ends under a sender that writes, which goes on at once. What is not written
// whole goes to the next one.
func TestCatchUpWhileItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEnd(0, 0)
		b := lightly(e, 1500)
		wire := e.sendMany(300)
		c := e.attached()
		done := e.catchUp(t.Context())
		time.Sleep(maxCarry / 2)
		c.fail(io.ErrClosedPipe)
		e.detach()
		if took := <-done; took > maxCarry/2 {
			t.Errorf("it waited %v for a connection that was over after %v", took, maxCarry/2)
		}
		first, _ := io.ReadAll(b)
		const whole = 1<<10 + longHeader
		b = lightly(e, len(wire))
		e.Finish()
		got, err := io.ReadAll(b)
		if err != nil || !bytes.Equal(got, wire[len(first)/whole*whole:]) {
			t.Errorf("after %d bytes came %d, %v", len(first), len(got), err)
		}
		e.detach()
	})
}
