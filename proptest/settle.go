package proptest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/internal/wait"
	"github.com/zeroactor/zmq/patterns"
)

// settle waits until everything is where it stays.
func (w *world) settle() error {
	if err := w.forwards(); err != nil {
		return err
	}
	switch {
	case w.medium.Virtual:
		w.twin.base().quiet = false
		for taken := 1; taken > 0; {
			w.settleVirtual()
			var err error
			if taken, err = w.takeNotices(); err != nil {
				return err
			}
		}
		if err := w.attended(); err != nil {
			return err
		}
		before := w.taken
		if err := w.polled(); err != nil {
			return err
		}
		if w.taken > before {
			w.settleVirtual() // there is room for more
		}
	case w.twin.base().damaged || w.twin.base().held || w.twin.base().isCut() || w.h.Sockets[0].Mode == Inverted:
		time.Sleep(w.medium.pace()) // a real network; nothing tells when it is done, and nothing is concluded from it
		return nil
	default:
		if err := w.settleReal(); err != nil {
			return err
		}
	}
	if w.twin.base().held {
		return nil // what was sent is where it stays, but not what follows from it
	}
	w.twin.settled()
	w.twin.base().quiet = w.medium.Virtual
	return nil
}

// pause lets what is under way go on for a while: on a real network for up to some paces.
func (w *world) pause(ms int) {
	d := time.Duration(ms) * time.Millisecond
	if !w.medium.Virtual {
		d = time.Duration(ms) * w.medium.pace() / 10
	}
	time.Sleep(d) // for the network, real or not
	if w.medium.Virtual {
		synctest.Wait()
	}
}

// takeNotices receives what XPUBs tell of subscriptions: with too many untold
// they take no more.
func (w *world) takeNotices() (taken int, err error) {
	for i := range w.places {
		if b := w.twin.base(); w.h.Sockets[i].Kind == "XPUB" && b.alive[i] && !b.isGate(i) {
			n, err := w.recv(i, math.MaxInt)
			if err != nil {
				return taken, err
			}
			taken += n
		}
	}
	return taken, nil
}

// settleVirtual waits until nothing has happened for longer than anything
// takes.
func (w *world) settleVirtual() {
	synctest.Wait()
	if w.medium.Local {
		return
	}
	const moment = 2*reconnect + 100*time.Millisecond // more than a round trip, and a wait before connecting again
	// A peer that is refused comes again and again; what goes over connections that stay comes to an end, though a
	// large message in small windows takes long.
	for still, moments := 0, 0; still < 2 && moments < 100; still++ {
		before, made := w.traffic(), w.connections()
		time.Sleep(moment)
		synctest.Wait()
		if w.traffic() != before {
			still = -1
		}
		if w.connections() != made {
			moments++
		}
	}
}

// connections returns how many were made on the simulated network.
func (w *world) connections() int {
	network := w.ground.simulated()
	if network == nil {
		return 0
	}
	return network.Stats().Connections
}

// traffic returns something that changes when something happens on the network.
func (w *world) traffic() any {
	network := w.ground.simulated()
	if network == nil {
		return nil
	}
	s := network.Stats()
	s.Refused = 0 // attempts to connect to nobody go on for ever
	return s
}

// settleReal waits until all connections are made, and all subscriptions have
// taken effect.
func (w *world) settleReal() error {
	b := w.twin.base()
	for i, p := range w.places {
		want := 0
		for _, j := range b.peers(i) {
			if b.dials[i][j] || b.bound[i] {
				want++
			}
		}
		for patience := wait.New(w.patience); p.Stats().Pipes < want; {
			if patience.Over() {
				return violates(NoLoss, "socket %d has %d of %d peers, and gets no more", i, p.Stats().Pipes, want)
			}
			time.Sleep(100 * time.Microsecond) // for a real network
		}
	}
	for i, p := range w.places {
		if router, ok := p.end.(*patterns.Router); ok && w.h.Pattern == "router" { // a REQ has no id
			if err := w.knows(router.Peers, b.reachable(i)); err != nil {
				return err
			}
		}
		if _, ok := p.end.(subscriber); ok && subscribes(w.h.Sockets[i].Kind) && !b.isGate(i) {
			if err := w.alone(i); err != nil {
				return err
			}
			if err := w.probe(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// knows waits until a ROUTER knows those of its peers that can be there.
func (w *world) knows(ids func() [][]byte, peers []int) error {
	for patience := wait.New(w.patience); ; {
		known := make(map[string]bool)
		for _, id := range ids() {
			known[string(id)] = true
		}
		i := slices.IndexFunc(peers, func(j int) bool { return !known[routingID(j)] })
		if i < 0 {
			return nil
		}
		if patience.Over() {
			return violates(Addressing, "a ROUTER never gets to know socket %d", peers[i])
		}
		time.Sleep(100 * time.Microsecond) // for a real network
	}
}

// probePrefix begins topics that no history has.
const probePrefix = "\xffprobe "

func isProbe(topic string) bool {
	return strings.HasPrefix(strings.TrimLeft(topic, "\x00\x01"), probePrefix)
}

// probe waits until all subscriptions of a subscriber have taken effect at each
// of its publishers: it subscribes to a topic of its own, and what it is sent on
// that comes only if everything before it has taken effect too.
func (w *world) probe(sub int) error {
	b, sock := w.twin.base(), w.places[sub].end.(subscriber)
	for _, pub := range b.linkedThrough(sub) {
		if !b.reaches(pub, sub) {
			continue
		}
		w.marks++
		topic := fmt.Sprint(probePrefix, w.marks, ";")
		if err := sock.Subscribe(topic); err != nil {
			return err
		}
		patience := wait.New(w.patience)
		for came := false; !came; {
			if patience.Over() {
				return violates(Subscriptions, "a subscription of socket %d takes no effect at socket %d", sub, pub)
			}
			before := w.places[pub].Stats().Dropped
			if err := w.places[pub].end.(trySender).TrySend(zmq.NewMessage(topic)); err != nil {
				return err
			}
			w.wasted += w.places[pub].Stats().Dropped - before
			if b.proxied() {
				w.probes += int64(len(b.opposite(pub))) // that the device may drop, sooner or later, for each who asks for all
			}
			time.Sleep(w.medium.pace() / 10) // for a real network
			// An XPUB whose user takes no notices takes no subscriptions.
			if _, err := w.recv(pub, math.MaxInt); err != nil {
				return err
			}
			var err error
			if came, err = w.sees(sub, topic); err != nil {
				return err
			}
		}
		if err := sock.Unsubscribe(topic); err != nil {
			return err
		}
	}
	return nil
}

// sees receives all that is there, and reports whether a probe was among it.
func (w *world) sees(sub int, topic string) (came bool, err error) {
	for {
		m := new(zmq.Message)
		if err := w.places[sub].end.(tryReceiver).TryRecv(m); err != nil {
			return came, w.twin.nothing(sub, err)
		}
		frames := framesOf(m)
		if isProbe(frames[0]) {
			came = came || frames[0] == topic
			continue
		}
		if err := w.twin.received(sub, frames); err != nil {
			return came, err
		}
	}
}
