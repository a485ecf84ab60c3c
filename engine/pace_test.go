package engine

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// TestPace: who sends large messages waits for a connection that makes progress,
// and only once, for a short while, for one that does not.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEnd(0, 0)
		a, b := newMemConns(64 << 10)
		established(t, testConfig("DEALER", e.Port), a, b)
		synctest.Wait()
		body := bytes.Repeat([]byte("large"), 20<<10)
		var taken time.Duration
		send := func() {
			e.send(message{body})
			if at := e.Out.PaceAt(); at != 0 {
				began := time.Now()
				e.Pace(t.Context(), at)
				taken += time.Since(began)
			}
		}
		const messages = 20
		for range messages { // nobody reads
			send()
		}
		if taken != maxPace {
			t.Errorf("it took %v to send to a stuck peer, want %v", taken, maxPace)
		}
		taken = 0
		read := make(chan int64)
		go func() {
			n, _ := io.Copy(io.Discard, b)
			read <- n
		}()
		synctest.Wait()
		if at := e.Out.PaceAt(); at != 0 {
			t.Errorf("not ahead of a connection that has written everything, but to wait for %d", at)
		}
		for range messages {
			send()
			if e.Out.PaceAt() != 0 {
				t.Error("ahead of a connection that makes progress")
			}
		}
		if taken != 0 {
			t.Errorf("it waited %v for a connection that takes no time", taken)
		}
		e.Finish()
		if n, want := <-read, 2*messages*(len(body)+longHeader); n != int64(want) {
			t.Errorf("%d bytes, want %d", n, want)
		}
		b.Close()
	})
}

// TestPaceOfSlowConnection: one that makes progress, be it slow, is waited for again.
func TestPaceOfSlowConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEnd(0, 0)
		a, b := newMemConns(64 << 10)
		established(t, testConfig("DEALER", e.Port), a, b)
		synctest.Wait()
		body := make([]byte, 1<<20)
		for range 10 {
			e.send(message{body})
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for { // a message in a little more than half of the time
				if _, err := io.CopyN(io.Discard, b, 1<<20+longHeader); err != nil {
					return
				}
				time.Sleep(maxPace * 6 / 10)
			}
		}()
		for range 3 {
			began := time.Now()
			e.Pace(t.Context(), e.Out.End())
			if took := time.Since(began); took != maxPace {
				t.Errorf("it waited %v, want %v", took, maxPace)
			}
		}
		e.Finish()
		b.Close()
		<-done
	})
}

// TestWaitIdleOfSlowConnection: a large message is waited for as long as the connection
// makes progress, but not for longer than it takes at the least rate that is worth it.
func TestWaitIdleOfSlowConnection(t *testing.T) {
	const size = 16 << 20
	slack := patience(size)
	for _, c := range []struct {
		pause time.Duration // between two steps of progress
		want  time.Duration
	}{
		{slack * 6 / 10, maxCarry + size*time.Second/slowRate},
		{slack * 2, slack},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := newEnd(0, 0)
			a, b := newMemConns(64 << 10)
			established(t, testConfig("DEALER", e.Port), a, b)
			synctest.Wait()
			for range 100 {
				e.send(message{make([]byte, 1<<20)})
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				for {
					time.Sleep(c.pause) // virtual
					if _, err := io.CopyN(io.Discard, b, 1<<20+longHeader); err != nil {
						return
					}
				}
			}()
			began := time.Now()
			e.WaitIdle(t.Context(), e.Out.End(), size)
			if took := time.Since(began); took != c.want {
				t.Errorf("with progress each %v it waited %v, want %v", c.pause, took, c.want)
			}
			e.Finish()
			b.Close()
			<-done
		})
	}
}

// TestWaitIdleInDoubt: for a connection that takes nothing a large message waits each time, for
// about as long as its copy takes, but one that is copied in a moment waits no more.
func TestWaitIdleInDoubt(t *testing.T) {
	const large, small = 16 << 20, 64 << 10
	synctest.Test(t, func(t *testing.T) {
		e := newEnd(0, 0)
		a, b := newMemConns(64 << 10)
		established(t, testConfig("DEALER", e.Port), a, b)
		synctest.Wait()
		e.send(message{make([]byte, 1<<20)}) // which nobody reads
		for i, c := range []struct {
			size int
			want time.Duration
		}{{large, patience(large)}, {large, patience(large) - maxCarry}, {large, patience(large) - maxCarry}, {small, 0}} {
			began := time.Now()
			e.WaitIdle(t.Context(), e.Out.End(), c.size)
			if took := time.Since(began); took != c.want {
				t.Errorf("%d. with %d bytes it waited %v, want %v", i, c.size, took, c.want)
			}
		}
		e.Finish()
		io.Copy(io.Discard, b)
		b.Close()
	})
}

// TestWaitIdleForConnection: a large message also waits for the connection that is being made.
func TestWaitIdleForConnection(t *testing.T) {
	const size, late = 64 << 20, 5 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		e := newEnd(0, 0)
		a, b := newMemConns(64 << 10)
		began := time.Now()
		e.WaitIdle(t.Context(), e.Out.End(), size)
		if took, want := time.Since(began), patience(size)-maxCarry; took != want {
			t.Errorf("without a connection it waited %v, want %v", took, want)
		}
		began = time.Now()
		time.AfterFunc(late, func() { established(t, testConfig("DEALER", e.Port), a, b) })
		e.WaitIdle(t.Context(), e.Out.End(), size)
		if took := time.Since(began); took != late {
			t.Errorf("for a connection made after %v it waited %v", late, took)
		}
		e.Finish()
		io.Copy(io.Discard, b)
		b.Close()
	})
}
