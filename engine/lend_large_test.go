package engine

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestReceiverReadsLargeFrames: a receiver that reads itself does so with large frames as
// well, in as many reads as they take.
func TestReceiverReadsLargeFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(1)
		r, b := d.lent(t, testConfig("DEALER", d.Port))
		large, larger := strings.Repeat("large", 40<<10), strings.Repeat("larger", 90<<10)
		for range 3 {
			go b.Write(wire("small", larger, large, "small", "small", large))
			d.want(t, "small", larger, large, "small", "small", large)
			if r.holder() != byNobody {
				t.Fatalf("the role is with %d", r.holder())
			}
		}
		if d.reads == 0 {
			t.Error("nobody read")
		}
	})
}

// TestHalfReadFrame: who goes on reading a large frame is not who has begun: a receiver gives
// up within it, and another one or the goroutine reads the rest, or finds that there is
// none.
func TestHalfReadFrame(t *testing.T) {
	large := strings.Repeat("large", 100<<10)
	bytes := wire(large)
	for _, c := range []struct {
		name string
		then func(t *testing.T, d *desk, r *running, b *memConn, rest []byte)
	}{
		{"another receiver", func(t *testing.T, d *desk, r *running, b *memConn, rest []byte) {
			go b.Write(append(rest, wire("next")...))
			d.want(t, large, "next")
			if d.reads < 2 || r.holder() != byNobody {
				t.Errorf("%d reads, the role is with %d", d.reads, r.holder())
			}
		}},
		{"the goroutine", func(t *testing.T, d *desk, r *running, b *memConn, rest []byte) {
			go b.Write(append(rest, wire("next")...))
			time.Sleep(3 * recall)
			synctest.Wait()
			if n := d.In.Written(); n != 3 || r.holder() != byGoroutine {
				t.Errorf("%d messages are read, the role is with %d", n, r.holder())
			}
			d.want(t, large, "next")
		}},
		{"nobody", func(t *testing.T, d *desk, r *running, b *memConn, _ []byte) {
			b.Close()
			if err := r.wait(); err != io.ErrUnexpectedEOF {
				t.Errorf("ended with %v", err)
			}
			if n := d.In.Written(); n != 1 {
				t.Errorf("%d messages", n)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(0)
				r, b := d.lent(t, testConfig("DEALER", d.Port))
				ctx, cancel := context.WithCancelCause(t.Context())
				gone, given := errors.New("gone"), make(chan error)
				go func() {
					_, err := d.recv(ctx)
					given <- err
				}()
				r.waitsInRead(t)
				half := len(bytes) / 2
				b.Write(bytes[:half])
				r.waitsInRead(t)
				cancel(gone)
				if err := <-given; !errors.Is(err, gone) {
					t.Fatal(err)
				}
				c.then(t, d, r, b, bytes[half:len(bytes):len(bytes)])
				r.cancel()
				r.wait()
			})
		})
	}
}

// TestBusyReceiverIsReadAhead: the goroutine reads the large frames for a receiver that takes
// its time for each, so that the next one is there when it comes; but not for one that was only
// now and then late.
func TestBusyReceiverIsReadAhead(t *testing.T) {
	for _, c := range []struct {
		size  int
		slow  string // is the receiver slow with the frame?
		ahead bool   // is the next one read for it?
	}{
		{aheadMin, "nyyy", true},
		{aheadMin, "yynyy", false},
		{aheadMin, "yynyyy", true},
		{aheadMin, "nnnn", false},
		{aheadMin - 1, "yyyyy", false},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(0)
			r, b := d.lent(t, testConfig("DEALER", d.Port))
			large := strings.Repeat("l", c.size)
			for i, slow := range c.slow + "n" {
				go b.Write(wire(large))
				d.want(t, large)
				synctest.Wait()
				want := byNobody
				if i == len(c.slow) && c.ahead {
					want = byGoroutine
				}
				if r.holder() != want {
					t.Errorf("size %d, %s, message %d: the role is with %d", c.size, c.slow, i, r.holder())
				}
				if slow == 'y' {
					time.Sleep(aheadAfter + 1)
				}
			}
		})
	}
}
