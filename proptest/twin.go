package proptest

import (
	"errors"
	"fmt"

	"github.com/zeroactor/zmq"
)

// A twin is the model of a pattern: it is told what is done to the sockets and
// what comes of that, and says if it ought not to. It has no goroutine and no
// clock.
type twin interface {
	base() *twinBase

	// compose returns what a socket is to send as message n in a step; nil
	// if it cannot send.
	compose(s Step, n name) []string

	// sent is told of the outcome of sending.
	sent(s Step, n name, frames []string, err error) error

	// received is told of what a socket has received.
	received(who int, frames []string) error

	// nothing is told that a socket had nothing to receive, because of err.
	nothing(who int, err error) error

	// subscribe is told of a subscription, or that it is cancelled.
	subscribe(who int, topic string, on bool)

	// excuse is told that what is on its way from one socket to another, over
	// the pipe there is, may be lost.
	excuse(from, to int)

	// settled is told that everything is where it stays.
	settled()

	// done is told that nothing more comes, and what the sockets have counted
	// as dropped.
	done(d drops) error
}

// drops is how many messages are missing, each as often as there are sockets that
// do not get it, because they were dropped.
type drops struct{ least, most int64 }

// twinBase is what all twins have. Its methods are those of a pattern in which
// messages go to one of the peers, whoever has room.
type twinBase struct {
	*topology
	*ledger
	seed      uint64
	exclusive bool // of two connections between the same sockets one is refused
}

func newTwinBase(h History, local bool) *twinBase {
	return &twinBase{
		topology: newTopology(h, local),
		ledger:   newLedger(len(h.Sockets)),
		seed:     h.Seed,
	}
}

func (b *twinBase) base() *twinBase { return b }

func (b *twinBase) compose(_ Step, n name) []string { return n.frames(b.seed) }

// sent enters a message for any one of the peers, or checks that it was refused
// with good reason.
func (b *twinBase) sent(s Step, n name, _ []string, err error) error {
	if err != nil {
		return b.refused(s.Who, err)
	}
	to := make(map[int]bool)
	for _, j := range b.targets(s.Who) {
		to[j] = true
	}
	if len(b.peers(s.Who)) == 0 && b.quiet && !b.doubtful(s.Who) {
		return violates(BackPressure, "socket %d has no peer and takes message %v", s.Who, n)
	}
	b.ledger.add(&entry{name: n, to: to, one: true, excused: b.uncertain(s.Who), epochs: b.epochs(s.Who)})
	return b.overfull(s.Who)
}

// refused checks that a message was refused with good reason: all pipes are
// full, or there is none.
func (b *twinBase) refused(who int, err error) error {
	if !errors.Is(err, zmq.ErrAgain) {
		return violates(BackPressure, "socket %d refuses a message: %v", who, err)
	}
	ready := b.ready(who)
	if !b.quiet || b.damaged || len(ready) == 0 {
		return nil
	}
	least := 0
	for _, j := range ready {
		n, _ := b.capacity(who, j)
		if n == 0 {
			return violates(HWM, "socket %d has no high-water mark and refuses a message", who)
		}
		// A pipe that was full takes nothing before half of it is free.
		least += max(1, n/2)
	}
	if n := len(b.waiting(who)); n < least {
		return violates(HWM, "socket %d refuses a message with %d on their way, though its pipes hold %d", who, n, least)
	}
	return nil
}

// waiting returns what a socket has sent and nobody has received.
func (b *twinBase) waiting(who int) (open []*entry) {
	for _, e := range b.entries[who] {
		if len(e.got) < len(e.to) && !(e.one && len(e.got) > 0) {
			open = append(open, e)
		}
	}
	return open
}

// overfull checks that no more is on its way than the pipes hold.
func (b *twinBase) overfull(who int) error {
	most := b.most(who, b.linkedThrough(who))
	if n := len(b.waiting(who)); !b.damaged && most >= 0 && n > most {
		return violates(HWM, "socket %d has %d messages on their way, and its pipes hold %d", who, n, most)
	}
	return nil
}

func (b *twinBase) received(who int, frames []string) error {
	n, ok := parseName(frames[0])
	if !ok {
		return violates(NoInvention, "socket %d received %s, which is no message of this history", who, brief(frames[0]))
	}
	if err := n.check(b.seed, frames); err != nil {
		return err
	}
	return b.ledger.receive(n, who)
}

func (b *twinBase) nothing(who int, err error) error {
	if !errors.Is(err, zmq.ErrAgain) {
		return violates(NoLoss, "socket %d cannot receive: %v", who, err)
	}
	return nil
}

func (b *twinBase) subscribe(int, string, bool) {}

func (b *twinBase) excuse(from, to int) {
	b.lost[[2]int{from, to}] = true
	b.hop(from, to, b.ledger.excuse)
}

// settled has it that the end of a connection is known, but where it is behind
// messages that nobody reads, or a cut.
func (b *twinBase) settled() {
	b.topology.settle(func(i, j int) bool {
		return b.cut[i] || b.cut[j] || !b.local && b.unread(i, j)
	})
}

func (b *twinBase) done(d drops) error {
	if missing := b.missing(b.nobodyFor); len(missing) > 0 {
		return violates(NoLoss, "%d messages never came: %s", len(missing), some(missing))
	}
	if d.least > 0 && !b.damaged {
		return violates(NoLoss, "%d messages were counted as dropped", d.least)
	}
	return nil
}

// balance has it that precisely what was counted as dropped is missing; and some that
// the ledger does not know of.
func (b *twinBase) balance(d drops, mustToo, mayToo int64) error {
	must, may := b.lacking(b.nobodyFor)
	must, may = must+mustToo, may+mayToo
	if missing := b.hopeful(b.nobodyFor); len(missing) > 0 {
		return violates(NoLoss, "%d messages never came, and there was room for them: %s", len(missing), some(missing))
	}
	switch {
	case b.damaged && d.most > 0:
		return nil // what is dropped with a connection is counted as well
	case must > d.most:
		return violates(NoLoss, "%d messages never came, and %d were counted as dropped: %s", must, d.most, some(b.missing(b.nobodyFor)))
	case d.least > must+may:
		return violates(NoLoss, "%d messages were counted as dropped, and %d never came", d.least, must+may)
	}
	return nil
}

// some shows the first few of a list.
func some(list []string) string {
	const few = 5
	if len(list) > few {
		return fmt.Sprint(list[:few], "…")
	}
	return fmt.Sprint(list)
}
