package engine

import (
	"runtime"
	"time"

	"github.com/zeroactor/zmq/mailbox"
)

const (
	// cedeRest is how many waits go by at most, after it was in vain to let others have the processor, until it
	// is tried again. After each time in turn they double; the first few cost none.
	cedeRest  = 1024
	cedeDoubt = 8 // that makes one of them

	// cedeBusy is for how many waits it is not tried after something came over another connection.
	cedeBusy = 16

	// cedeLong is from when it was too long: others want the processor than who is waited for, and who gives it up
	// of its own accord waits behind them for milliseconds, where who is woken goes before them. It is
	// then not tried for cedeRest waits.
	cedeLong = time.Millisecond

	// cedeSpan is for how long it goes on where the peer may have a processor of its own: about as much time as it
	// takes to wake a thread that sleeps on another one, which costs either side some of that.
	cedeSpan = 50 * time.Microsecond

	// cedeRun is for how long a receiver may find messages in this way, one after another, before it waits as
	// others do once: that is when the Go scheduler sees to timers and other connections. It is cedeRunAlone where
	// that has one processor, which needs no sleep for it.
	cedeRun      = time.Millisecond
	cedeRunAlone = 100 * time.Microsecond
)

// Traffic is how much several connections have to do, for each of them to know whether it is alone. The zero value is ready to
// be used.
type Traffic struct{ reads mailbox.Tally }

// A cession is what a receiver does that finds nothing: it lets other programs have the processor, and looks again
// before it sleeps. If the peer is on the same one, its answer is there then; with several processors it may have
// one of its own, and is given some time. To sleep takes many times as long, as the Go runtime
// has nothing else to do: it sets a timer, and wakes a thread that looks after
// the others and sets more. See docs/decisions/0021-round-trips-on-one-processor.md.
type cession struct {
	traffic *Traffic // of this connection and those beside it
	mine    uint64   // what it has of it
	others  uint64   // what they had when it waited last

	cede  func()       // lets others have the processor; nil if the system can't
	alone bool         // there is one processor
	solo  bool         // the Go scheduler has one
	said  mailbox.Mark // something was sent to the peer that nothing has been waited for since
	ceded bool         // it has, and nothing has been found yet
	found bool         // something was, after that, since it slept
	since time.Time    // that it has not slept
	until time.Time    // it goes on, where there are several processors
	doubt int          // doubles when it was in vain; see cedeDoubt
	rest  int          // waits until it is to be tried
}

func newCession(t *Traffic) cession {
	if canCede {
		return cession{traffic: t, cede: cede, alone: runtime.NumCPU() == 1, solo: runtime.GOMAXPROCS(0) == 1}
	}
	return cession{}
}

// again is called when a receiver finds nothing. It reports whether to look again before it sleeps. many says that
// what was read last was more than one message: with several questions on their way, answers had better gather as well, and it is
// not tried for cedeRest waits.
func (c *cession) again(many bool) bool {
	switch {
	case c.ceded:
		return c.goOn()
	case c.cede == nil || c.busy() || !c.expects():
		return false
	case many && !c.alone:
		c.rest = cedeRest
		return false
	case c.rest > 0:
		c.rest--
		return false
	case !c.solo && c.hasRun(time.Now(), cedeRun):
		return false
	}
	now := c.giveUp()
	if c.solo && c.hasRun(now, cedeRunAlone) {
		return false // what may be there by now is found without that it has to sleep
	}
	if !c.found {
		c.since = now
	}
	c.until = now.Add(cedeSpan)
	c.ceded = true
	return true
}

// busy reports whether something was read from other connections since it was called last. Then there are
// others in this process who wait for the processor, or will, and what all of them send gathers while they do: it is they who go first.
func (c *cession) busy() bool {
	before := c.others
	c.others = c.traffic.reads.Count() - c.mine
	if c.others == before {
		return false
	}
	c.found = false
	c.rest = max(c.rest, cedeBusy)
	return true
}

// expects reports whether the peer is to be heard soon. It is after a question or an answer; what
// comes one way had better gather while the receiver sleeps. On one processor it does anyhow, while the receiver has that.
func (c *cession) expects() bool {
	return c.alone || c.said.Take()
}

// hasRun reports whether it is time to wait as others do, and takes note if it is.
func (c *cession) hasRun(now time.Time, most time.Duration) bool {
	if !c.found || now.Sub(c.since) < most {
		return false
	}
	c.found = false
	return true
}

// goOn is again for who has found nothing after the first time.
func (c *cession) goOn() bool {
	if !c.alone && c.rest == 0 && time.Now().Before(c.until) {
		c.giveUp()
		return true
	}
	c.ceded, c.found = false, false
	c.doubt = min(2*c.doubt+1, cedeRest*cedeDoubt)
	c.rest = max(c.rest, c.doubt/cedeDoubt)
	return false
}

// giveUp lets others have the processor, and returns the time after that.
func (c *cession) giveUp() time.Time {
	before := time.Now()
	c.cede()
	now := time.Now()
	if now.Sub(before) >= cedeLong {
		c.rest = cedeRest
	}
	return now
}

// came notes that something was read.
func (c *cession) came() {
	if c.cede != nil {
		c.mine++
		c.traffic.reads.Add()
	}
	if c.ceded {
		c.ceded, c.found, c.doubt = false, true, 0
	}
}
