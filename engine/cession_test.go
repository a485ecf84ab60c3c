package engine

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/ypipe"
)

// A neighbour is another program on the same processor, which does something whenever it gets that.
type neighbour struct {
	c      cession
	ceded  int           // how often it got the processor
	answer bool          // it sends what is waited for
	work   time.Duration // that it takes
}

func newNeighbour(answer bool, work time.Duration) *neighbour {
	n := &neighbour{answer: answer, work: work}
	n.c.cede = func() {
		n.ceded++
		time.Sleep(n.work)
	}
	return n
}

// wait is one wait of a receiver. It reports whether it went to sleep.
func (n *neighbour) wait() (slept bool) {
	ceded := n.ceded
	for n.c.again() {
		if n.answer && n.ceded > ceded {
			n.c.came()
			return false
		}
	}
	n.c.came()
	return true
}

// waits returns how many of so many waits ended in sleep.
func (n *neighbour) waits(count int) (slept int) {
	for range count {
		if n.wait() {
			slept++
		}
	}
	return slept
}

// TestCession: who finds nothing and lets others have the processor does not sleep if they answer, but for once
// in cedeRun.
func TestCession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const work = 10 * time.Microsecond
		n := newNeighbour(true, work)
		run := int(cedeRun/work) + 1 // the last of these sleeps
		if slept := n.waits(5 * run); slept != 5 || n.ceded != 5*run {
			t.Errorf("slept %d times of %d, and let others have the processor %d times, want 5 and %[2]d", slept, 5*run, n.ceded)
		}
	})
}

// TestCessionInVain: where nobody answers it is tried ever more rarely; as often as before once it has helped.
func TestCessionInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNeighbour(false, time.Microsecond)
		if n.waits(4); n.ceded != 4 {
			t.Errorf("of the first 4 waits %d let others have the processor", n.ceded)
		}
		n.waits(8 * cedeRest)
		n.ceded = 0
		if n.waits(8 * cedeRest); n.ceded < 7 || n.ceded > 8 {
			t.Errorf("of %d waits in vain %d let others have the processor, want one in %d", 8*cedeRest, n.ceded, cedeRest)
		}
		n.answer = true
		n.waits(cedeRest + 1)
		n.ceded, n.answer = 0, false
		if n.waits(4); n.ceded != 4 {
			t.Errorf("after it has helped, %d of 4 waits let others have the processor", n.ceded)
		}
	})
}

// TestCessionTooLong: where others keep the processor for long it is left alone, though the answer was there then.
func TestCessionTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNeighbour(true, cedeLong)
		if slept := n.waits(1 + cedeRest); slept != cedeRest || n.ceded != 1 {
			t.Errorf("slept %d times and let others have the processor %d times, want %d and once", slept, n.ceded, cedeRest)
		}
		if n.waits(1); n.ceded != 2 {
			t.Error("it was not tried again")
		}
	})
}

// TestCessionOfReceivers: it is receivers that let others have the processor, on a system that has one. A connection's
// goroutine would keep it from the receiver that it has woken.
func TestCessionOfReceivers(t *testing.T) {
	if have := newCession().cede != nil; have != (canCede && runtime.NumCPU() == 1) {
		t.Errorf("with %d processors it lets others have it: %v", runtime.NumCPU(), have)
	}
	for _, c := range []struct {
		receiver bool
		want     int
	}{{true, 1}, {false, 0}} {
		a, b := socketPair(t)
		defer a.Close()
		defer b.Close()
		if _, ok := newSource(a).(connSource); ok {
			t.Skip("no source here that says when it finds nothing")
		}
		var r reader
		r.init(newSource(a), ypipe.NewLog(arena.NewPool(-1), 0, func() {}, nil), -1)
		ceded := 0
		send := func() { b.Write([]byte("late")) }
		r.cession.cede = func() {
			ceded++
			send()
		}
		if !c.receiver {
			time.AfterFunc(10*time.Millisecond, send) // real: the system's sockets know no other
		}
		if n, err := r.read(c.receiver); n != 4 || err != nil || ceded != c.want || r.cession.found != c.receiver {
			t.Errorf("receiver %v: read %d, %v, let others have the processor %d times and found it then: %v", c.receiver, n, err, ceded, r.cession.found)
		}
	}
}
