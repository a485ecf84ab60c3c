package patterns

import (
	"slices"

	"github.com/zeroactor/zmq"
)

// A distributor sends messages to several pipes. A pipe whose queue is full
// misses the whole message, and those that follow until it has room.
type distributor struct {
	pipes   []*pipe // all
	chosen  []*pipe // for the message that is being sent
	round   uint64  // number of that message
	dropped int64   // copies that were not sent, since it was asked
}

func (d *distributor) add(p *pipe) { d.pipes = append(d.pipes, p) }

func (d *distributor) remove(p *pipe) {
	if i := slices.Index(d.pipes, p); i >= 0 {
		d.pipes = slices.Delete(d.pipes, i, i+1)
	}
}

// begin begins the choice of pipes for a message.
func (d *distributor) begin() {
	d.round++
	clear(d.chosen)
	d.chosen = d.chosen[:0]
}

// choose makes p one of those that get the message. It may be called several
// times for the same pipe.
func (d *distributor) choose(p *pipe) {
	if p.round != d.round {
		p.round = d.round
		d.chosen = append(d.chosen, p)
	}
}

// invert chooses those that were not chosen.
func (d *distributor) invert() {
	clear(d.chosen)
	d.chosen = d.chosen[:0]
	for _, p := range d.pipes {
		if p.round != d.round {
			d.chosen = append(d.chosen, p)
		}
	}
}

// all chooses every pipe.
func (d *distributor) all() {
	d.begin()
	d.chosen = append(d.chosen, d.pipes...)
}

// anyFull reports whether one of the chosen pipes has no room. It will be
// writable when it has.
func (d *distributor) anyFull() bool {
	full := false
	for _, p := range d.chosen {
		p.mute = p.out.Full()
		full = full || p.mute
	}
	return full
}

// send sends o to the chosen pipes that have room, and returns how many had
// none.
func (d *distributor) send(o outgoing) (dropped int64) {
	var shared *zmq.Message
	if o.m == nil && len(d.chosen) > 1 && o.large() {
		shared = o.share()
		o = outgoing{m: shared}
	}
	for _, p := range d.chosen {
		if p.mute = p.mute || p.out.Full(); p.mute {
			dropped++
			continue
		}
		p.send(o, 0)
	}
	if shared != nil {
		shared.Release()
	}
	return dropped
}

// large reports whether a frame is worth sharing among pipes.
func (o *outgoing) large() bool {
	for _, f := range o.frames {
		if len(f) > shareMin {
			return true
		}
	}
	return false
}

// share makes a message whose large frames all pipes can refer to.
func (o *outgoing) share() *zmq.Message {
	m := new(zmq.Message)
	for _, f := range o.frames {
		m.Append(f)
	}
	return m
}
