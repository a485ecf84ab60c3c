package proptest

import (
	"errors"
	"fmt"
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
		return append([]string{routingID(s.With)}, frames...)
	}
	return frames
}

func (t *routerTwin) sent(s Step, n name, frames []string, err error) error {
	if !t.isRouter(s.Who) {
		return t.dealt(s, n, frames, err)
	}
	who, to := s.Who, s.With
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
	t.ledger.add(&entry{name: n, to: map[int]bool{to: known}, epochs: t.epochs(who)})
	if _, most := t.capacity(who, to); most >= 0 && !t.damaged && len(t.outstanding(who, to)) > most {
		return violates(HWM, "ROUTER %d has %d messages on their way to socket %d, and the pipe holds %d", who, len(t.outstanding(who, to)), to, most)
	}
	return nil
}

// dealt is sent of a DEALER. What goes to a ROUTER that knows the last
// connection yet may be refused with the next one.
func (t *routerTwin) dealt(s Step, n name, frames []string, err error) error {
	result := t.twinBase.sent(s, n, frames, err)
	if err == nil {
		for _, j := range t.peers(s.Who) {
			if t.again(s.Who, j) || t.broken[s.Who][j] {
				t.entries[s.Who][n.seq].excused = true
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
	if n := len(t.outstanding(who, to)); t.quiet && !t.damaged && t.connected(who, to) && (least == 0 || n < max(1, least/2)) {
		return violates(HWM, "ROUTER %d refuses a message for socket %d with %d on their way, though the pipe holds %d", who, to, n, least)
	}
	return nil
}

func (t *routerTwin) received(who int, frames []string) error {
	if !t.isRouter(who) {
		return t.twinBase.received(who, frames)
	}
	if len(frames) < 2 {
		return violates(Addressing, "ROUTER %d received a message of %d frames", who, len(frames))
	}
	if n, ok := parseName(frames[1]); ok && frames[0] != routingID(n.from) {
		return violates(Addressing, "ROUTER %d received message %v as from %s", who, n, brief(frames[0]))
	} else if strings.HasPrefix(frames[1], "peer ") {
		return violates(Addressing, "ROUTER %d received a message with two addresses", who)
	}
	return t.twinBase.received(who, frames[1:])
}
