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
	many   bool          // more than one message was read last
	after  int           // times that it must get the processor for that, in one wait
	work   time.Duration // that it takes
}

// newNeighbour returns one that answers at once, or never. There is no other processor.
func newNeighbour(answer bool, work time.Duration) *neighbour {
	n := &neighbour{answer: answer, after: 1, work: work}
	n.c.traffic, n.c.alone, n.c.solo = new(Traffic), true, true
	n.c.cede = func() {
		if n.ceded++; n.ceded > 16*cedeRest {
			panic("it goes on without an end")
		}
		time.Sleep(n.work)
	}
	return n
}

// wait is one wait of a receiver. It reports whether it went to sleep.
func (n *neighbour) wait() (slept bool) {
	ceded := n.ceded
	for n.c.again(n.many) {
		if n.answer && n.ceded >= ceded+n.after {
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

// asks is waits, where each time something has been sent before.
func (n *neighbour) asks(count int) (slept int) {
	for range count {
		n.c.said.Put()
		slept += n.waits(1)
	}
	return slept
}

// newDistant returns one that may have a processor of its own. It answers the so-manieth time that it could have
// this one, if that is not 0, each of which takes so long.
func newDistant(after int, work time.Duration) *neighbour {
	n := newNeighbour(after > 0, work)
	n.c.alone, n.c.solo, n.after = false, false, after
	return n
}

// TestCession: who finds nothing and lets others have the processor does not sleep if they answer, but for once
// in cedeRunAlone.
func TestCession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const work = 10 * time.Microsecond
		n := newNeighbour(true, work)
		run := int(cedeRunAlone/work) + 1 // the last of these sleeps
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

// TestCessionToDistant: with several processors a receiver goes on letting others have its own for cedeSpan, in which a
// peer with one of its own can answer, and no longer.
func TestCessionToDistant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const times = 11 // the span begins behind the first one
		const work = cedeSpan / (times - 1)
		n := newDistant(times, work)
		if slept := n.asks(3); slept != 0 || n.ceded != 3*times {
			t.Errorf("slept %d times of 3, and looked %d times, want 0 and %d", slept, n.ceded, 3*times)
		}
		n = newDistant(times+1, work)
		if slept := n.asks(1); slept != 1 || n.ceded != times {
			t.Errorf("slept %d times and looked %d times for an answer that comes after cedeSpan, want once and %d", slept, n.ceded, times)
		}
		n = newDistant(0, work)
		n.asks(8 * cedeRest)
		n.ceded = 0
		if n.asks(8 * cedeRest); n.ceded < 7*times || n.ceded > 8*times {
			t.Errorf("of %d waits in vain %d looked on, want one in %d", 8*cedeRest, n.ceded/times, cedeRest)
		}
	})
}

// TestCessionToDistantTooLong: where others keep the processor for long it is left alone at once, and for long, the first
// time or not.
func TestCessionToDistantTooLong(t *testing.T) {
	for _, first := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			n := newDistant(0, 0)
			once := n.c.cede
			n.c.cede = func() {
				once()
				if first || n.ceded > 1 {
					time.Sleep(cedeLong)
				}
			}
			want := 2
			if first {
				want = 1
			}
			if n.asks(1 + cedeRest); n.ceded != want {
				t.Errorf("first %v: others got the processor %d times, want %d", first, n.ceded, want)
			}
			if n.asks(1); n.ceded == want {
				t.Errorf("first %v: it was not tried again", first)
			}
		})
	}
}

// TestCessionForAnswers: with several processors it is for who has sent something since it waited last.
func TestCessionForAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newDistant(1, time.Microsecond)
		if slept := n.waits(5); slept != 5 || n.ceded != 0 {
			t.Errorf("one way, slept %d times of 5 and let others have the processor %d times", slept, n.ceded)
		}
		if slept := n.asks(5); slept != 0 || n.ceded != 5 {
			t.Errorf("for answers, slept %d times of 5 and let others have the processor %d times", slept, n.ceded)
		}
		if slept := n.waits(5); slept != 5 || n.ceded != 5 {
			t.Errorf("after the answers, slept %d times of 5 and let others have the processor %d times", slept, n.ceded-5)
		}
		n.many = true
		n.asks(1)
		n.many = false
		if slept := n.asks(cedeRest); slept != cedeRest || n.ceded != 5 {
			t.Errorf("after many at once, slept %d times of %d and let others have the processor %d times", slept, cedeRest, n.ceded-5)
		}
		if slept := n.asks(1); slept != 0 || n.ceded != 6 {
			t.Error("it was not tried again after many at once")
		}
	})
}

// TestCessionToDistantSleeps: with several processors it is once in cedeRun that a receiver sleeps which finds its answers, and
// then without that it lets others have its own: what comes meanwhile would be found with no look at timers of other processors.
func TestCessionToDistantSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const work = 10 * time.Microsecond
		n := newDistant(1, work)
		run := int(cedeRun/work) + 2 // from the end of the first one on, and the last of these sleeps
		if slept := n.asks(5 * run); slept != 5 || n.ceded != 5*(run-1) {
			t.Errorf("slept %d times of %d, and let others have the processor %d times, want 5 and %d", slept, 5*run, n.ceded, 5*(run-1))
		}
		n = newDistant(1, work)
		n.c.solo = true
		run = int(cedeRunAlone/work) + 1 // as on one processor
		if slept := n.asks(5 * run); slept != 5 || n.ceded != 5*run {
			t.Errorf("where Go has one, slept %d times of %d, and let others have the processor %d times, want 5 and %[2]d", slept, 5*run, n.ceded)
		}
	})
}

// TestCessionBusy: where something has come over other connections since a receiver waited last, it waits as others do, and some
// times more. What came over its own does not count.
func TestCessionBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, n := range []*neighbour{newNeighbour(true, time.Microsecond), newDistant(1, time.Microsecond)} {
			beside := newNeighbour(true, time.Microsecond)
			beside.c.traffic = n.c.traffic
			if slept := n.asks(5); slept != 0 || n.ceded != 5 {
				t.Errorf("slept %d times of 5 and let others have the processor %d times, with nothing beside it", slept, n.ceded)
			}
			beside.asks(3)
			if slept := n.asks(1 + cedeBusy); slept != 1+cedeBusy || n.ceded != 5 {
				t.Errorf("slept %d times of %d and let others have the processor %d times, after something came beside it", slept, 1+cedeBusy, n.ceded-5)
			}
			if slept := n.asks(5); slept != 0 || n.ceded != 10 {
				t.Errorf("slept %d times of 5 and let others have the processor %d times, with nothing more beside it", slept, n.ceded-5)
			}
		}
	})
}

// TestCessionSaid: what a connection writes is said to its peer.
func TestCessionSaid(t *testing.T) {
	a, b := socketPair(t)
	defer a.Close()
	defer b.Close()
	c := Conn{cfg: new(Config)}
	e := newEnd(0, 0)
	c.port = e.Port
	c.writer.init(newSink(a, c.port), nil)
	e.send(message{[]byte("question")})
	if c.reader.cession.said.Take() {
		t.Error("something was said before it was written")
	}
	if n := c.look(maxBatch); n == 0 {
		t.Fatal("nothing to write")
	} else if _, ok := c.writeSpans(n, true); !ok || !c.reader.cession.said.Take() {
		t.Errorf("written %v, or it was not said", ok)
	}
}

// TestCessionOfReceivers: it is receivers that let others have the processor. A connection's
// goroutine would keep it from the receiver that it has woken.
func TestCessionOfReceivers(t *testing.T) {
	if c := newCession(new(Traffic)); (c.cede != nil) != canCede || canCede && (c.alone != (runtime.NumCPU() == 1) || c.solo != (runtime.GOMAXPROCS(0) == 1)) {
		t.Errorf("with %d processors it lets others have it: %v, and takes them for one: %v, and Go's: %v", runtime.NumCPU(), c.cede != nil, c.alone, c.solo)
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
		r.init(newSource(a), ypipe.NewLog(arena.NewPool(-1), 0, func() {}, nil), -1, new(Traffic))
		r.cession.alone = true
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
