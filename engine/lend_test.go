package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/actor"
	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/mailbox"
)

// A desk is a socket's end of a port, as a socket with one connection receives:
// whoever waits stands in line, and reads itself if it can.
type desk struct {
	*Port
	mu    sync.Mutex // the turn
	line  mailbox.WaitList
	awake bool // In may have something
	reads int  // calls of Read that read
}

func newDesk(recvHWM int) *desk {
	d := &desk{awake: true}
	d.Port = NewPort(arena.NewPool(-1), 0, recvHWM, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.awake = true
		d.line.Wake()
	}, func() {})
	return d
}

// recv waits for a message of one frame and returns a copy of it.
func (d *desk) recv(ctx context.Context) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		if d.awake {
			if _, body, ok := d.In.Next(); ok {
				d.line.Wake()
				return string(body), nil
			}
			d.awake = false
		}
		w := d.line.Join()
		w.OnWake(d.Interrupt)
		d.mu.Unlock()
		var err error
		done := d.Read(ctx, w)
		if !done {
			err = w.Wait(ctx)
		}
		d.mu.Lock()
		if done {
			d.reads++
		}
		if d.line.Leave(w); err != nil {
			d.line.Wake()
			return "", err
		}
	}
}

// want fails the test unless the next messages are those.
func (d *desk) want(t *testing.T, messages ...string) {
	t.Helper()
	for _, want := range messages {
		if got, err := d.recv(t.Context()); got != want || err != nil {
			t.Fatalf("%.20q, %v, want %.20q", got, err, want)
		}
	}
}

// wire returns messages of one frame as they are sent.
func wire(messages ...string) (b []byte) {
	for _, m := range messages {
		b = AppendFrame(b, 0, []byte(m))
	}
	return b
}

// lent makes a connection over memory, whose role of the reader is on offer.
func (d *desk) lent(t *testing.T, cfg *testSocket) (*running, *memConn) {
	t.Helper()
	a, b := newMemConns(64 << 10)
	r := established(t, cfg, a, b)
	synctest.Wait() // it serves the port
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.want(t, "first")
	}()
	synctest.Wait() // it has found nothing, and asks
	b.Write(wire("first"))
	<-done
	synctest.Wait()
	if holder := r.holder(); holder != byNobody {
		t.Fatalf("the role is with %d", holder)
	}
	return r, b
}

func (c *Conn) holder() int {
	c.role.mu.Lock()
	defer c.role.mu.Unlock()
	return c.role.holder
}

// waitsInRead waits until a receiver is in the connection's read.
func (r *running) waitsInRead(t *testing.T) {
	t.Helper()
	synctest.Wait()
	r.role.mu.Lock()
	defer r.role.mu.Unlock()
	if !r.role.inCall {
		t.Fatal("no receiver reads")
	}
}

func TestReceiverReadsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(0)
		r, b := d.lent(t, testConfig("DEALER", d.Port))
		for range 10 {
			go func() {
				time.Sleep(recall / 2)
				b.Write(wire("one", "two"))
			}()
			d.want(t, "one", "two")
		}
		if d.reads != 10 || r.holder() != byNobody {
			t.Errorf("%d reads, the role is with %d", d.reads, r.holder())
		}
	})
}

// TestRoleComesBack: "if the role lies unused for 10 ms, the goroutine takes it
// back".
func TestRoleComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(0)
		r, b := d.lent(t, testConfig("DEALER", d.Port))
		b.Write(wire("unread"))
		time.Sleep(3 * recall)
		synctest.Wait()
		if r.holder() != byGoroutine || d.In.Written() != 2 {
			t.Fatalf("the role is with %d, %d messages are read", r.holder(), d.In.Written())
		}
		d.want(t, "unread")
	})
}

// TestRoleStaysWithWhoWaits: a receiver that waits for long is not disturbed.
func TestRoleStaysWithWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(0)
		r, b := d.lent(t, testConfig("DEALER", d.Port))
		go func() {
			time.Sleep(time.Minute)
			b.Write(wire("late"))
		}()
		d.want(t, "late")
		if d.reads != 1 || r.holder() != byNobody {
			t.Errorf("%d reads, the role is with %d", d.reads, r.holder())
		}
	})
}

func TestAttendCallsTheRoleBack(t *testing.T) {
	for _, waiting := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(0)
			r, b := d.lent(t, testConfig("DEALER", d.Port))
			done := make(chan struct{})
			if waiting {
				go func() {
					defer close(done)
					d.want(t, "late")
				}()
				r.waitsInRead(t)
			} else {
				close(done)
			}
			d.Attend()
			synctest.Wait()
			if r.holder() != byGoroutine {
				t.Fatalf("the role is with %d", r.holder())
			}
			b.Write(wire("late"))
			if !waiting {
				d.want(t, "late")
			}
			<-done
		})
	}
}

// TestAttendBeforeLending: somebody waits in another way, just when a message has
// come for a receiver and the role is about to be lent.
func TestAttendBeforeLending(t *testing.T) {
	var r role
	for _, asksAgain := range []bool{false, true} {
		if r.take() || !r.asked() {
			t.Fatal("the goroutine is not asked for the role")
		}
		r.demand()
		if asksAgain && (r.take() || !r.asked()) {
			t.Fatal("the goroutine is not asked for the role again")
		}
		if lent := r.lend(); lent != asksAgain {
			t.Errorf("asked again: %v; lent: %v", asksAgain, lent)
		}
	}
}

// TestContextEndsRead, be it one that is used again and again, or one a call.
func TestContextEndsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(0)
		r, b := d.lent(t, testConfig("DEALER", d.Port))
		gone := errors.New("gone")
		same, cancel := context.WithCancelCause(t.Context())
		for range 5 {
			go func() {
				time.Sleep(time.Nanosecond)
				b.Write(wire("more"))
			}()
			if m, err := d.recv(same); m != "more" || err != nil {
				t.Fatal(m, err)
			}
			fresh, end := context.WithTimeoutCause(t.Context(), time.Second, gone)
			if m, err := d.recv(fresh); !errors.Is(err, gone) {
				t.Fatal(m, err)
			}
			end()
		}
		go func() {
			r.waitsInRead(t)
			cancel(gone)
		}()
		if m, err := d.recv(same); !errors.Is(err, gone) {
			t.Fatal(m, err)
		}
		if d.reads < 11 {
			t.Errorf("%d reads", d.reads)
		}
		go b.Write(wire("last"))
		d.want(t, "last")
	})
}

// TestWakeEndsRead: who is woken for another reason does not go on reading.
func TestWakeEndsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(0)
		r, _ := d.lent(t, testConfig("DEALER", d.Port))
		for _, before := range []bool{false, true} {
			d.mu.Lock()
			w := d.line.Join()
			w.OnWake(d.Interrupt)
			if before { // it has an effect also if it comes before the read
				d.line.Wake()
			}
			d.mu.Unlock()
			if !before {
				go func() {
					r.waitsInRead(t)
					d.mu.Lock()
					defer d.mu.Unlock()
					d.line.Wake()
				}()
			}
			if !d.Read(t.Context(), w) {
				t.Fatal("it did not read")
			}
			d.mu.Lock()
			if !d.line.Leave(w) {
				t.Error("it was not woken")
			}
			d.mu.Unlock()
		}
	})
}

// TestReceiverReadsPastTheMark: bytes that the log had no room for are parsed
// when the receiver has made some, without the goroutine.
func TestReceiverReadsPastTheMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(2)
		r, b := d.lent(t, testConfig("DEALER", d.Port))
		go func() {
			time.Sleep(time.Nanosecond)
			b.Write(wire("1", "2", "3", "4", "5", "6", "7"))
		}()
		d.want(t, "1", "2", "3", "4", "5", "6", "7")
		if r.holder() != byNobody {
			t.Errorf("the role is with %d", r.holder())
		}
		// If nobody receives, the goroutine takes over at the mark.
		go func() {
			time.Sleep(time.Nanosecond)
			b.Write(wire("1", "2", "3", "4", "5"))
		}()
		d.want(t, "1")
		time.Sleep(3 * recall)
		synctest.Wait()
		d.want(t, "2", "3", "4", "5")
	})
}

// TestEndWhileReceiverReads: the connection ends for the reason that the
// receiver has met, and nothing before that is lost.
func TestEndWhileReceiverReads(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(r *running, b *memConn)
		want func(error) bool
	}{
		{"close", func(_ *running, b *memConn) { b.Close() }, func(err error) bool { return err == io.EOF }},
		{"malformed", func(_ *running, b *memConn) { b.Write([]byte{0xf8, 0}) }, isProtocolError},
		{"cut", func(_ *running, b *memConn) { b.Write([]byte{0, 9, 'h'}); b.Close() }, func(err error) bool { return err == io.ErrUnexpectedEOF }},
		{"killed", func(r *running, _ *memConn) { r.cancel() }, func(err error) bool { return errors.Is(err, context.Canceled) }},
		{"panic", func(r *running, b *memConn) {
			r.reader.parsing.Lock()
			r.reader.keep = 1 << 40 // more than any memory has
			r.reader.parsing.Unlock()
			b.Write([]byte{0})
		}, func(err error) bool { _, ok := errors.AsType[*actor.PanicError](err); return ok }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(0)
				r, b := d.lent(t, testConfig("DEALER", d.Port))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				got := make(chan string, 3)
				go func() {
					defer close(got)
					for {
						m, err := d.recv(ctx)
						if err != nil {
							return
						}
						got <- m
					}
				}()
				r.waitsInRead(t)
				if c.name != "panic" {
					b.Write(wire("last words"))
				}
				r.waitsInRead(t)
				c.end(r, b)
				if err := r.wait(); !c.want(err) {
					t.Errorf("ended with %v", err)
				}
				cancel()
				var all []string
				for m := range got {
					all = append(all, m)
				}
				if c.name != "panic" && (len(all) != 1 || all[0] != "last words") {
					t.Errorf("received %q", all)
				}
			})
		})
	}
}

func isProtocolError(err error) bool {
	_, ok := errors.AsType[*zmq.ProtocolError](err)
	return ok
}

// TestFinishWhileReceiverReads: a socket that closes gets the connection back,
// and it ends in order.
func TestFinishWhileReceiverReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(0)
		r, b := d.lent(t, testConfig("DEALER", d.Port))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			d.recv(ctx)
		}()
		r.waitsInRead(t)
		d.Finish()
		cancel()
		<-done
		if _, err := io.Copy(io.Discard, b); err != nil { // until it has closed its half
			t.Error(err)
		}
		b.Write(wire("nobody reads that"))
		b.Close()
		if err := r.wait(); err != io.EOF {
			t.Errorf("ended with %v", err)
		}
	})
}

// TestHeartbeatWhileReceiverReads: a peer that falls silent is found out, and
// one that is not gets its answers.
func TestHeartbeatWhileReceiverReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(0)
		cfg := testConfig("DEALER", d.Port)
		cfg.HeartbeatInterval, cfg.HeartbeatTimeout = time.Second, 2*time.Second
		r, b := d.lent(t, cfg)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			d.recv(ctx)
		}()
		r.waitsInRead(t)
		b.Write(AppendPing(nil, 0, []byte("hello")))
		synctest.Wait()
		pong := AppendPong(nil, []byte("hello"))
		answer := make([]byte, len(pong))
		if _, err := io.ReadFull(b, answer); err != nil || !bytes.Equal(answer, pong) {
			t.Errorf("%q, %v", answer, err)
		}
		go io.Copy(io.Discard, b) // its PINGs, unanswered
		if err := r.wait(); !errors.Is(err, zmq.ErrTimeout) {
			t.Errorf("ended with %v", err)
		}
		cancel()
		<-done
		b.Close()
	})
}

// TestManyReceivers share one connection, with their contexts ending at any
// time; nothing is lost, and nobody is left waiting.
func TestManyReceivers(t *testing.T) {
	const messages = 5000
	for _, dial := range dialers() {
		t.Run(dial.name, func(t *testing.T) {
			rng := seeded(t)
			seeds := [8]int64{}
			for i := range seeds {
				seeds[i] = rng.Int64N(1000)
			}
			d := newDesk(100)
			a, b := dial.dial(t)
			established(t, testConfig("DEALER", d.Port), a, b)
			var mu sync.Mutex
			seen := make(map[string]int)
			all := make(chan struct{})
			var receivers sync.WaitGroup
			for i := range seeds {
				receivers.Go(func() {
					for n := seeds[i]; ; n++ {
						ctx, cancel := context.WithTimeout(context.Background(), time.Duration(n%7)*100*time.Microsecond)
						m, err := d.recv(ctx)
						cancel()
						if err != nil {
							select {
							case <-all:
								return
							default:
								continue
							}
						}
						mu.Lock()
						if seen[m]++; len(seen) == messages {
							close(all)
						}
						mu.Unlock()
					}
				})
			}
			pause := rng.IntN(50) + 1
			for i := range messages {
				if _, err := b.Write(wire(string(rune('a'+i%26)) + time.Duration(i).String())); err != nil {
					t.Error(err)
					break
				}
				if i%pause == 0 {
					time.Sleep(time.Microsecond) // real: so that receivers find nothing now and then
				}
			}
			receivers.Wait()
			for m, n := range seen {
				if n != 1 {
					t.Errorf("%q came %d times", m, n)
				}
			}
		})
	}
}

// TestReceiverThatWaitsWakesNobody: while a receiver reads, the goroutine that
// stands by sleeps too, and looks again once the role is free.
func TestReceiverThatWaitsWakesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(0)
		r, b := d.lent(t, testConfig("DEALER", d.Port))
		looking := func() bool {
			r.role.mu.Lock()
			defer r.role.mu.Unlock()
			return r.role.looking
		}
		for range 3 {
			done := make(chan struct{})
			go func() {
				defer close(done)
				d.want(t, "late")
			}()
			r.waitsInRead(t)
			time.Sleep(2 * recall)
			synctest.Wait()
			if looking() {
				t.Fatal("it looks though a receiver reads")
			}
			b.Write(wire("late"))
			<-done
			if !looking() {
				t.Fatal("it does not look though the role is free")
			}
		}
		time.Sleep(3 * recall)
		synctest.Wait()
		if r.holder() != byGoroutine {
			t.Errorf("the role is with %d", r.holder())
		}
	})
}
