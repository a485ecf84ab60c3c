package proptest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zeroactor/zmq"
)

// A routerTwin has a message of a ROUTER reach the peer that it names, and no
// other one, and tells the ROUTER from whom each message is.
type routerTwin struct{ *twinBase }

func newRouterTwin(h History, local bool) twin {
	t := &routerTwin{newTwinBase(h, local)}
	t.exclusive = true
	return t
}

// routingID is that of socket i.
func routingID(i int) string { return fmt.Sprint("peer ", i) }

func (t *routerTwin) isRouter(i int) bool { return t.sockets[i].Kind == "ROUTER" }

func (t *routerTwin) compose(s Step, n name) []string {
	frames := n.frames(t.seed)
	if t.isRouter(s.Who) {
		return append(t.address(s.Who, s.With), frames...)
	}
	return frames
}

// address returns the frames that lead from a ROUTER to a peer.
func (t *routerTwin) address(from, to int) []string {
	if t.proxied() {
		near, _ := t.gate(from)
		return []string{routingID(near), routingID(to)}
	}
	return []string{routingID(to)}
}

// next returns the peer of a ROUTER that a message is given to.
func (t *routerTwin) next(from, to int) int {
	if t.proxied() {
		to, _ = t.gate(from)
	}
	return to
}

func (t *routerTwin) sent(s Step, n name, frames []string, err error) error {
	if !t.isRouter(s.Who) {
		return t.dealt(s, n, frames, err)
	}
	who, to := s.Who, t.next(s.Who, s.With)
	known := t.connected(who, to)
	switch {
	case errors.Is(err, zmq.ErrUnreachable) && !known:
		return nil
	case errors.Is(err, zmq.ErrUnreachable):
		return violates(Addressing, "ROUTER %d does not know socket %d, which is connected", who, to)
	case err != nil:
		return t.full(who, to, err)
	case !known && t.quiet && !t.broken[who][to] && !t.cut[who] && !t.cut[to]:
		return violates(Addressing, "ROUTER %d takes message %v for socket %d, which is not connected", who, n, to)
	}
	last := s.With
	if _, far := t.gate(who); t.proxied() {
		known = known && t.connected(far, last) // or else the device drops it
	}
	e := &entry{name: n, to: map[int]bool{last: known}, epochs: t.epochs(who)}
	t.ledger.add(e)
	if t.proxied() {
		t.crowd(e, last)
	}
	if most := t.most(who, []int{last}); most >= 0 && !t.damaged && len(t.outstanding(who, last)) > most {
		return violates(HWM, "ROUTER %d has %d messages on their way to socket %d, and the pipe holds %d", who, len(t.outstanding(who, last)), last, most)
	}
	return nil
}

// crowd decides which messages that are on their way to a socket behind a device find
// room there for sure, when one more is: it may overtake those of others.
func (t *routerTwin) crowd(e *entry, to int) {
	_, far := t.gate(e.from)
	var all []*entry
	for i := range t.sockets {
		all = append(all, t.outstanding(i, to)...)
	}
	if e.roomy = t.roomy(far, to, len(all)); e.roomy {
		return
	}
	for _, other := range all {
		other.roomy = other.roomy && other.from == e.from
	}
}

// dealt is sent of a DEALER. What goes to a ROUTER that knows the last
// connection yet may be refused with the next one.
func (t *routerTwin) dealt(s Step, n name, frames []string, err error) error {
	result := t.twinBase.sent(s, n, frames, err)
	if err == nil {
		e := t.entries[s.Who][n.seq]
		e.roomy = true // it is sent when there is room
		for _, j := range t.peers(s.Who) {
			if t.again(s.Who, j) || t.broken[s.Who][j] {
				e.excused = true
			}
		}
	}
	return result
}

// connected reports whether a connection is there for sure, and the last one is
// known to be at its end: until then the ROUTER knows that one, and refuses the
// next. It does not know as long as it reads nothing, for want of room.
func (t *routerTwin) connected(i, j int) bool {
	return t.topology.settled[i][j] && !t.topology.broken[i][j]
}

// full checks that a mandatory message was refused because the queue is full.
func (t *routerTwin) full(who, to int, err error) error {
	if !errors.Is(err, zmq.ErrAgain) {
		return violates(BackPressure, "ROUTER %d refuses a message: %v", who, err)
	}
	least, _ := t.capacity(who, to)
	n := len(t.outstanding(who, to))
	if t.isGate(to) {
		n = len(t.waiting(who)) // whoever they are for
	}
	if t.quiet && !t.damaged && t.connected(who, to) && (least == 0 || n < max(1, least/2)) {
		return violates(HWM, "ROUTER %d refuses a message for socket %d with %d on their way, though the pipe holds %d", who, to, n, least)
	}
	return nil
}

func (t *routerTwin) received(who int, frames []string) error {
	if !t.isRouter(who) {
		return t.twinBase.received(who, frames)
	}
	hops := len(t.address(who, who))
	if len(frames) <= hops {
		return violates(Addressing, "ROUTER %d received a message of %d frames", who, len(frames))
	}
	from, frames := frames[:hops], frames[hops:]
	if n, ok := parseName(frames[0]); ok && !slices.Equal(from, t.address(who, n.from)) {
		return violates(Addressing, "ROUTER %d received message %v as from %q", who, n, from)
	} else if strings.HasPrefix(frames[0], "peer ") {
		return violates(Addressing, "ROUTER %d received a message with an address too many", who)
	}
	return t.twinBase.received(who, frames)
}

// done has it, with a device, that what that cannot deliver is counted: who sends
// is not told.
func (t *routerTwin) done(d drops) error {
	if t.proxied() {
		return t.balance(d, 0, 0)
	}
	return t.twinBase.done(d)
}
