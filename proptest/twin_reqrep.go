package proptest

import (
	"errors"
	"strings"

	"github.com/zeroactor/zmq"
)

// A reqrepTwin has each REQ ask, and wait, and get the answer to what it asked;
// and each REP hear, and answer.
type reqrepTwin struct {
	*twinBase
	waits  []*name         // of a REQ: for the answer to this
	heard  []*name         // of a REP: what it is to answer
	failed []bool          // of a REQ: the answer may never come
	seen   map[name]bool   // requests that a REP has heard
	answer map[name]string // the first frame of what a REP has answered

	given []map[name]bool // of a REP: which answers nobody has received, and if they found room
}

func newReqrepTwin(h History, local bool) twin {
	n := len(h.Sockets)
	t := &reqrepTwin{
		twinBase: newTwinBase(h, local),
		waits:    make([]*name, n), heard: make([]*name, n), failed: make([]bool, n),
		seen: make(map[name]bool), answer: make(map[name]string),
	}
	for range h.Sockets {
		t.given = append(t.given, make(map[name]bool))
	}
	return t
}

func (t *reqrepTwin) asks(i int) bool { return t.sockets[i].Kind == "REQ" }

// compose makes the answer tell what it answers.
func (t *reqrepTwin) compose(s Step, n name) []string {
	frames := n.frames(t.seed)
	if to := t.heard[s.Who]; to != nil {
		return append([]string{"answer to " + to.String()}, frames...)
	}
	return frames
}

func (t *reqrepTwin) sent(s Step, n name, frames []string, err error) error {
	who := s.Who
	turn := t.asks(who) && t.waits[who] == nil || !t.asks(who) && t.heard[who] != nil
	switch {
	case errors.Is(err, zmq.ErrState) != !turn:
		return violates(LockStep, "socket %d sends out of its turn or not in it: %v", who, err)
	case !turn:
		return nil
	case !t.asks(who):
		if err != nil {
			return violates(BackPressure, "REP %d must not wait, and refuses an answer: %v", who, err)
		}
		t.answer[*t.heard[who]] = frames[0]
		near, _ := t.gate(who)
		t.given[who][*t.heard[who]] = t.roomy(who, near, len(t.given[who])+1)
		t.heard[who] = nil
		// An answer is no message of the ledger's: who asked checks it.
		t.ledger.add(&entry{name: n, excused: true})
		return nil
	case err != nil:
		return t.refused(who, err)
	}
	if err := t.twinBase.sent(s, n, frames, nil); err != nil {
		return err
	}
	t.waits[who] = &n
	t.failed[who] = t.uncertain(who)
	return nil
}

// refused has it that a REQ that waits for no answer can ask.
func (t *reqrepTwin) refused(who int, err error) error {
	switch {
	case !errors.Is(err, zmq.ErrAgain):
		return violates(BackPressure, "REQ %d refuses a request: %v", who, err)
	case t.quiet && !t.damaged && len(t.ready(who)) > 0:
		return violates(LockStep, "REQ %d waits for no answer, and refuses a request", who)
	}
	return nil
}

func (t *reqrepTwin) received(who int, frames []string) error {
	if !t.asks(who) {
		return t.asked(who, frames)
	}
	to := t.waits[who]
	if to == nil {
		return violates(LockStep, "REQ %d received %s, and has asked nothing", who, brief(frames[0]))
	}
	t.waits[who] = nil
	if frames[0] != "answer to "+to.String() {
		return violates(Correlation, "REQ %d received %s for request %v", who, brief(frames[0]), *to)
	}
	if t.answer[*to] == "" {
		return violates(NoInvention, "REQ %d received an answer to %v, and none was given", who, *to)
	}
	for _, given := range t.given {
		delete(given, *to)
	}
	n, ok := parseName(frames[1])
	if !ok {
		return violates(NoInvention, "REQ %d received %s", who, brief(frames[1]))
	}
	return n.check(t.seed, frames[1:])
}

// asked takes a request that a REP has received.
func (t *reqrepTwin) asked(who int, frames []string) error {
	if t.heard[who] != nil {
		return violates(LockStep, "REP %d received a request before it has answered the last one", who)
	}
	if strings.HasPrefix(frames[0], "answer") {
		return violates(LockStep, "REP %d received an answer", who)
	}
	if err := t.twinBase.received(who, frames); err != nil {
		return err
	}
	n, _ := parseName(frames[0])
	t.heard[who] = &n
	return nil
}

func (t *reqrepTwin) nothing(who int, err error) error {
	turn := t.asks(who) && t.waits[who] != nil || !t.asks(who) && t.heard[who] == nil
	switch {
	case errors.Is(err, zmq.ErrState) != !turn:
		return violates(LockStep, "socket %d receives out of its turn or not in it: %v", who, err)
	case !turn, errors.Is(err, zmq.ErrAgain):
		return nil
	case errors.Is(err, zmq.ErrUnreachable) && t.asks(who):
		if !t.failed[who] {
			return violates(Correlation, "REQ %d is told that its peer is lost, and none is", who)
		}
		t.waits[who] = nil
		return nil
	}
	return violates(NoLoss, "socket %d cannot receive: %v", who, err)
}

func (t *reqrepTwin) excuse(from, to int) {
	// A REP forgets what a REQ has asked that is gone: nobody waits for it.
	t.twinBase.excuse(from, to)
	t.twinBase.excuse(to, from)
	for _, i := range []int{from, to} {
		if t.asks(i) && !t.isGate(i) {
			t.failed[i] = true
		}
		if i == t.gates[1] && t.proxied() { // whoever is behind the device may have asked there
			for j := range t.sockets {
				t.failed[j] = true
			}
		}
	}
}

// done has it that everyone who asked somebody there was answered. With a device
// several answers go to the same peer, and what that has no room for is dropped.
func (t *reqrepTwin) done(d drops) error {
	var must, may int64
	for i, n := range t.waits {
		switch {
		case n == nil || t.answer[*n] == "":
		case t.failed[i] || !t.alive[i]:
			may++
		case !t.proxied() || t.foundRoom(*n):
			return violates(NoLoss, "the answer to %v never came", *n)
		default:
			must++
		}
	}
	if t.proxied() {
		return t.balance(d, must, may)
	}
	return t.twinBase.done(d)
}

// foundRoom reports whether a REP had room for the answer to a request, on its way to
// a device.
func (t *reqrepTwin) foundRoom(to name) bool {
	for _, given := range t.given {
		if given[to] {
			return true
		}
	}
	return false
}
