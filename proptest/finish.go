package proptest

import (
	"math"
	"time"

	"github.com/zeroactor/zmq/internal/wait"
)

// maxRounds is how often, in virtual time, what is still missing is waited for:
// of a queue that holds one message a SUB may skip one in each round.
const maxRounds = 200

// finish lets everything arrive, and has the twin draw up the balance.
func (w *world) finish() error {
	w.note("the end")
	b := w.twin.base()
	if b.isCut() && !w.medium.Virtual {
		time.Sleep(w.medium.pace()) // a real network, of which it is to be felt
	}
	for i := range w.places {
		if b.cut[i] {
			w.disturb(Heal, i)
		}
	}
	w.hold(false)
	stalled, err := w.awaitRest()
	if err != nil {
		return err
	}
	patience := wait.New(w.patience)
	for idle, rounds := 0, 0; idle < 3; idle++ {
		before := w.taken
		if err := w.settle(); err != nil {
			return err
		}
		progress, err := w.drain()
		if err != nil {
			return err
		}
		rounds++
		switch {
		case progress || w.taken > before:
			idle = -1
		case w.medium.Virtual && rounds < maxRounds && w.awaits():
			idle = -1 // a SUB skips, unseen, what it is not subscribed to any more
		case !w.medium.Virtual && !patience.Over() && w.awaits():
			idle = -1
			time.Sleep(time.Millisecond) // for a real network
		}
	}
	if stalled && !w.awaits() {
		return violates(Waiting, "messages were waited for, and came only when they were asked for in another way")
	}
	if err := w.closed(); err != nil {
		return err
	}
	return w.twin.done(w.dropped())
}

// drain receives, and answers, all there is.
func (w *world) drain() (progress bool, err error) {
	b := w.twin.base()
	for i := range w.places {
		for b.alive[i] && !b.isGate(i) {
			answered := false
			if t, ok := w.twin.(*reqrepTwin); ok && t.heard[i] != nil {
				if err := w.send(Step{Do: Send, Who: i, N: 1}); err != nil {
					return progress, err
				}
				answered = true
			}
			n := math.MaxInt
			if w.h.Sockets[i].Kind == "REP" {
				n = 1 // and answer that
			}
			got, err := w.recv(i, n)
			if err != nil {
				return progress, err
			}
			progress = progress || got > 0 || answered
			if got == 0 {
				break
			}
		}
	}
	return progress, nil
}

// awaits reports whether something is still to come.
func (w *world) awaits() bool {
	if w.h.Pattern == "pubsub" || w.twin.base().proxied() {
		return w.twin.done(w.dropped()) != nil
	}
	return w.twin.done(drops{}) != nil
}

// dropped returns how many messages of the history were counted as dropped. What
// does not come to a device is missed by all those behind it.
func (w *world) dropped() (d drops) {
	b := w.twin.base()
	for i, p := range w.places {
		n := p.Stats().Dropped
		d.least, d.most = d.least+n, d.most+n
		if w.h.Pattern == "pubsub" && b.proxied() && !b.isGate(i) {
			d.most += n * int64(len(b.opposite(i))-1)
		}
	}
	d.least -= w.wasted + w.probes
	d.most -= w.wasted
	return d
}

// closed has it that who was closed is, and that a close in order has dropped
// nothing that could be delivered.
func (w *world) closed() error {
	b := w.twin.base()
	for i, p := range w.places {
		if p.closing == nil || p.killed {
			continue
		}
		stuck := false
		for pair := range b.lost {
			stuck = stuck || pair[0] == i
		}
		for _, e := range b.entries[i] {
			stuck = stuck || e.excused || b.proxied() && e.one && len(e.got) == 0 // the device may not have taken it
		}
		if stuck {
			continue // it waits for somebody who is not there
		}
		err, ended := wait.For(p.closing, w.patience)
		if !ended {
			return violates(GracefulClose, "the close of socket %d does not end", i)
		}
		p.closing = nil
		if err != nil {
			return violates(GracefulClose, "the close of socket %d: %v", i, err)
		}
	}
	return nil
}
