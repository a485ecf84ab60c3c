package proptest

import (
	"context"
	"errors"
	"testing/synctest"

	"github.com/zeroactor/zmq/patterns"
)

// A device is what a history may have between its two sides: a proxy, whose two
// sockets are its gates. Whoever is of one side talks to one gate, and the proxy
// forwards what comes to the other. What each side makes of the other is to be as
// if it were not there; but messages have more queues to lie in, what is dropped
// or decided at a gate follows what a sender has done, and a gate that is lost
// takes along what is at it.
//
// In the topology of a twin that is layout: what does not depend on who is
// connected.
type layout struct {
	sides []int  // of each socket; a gate stands in for the side that it forwards to or from
	gates [2]int // the one that each side talks to; the same if there is no device
	held  bool   // the proxy takes nothing
}

func newLayout(h History) layout {
	l := layout{gates: h.Proxy}
	for i := range h.Sockets {
		l.sides = append(l.sides, side(h, i))
	}
	return l
}

// proxied reports whether there is a device.
func (l *layout) proxied() bool { return l.gates[0] != l.gates[1] }

// isGate reports whether a socket is one of the device's.
func (l *layout) isGate(i int) bool { return l.proxied() && (i == l.gates[0] || i == l.gates[1]) }

// gate returns the one that a socket of a side talks to, and the one behind it.
func (l *layout) gate(i int) (near, far int) { return l.gates[l.sides[i]], l.gates[1-l.sides[i]] }

// talk reports whether two sockets may be connected.
func (l *layout) talk(i, j int) bool {
	return l.sides[i] != l.sides[j] && (!l.proxied() || l.isGate(i) != l.isGate(j))
}

// opposite returns the sockets of the other side, whoever is connected.
func (l *layout) opposite(i int) (others []int) {
	for j := range l.sides {
		if l.sides[j] != l.sides[i] && !l.isGate(j) {
			others = append(others, j)
		}
	}
	return others
}

// targets returns to whom a message of i may come: its peers, or whoever is
// connected to the other gate by the time it is there.
func (t *topology) targets(i int) []int {
	if t.proxied() {
		return t.opposite(i)
	}
	return t.peers(i)
}

// linkedThrough returns the sockets that i has a way to now, or is to have.
func (t *topology) linkedThrough(i int) []int {
	if !t.proxied() {
		return t.peers(i)
	}
	near, far := t.gate(i)
	if !t.linked(i, near) {
		return nil
	}
	return t.peers(far)
}

// sure reports whether all connections from one socket to another are there.
func (t *topology) sure(i, j int) bool {
	if !t.proxied() {
		return t.settled[i][j]
	}
	near, far := t.gate(i)
	return t.settled[i][near] && t.settled[far][j]
}

// reaches reports whether what i sends can come to j.
func (t *topology) reaches(i, j int) bool {
	if !t.proxied() {
		return t.reach(i, j)
	}
	near, far := t.gate(i)
	return t.reach(i, near) && t.reach(far, j)
}

// line returns the number of the pipe between two sockets, or of the pair of them.
func (t *topology) line(i, j int) int {
	if !t.proxied() {
		return t.epoch[i][j]
	}
	near, far := t.gate(i)
	return t.epoch[i][near] + t.epoch[far][j]
}

// wavers reports whether a gate of the device may hand something to a socket that
// does not get it.
func (t *topology) wavers(gate, j int, exclusive bool) bool {
	return t.dubious(gate, j) || exclusive && (t.again(gate, j) || t.broken[gate][j])
}

// hop calls f with each pair of sockets whose messages, from the one to the
// other, are sent over a connection from one socket to another.
func (t *topology) hop(from, to int, f func(i, j int)) {
	switch {
	case !t.talk(from, to):
	case t.isGate(from):
		for _, i := range t.opposite(to) {
			f(i, to)
		}
	case t.isGate(to):
		for _, j := range t.opposite(from) {
			f(from, j)
		}
	default:
		f(from, to)
	}
}

// A proxy is that of a world, at work.
type proxy struct {
	control patterns.ProxyControl
	over    chan struct{} // closed when it has ended
	err     error         // why
}

// forward has the proxy of a history begin.
func (w *world) forward() {
	front, back := w.places[w.h.Proxy[0]].end.(patterns.Socket), w.places[w.h.Proxy[1]].end.(patterns.Socket)
	p := &proxy{over: make(chan struct{})}
	w.proxy = p
	go func() {
		defer close(p.over)
		p.err = patterns.Proxy(context.Background(), front, back, patterns.Controlled(&p.control))
		if e := (*patterns.ProxyError)(nil); errors.As(p.err, &e) {
			for _, m := range append(e.Front, e.Back...) {
				m.Release()
			}
		}
	}()
}

// hold makes the proxy stop, or go on.
func (w *world) hold(on bool) {
	if w.proxy == nil {
		return
	}
	if b := w.twin.base(); b.held != on {
		b.held, b.quiet = on, false
		if !on {
			w.proxy.control.Resume()
			return
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		w.proxy.control.Pause(ctx) // it need not wait until nothing is in hand
	}
}

// abreast waits until the proxy has forwarded what there is, where that can be known
// without time: so a history goes the same way each time. In half of the histories
// the messages of a step come to it one by one, and in the others all at once.
func (w *world) abreast() {
	if w.proxy != nil && w.medium.Virtual && w.medium.Local {
		synctest.Wait()
	}
}

// burst holds the proxy while a step sends, in every other history, and returns what
// ends that.
func (w *world) burst() (over func()) {
	if w.proxy == nil || !w.medium.Local || w.twin.base().held || w.h.Seed>>41%2 == 0 {
		return func() {}
	}
	w.hold(true)
	w.abreast()
	return func() {
		w.hold(false)
		w.abreast()
	}
}

// forwards holds that the proxy has not ended by itself.
func (w *world) forwards() error {
	if w.proxy == nil || !w.twin.base().alive[w.h.Proxy[0]] {
		return nil
	}
	select {
	case <-w.proxy.over:
		return violates(InvisibleProxy, "the proxy has ended: %v", w.proxy.err)
	default:
		return nil
	}
}

// waver has the twin know of what the gates may lose now: what they give to
// somebody who may not be there.
func (w *world) waver() {
	b := w.twin.base()
	if !b.proxied() {
		return
	}
	for _, gate := range b.gates {
		for j := range w.places {
			if b.talk(gate, j) && b.wavers(gate, j, b.exclusive) {
				w.twin.excuse(gate, j)
			}
		}
	}
}
