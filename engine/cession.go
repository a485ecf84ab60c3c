package engine

import (
	"runtime"
	"time"
)

const (
	// cedeRest is how many waits go by at most, after it was in vain to let others have the processor, until it
	// is tried again. After each time in turn they double; the first few cost none.
	cedeRest  = 1024
	cedeDoubt = 8 // that makes one of them

	// cedeLong is from when it was too long: others want the processor than who is waited for, and who gives it up
	// of its own accord waits behind them for milliseconds, where who is woken goes before them. It is
	// then not tried for cedeRest waits.
	cedeLong = time.Millisecond

	// cedeRun is for how long a receiver may find messages in this way, one after another, before it waits as
	// others do once: that is when the Go scheduler sees to timers and other connections.
	cedeRun = 100 * time.Microsecond
)

// A cession is what a receiver does, on one processor, that finds nothing: it lets other programs have the
// processor, once, and looks again before it sleeps. If the peer is on the same one, its answer is there then. To sleep takes many times
// as long, as the Go runtime has nothing else to do: it sets a timer, and wakes a thread that looks after
// the others and sets more. See docs/decisions/0021-round-trips-on-one-processor.md.
type cession struct {
	cede  func()    // lets others have the processor; nil if there are more, or the system can't
	ceded bool      // it has, and nothing has been found yet
	found bool      // something was, after that, since it slept
	since time.Time // that it has not slept
	doubt int       // doubles when it was in vain; see cedeDoubt
	rest  int       // waits until it is to be tried
}

func newCession() cession {
	if canCede && runtime.NumCPU() == 1 {
		return cession{cede: cede}
	}
	return cession{}
}

// again is called when a receiver finds nothing. It reports whether to look again before it sleeps.
func (c *cession) again() bool {
	switch {
	case c.cede == nil:
		return false
	case c.ceded:
		c.ceded, c.found = false, false
		c.doubt = min(2*c.doubt+1, cedeRest*cedeDoubt)
		c.rest = c.doubt / cedeDoubt
		return false
	case c.rest > 0:
		c.rest--
		return false
	}
	before := time.Now()
	c.cede()
	now := time.Now()
	if now.Sub(before) >= cedeLong {
		c.rest = cedeRest
	}
	if !c.found {
		c.since = now
	} else if now.Sub(c.since) >= cedeRun {
		c.found = false
		return false // what may be there by now is found without that it has to sleep
	}
	c.ceded = true
	return true
}

// came notes that something was read.
func (c *cession) came() {
	if c.ceded {
		c.ceded, c.found, c.doubt = false, true, 0
	}
}
