package proptest

import (
	"context"
	"errors"
	"fmt"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
	"github.com/zeroactor/zmq/patterns"
)

const (
	// linger is so long that what is dropped was not slow, but stuck.
	linger = time.Hour

	// reconnect is how long a socket waits before it connects again.
	reconnect = 10 * time.Millisecond

	// patience is how long something is waited for, in real time, before it
	// is taken for not happening: see package wait. Only a failure waits so long.
	patience = 20 * time.Second
)

// A world is a history that is being played.
type world struct {
	h        History
	medium   Medium
	ground   *Ground
	context  *patterns.Context
	twin     twin
	places   []*place
	proxy    *proxy // nil if there is none
	trace    []string
	patience time.Duration
	marks    int   // probes so far
	wasted   int64 // probes that were dropped
	awaited  int   // waiters so far
	probes   int64 // probes that went through a device, each as often as there are sockets behind it
	taken    int   // messages received so far
}

// A place is a socket of the world.
type place struct {
	end
	endpoint string     // where it is bound, or was last
	awaited  []int      // sockets that are to connect once it is bound
	closing  chan error // of a Close that is under way; nil if there is none
	killed   bool
	waiters  []*waiter
	poller   *patterns.Poller // that watches it; nil if none does
}

// play plays a history, in the bubble if the medium is virtual.
func play(m Medium, h History, patience time.Duration) (trace []string, err error) {
	p, err := findPattern(h.Pattern)
	if err != nil {
		return nil, err
	}
	ground, err := m.Open(h.Seed)
	if err != nil {
		return nil, err
	}
	w := newWorld(m, ground, p, h, patience)
	if ground.Close != nil {
		defer ground.Close()
	}
	sane := false
	defer func() {
		if sane { // a panic is to be seen, and may have left a lock that nobody will unlock
			w.end()
		}
	}()
	err = w.play()
	sane = true
	return w.trace, err
}

func newWorld(m Medium, ground *Ground, p pattern, h History, patience time.Duration) *world {
	w := &world{h: h, medium: m, ground: ground, patience: patience, twin: p.twin(h, m.Local)}
	w.context = patterns.NewContext(ground.Options...)
	return w
}

// open makes the sockets, and the proxy if there is to be one.
func (w *world) open() error {
	for i, s := range w.h.Sockets {
		sock, err := open(s, i, w.twin.base().isGate(i), patterns.InContext(w.context), patterns.Linger(linger), patterns.ReconnectInterval(reconnect))
		if err != nil {
			return err
		}
		w.places = append(w.places, &place{end: sock})
	}
	if w.twin.base().proxied() {
		w.forward()
	}
	return nil
}

// play makes the sockets and does the steps.
func (w *world) play() error {
	if err := w.open(); err != nil {
		return err
	}
	for _, s := range w.h.Steps {
		if err := w.step(s); err != nil {
			return err
		}
		w.abreast()
		w.waver()
	}
	return w.finish()
}

// end closes everything, whatever has happened.
func (w *world) end() {
	for i, p := range w.places {
		w.unwatch(i)
		p.CloseNow()
		for _, r := range p.waiters {
			r.give(errGivenUp)
			<-r.over
		}
	}
	if w.proxy != nil {
		<-w.proxy.over
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	w.context.Shutdown(over) // also of closes that wait for who is not there
	for _, p := range w.places {
		if p.closing != nil {
			<-p.closing
		}
	}
	if w.medium.Virtual {
		synctest.Wait()
	}
}

func (w *world) note(format string, args ...any) {
	w.trace = append(w.trace, fmt.Sprintf(format, args...))
}

// step does one step, and has the twin compare.
func (w *world) step(s Step) error {
	n := len(w.places)
	if s.Who < 0 || s.Who >= n || s.With < 0 || s.With >= n {
		return nil
	}
	b := w.twin.base()
	if !b.alive[s.Who] && s.Do != Settle && s.Do != Pause {
		return nil
	}
	if b.isGate(s.Who) && s.Do.traffic() {
		return nil // that is for the proxy
	}
	w.note("%v", s)
	p := w.places[s.Who]
	if err := w.gather(); err != nil {
		return err
	}
	switch s.Do {
	case Bind:
		return w.bind(s.Who)
	case Unbind:
		if b.bound[s.Who] {
			w.excuseAccepted(s.Who)
			b.hangUp(s.Who)
			return p.Unbind(p.endpoint)
		}
	case Connect:
		return w.connect(s.Who, s.With)
	case Disconnect:
		if b.dials[s.Who][s.With] {
			w.twin.excuse(s.With, s.Who)
			if b.isGate(s.Who) && !b.deals(s.Who) {
				w.twin.excuse(s.Who, s.With) // what has not come to it yet
			}
			b.leave(s.Who, s.With)
			return p.Disconnect(w.places[s.With].endpoint)
		}
	case Send:
		return w.send(s)
	case Recv:
		if err := w.alone(s.Who); err != nil {
			return err
		}
		_, err := w.recv(s.Who, s.N)
		return err
	case Await:
		return w.await(s.Who, max(s.N, 1))
	case GiveUp:
		return w.giveUp(s.Who, max(s.N, 1))
	case Watch:
		return w.watch(s.Who)
	case Unwatch:
		w.unwatch(s.Who)
	case Subscribe, Unsubscribe:
		return w.subscribe(s.Who, s.Topic, s.Do == Subscribe)
	case Close, Kill:
		return w.close(s.Who, s.Do == Kill)
	case Reset, Cut, Heal:
		w.disturb(s.Do, s.Who)
	case Hold, Resume:
		if b.isGate(s.Who) {
			w.hold(s.Do == Hold)
		}
	case Pause:
		w.pause(s.N)
	case Settle:
		return w.settle()
	}
	return nil
}

func (w *world) bind(i int) error {
	b, p := w.twin.base(), w.places[i]
	if b.bound[i] {
		return nil
	}
	where := p.endpoint
	if where == "" {
		where = w.ground.Endpoint(i)
	}
	ep, err := p.Bind(where)
	if errors.Is(err, zmq.ErrAddrInUse) && p.endpoint != "" {
		return nil // the last binding is not gone yet, or somebody else was quicker
	}
	if err != nil {
		return err
	}
	p.endpoint = ep.String()
	b.bound[i] = true
	b.quiet = false
	for _, j := range p.awaited {
		if b.alive[j] {
			if err := w.connect(j, i); err != nil {
				return err
			}
		}
	}
	p.awaited = nil
	return nil
}

// connect connects i to j; later, if nobody can know yet where j is bound.
func (w *world) connect(i, j int) error {
	b, p := w.twin.base(), w.places[j]
	if i == j || b.linked(i, j) || !b.alive[j] || !w.talks(i, j) {
		return nil
	}
	if p.endpoint == "" && w.ground.Fixed {
		p.endpoint = w.ground.Endpoint(j)
	}
	if p.endpoint == "" {
		p.awaited = append(p.awaited, i)
		return nil
	}
	b.connect(i, j)
	if b.exclusive && b.epoch[i][j] > 1 {
		// The last connection may yet be made, and refused.
		w.twin.excuse(i, j)
		w.twin.excuse(j, i)
	}
	err := w.dial(i, j)
	if errors.Is(err, zmq.ErrState) && b.exclusive && b.epoch[i][j] > 1 {
		b.disconnect(i, j) // the last connection is not gone yet
		return nil
	}
	return err
}

// dial connects i to j. A STREAM gives the connection an id, or else it would not
// know whom it leads to.
func (w *world) dial(i, j int) error {
	if s, ok := w.places[i].end.(*patterns.Stream); ok {
		return s.ConnectAs(w.places[j].endpoint, []byte(lineID(j, w.twin.base().epoch[i][j])))
	}
	return w.places[i].Connect(w.places[j].endpoint)
}

// talks reports whether two sockets are of different sides.
func (w *world) talks(i, j int) bool { return w.twin.base().talk(i, j) }

// excuseAccepted excuses what is on its way over connections that were made to
// i, also those that their makers have given up and that are not at their end.
func (w *world) excuseAccepted(i int) {
	for j := range w.places {
		if !w.twin.base().dials[i][j] {
			w.twin.excuse(i, j)
			w.twin.excuse(j, i)
		}
	}
}

// close closes a socket. If it is killed, what it had sent may be lost too. Who waits at it
// waits no more: what is sent from now on is not for them.
func (w *world) close(i int, kill bool) error {
	b, p := w.twin.base(), w.places[i]
	if b.isGate(i) { // then the device is gone, and what it has in hand
		kill = true
	}
	for j := range w.places { // of those whom it was connected to as well
		w.twin.excuse(j, i)
		if kill {
			w.twin.excuse(i, j)
		}
	}
	b.gone(i)
	p.closing = make(chan error, 1)
	p.killed = kill
	if kill {
		p.closing <- p.CloseNow()
	} else {
		go func() { p.closing <- p.Close() }()
	}
	if other, _ := b.gate(i); b.isGate(i) && b.alive[other] {
		return w.close(other, true)
	}
	return w.noneWaits(i)
}

// disturb makes the network fail.
func (w *world) disturb(do Verb, i int) {
	network := w.ground.Network
	b, p := w.twin.base(), w.places[i]
	if network == nil || p.endpoint == "" {
		return
	}
	address := addressOf(p.endpoint)
	switch do {
	case Reset:
		w.excuseAccepted(i)
		for j := range w.places {
			if b.dials[j][i] {
				b.fail(i, j)
			}
		}
		network.Reset(address)
	case Cut:
		b.cut[i] = true
		for j := range w.places {
			b.unsettle(i, j)
		}
		network.Cut(address)
	case Heal:
		b.cut[i] = false
		b.quiet = false // who waits to connect may do so in this moment
		network.Heal(address)
	}
}
