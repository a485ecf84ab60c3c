package patterns

import (
	"slices"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/ypipe"
)

// A distributor sends messages to several pipes. A pipe whose queue is full
// misses the whole message, and those that follow until its log says that it
// has room.
//
// For each message, begin comes first, then the choice of pipes, then send.
type distributor struct {
	pipes  []*pipe // all
	chosen []*pipe // for the message at hand
	round  uint64  // number of that message: what pipes are marked with
	full   *pipe   // found full last
	skips  bool    // full pipes are not to be chosen, but counted
	missed int64   // those that were not
	sheet  ypipe.Sheet
}

func (d *distributor) add(p *pipe) { d.pipes = append(d.pipes, p) }

func (d *distributor) remove(p *pipe) {
	if i := slices.Index(d.pipes, p); i >= 0 {
		d.pipes = slices.Delete(d.pipes, i, i+1)
	}
	if len(d.pipes) == 0 {
		d.sheet.Release()
	}
}

// begin begins the choice of pipes for a message: none is chosen.
func (d *distributor) begin() {
	d.round++
	d.skips = false
	d.reset()
}

// reset forgets the choice.
func (d *distributor) reset() {
	clear(d.chosen)
	d.chosen, d.missed = d.chosen[:0], 0
}

// skip makes choose leave out the pipes that are known to be full, where all that
// is chosen is sent, and nobody waits: a stuck peer then costs the others next to
// nothing.
func (d *distributor) skip() { d.skips = true }

// choose makes p one of those that get the message. It may be called several
// times for the same pipe.
func (d *distributor) choose(p *pipe) {
	switch {
	case p.round == d.round:
		return
	case p.full && d.skips:
		d.missed++
	default:
		d.chosen = append(d.chosen, p)
	}
	p.round = d.round
}

// invert chooses those that were not chosen.
func (d *distributor) invert() {
	d.reset()
	for _, p := range d.pipes {
		if p.round != d.round {
			d.chosen = append(d.chosen, p)
		}
	}
}

// narrow leaves p alone chosen, if it is.
func (d *distributor) narrow(p *pipe) {
	found := slices.Contains(d.chosen, p)
	d.reset()
	if found {
		d.chosen = append(d.chosen, p)
	}
}

// all chooses every pipe.
func (d *distributor) all() {
	d.begin()
	d.chosen = append(d.chosen, d.pipes...)
}

// blocked reports whether a chosen pipe has no room. It will be writable when
// it has.
func (d *distributor) blocked() bool { return slices.ContainsFunc(d.chosen, d.lacksRoom) }

// lacksRoom reports whether p cannot take a message.
func (d *distributor) lacksRoom(p *pipe) bool {
	known := p.full
	if p.hasRoom() {
		return false
	}
	if !known {
		d.full = p
	}
	return true
}

// help returns the pipe that was found full last, once.
func (d *distributor) help() *pipe {
	p := d.full
	d.full = nil
	return p
}

// send sends o to the chosen pipes that have room, and returns how many had
// none.
func (d *distributor) send(o outgoing) (dropped int64) {
	dropped = d.missed + int64(d.dropFull())
	size, large := o.measure()
	switch {
	case len(d.chosen) > 1 && large:
		d.share(o)
	case len(d.chosen) < sheetMin || !d.encode(o, size):
		for _, p := range d.chosen {
			p.send(o, 0)
		}
	default:
		d.hand(o)
	}
	d.reset()
	return dropped
}

// dropFull leaves those chosen that have room, and returns how many had none.
func (d *distributor) dropFull() (full int) {
	for i, p := range d.chosen {
		if d.lacksRoom(p) {
			full++
		} else if full > 0 {
			d.chosen[i-full] = p
		}
	}
	left := len(d.chosen) - full
	clear(d.chosen[left:])
	d.chosen = d.chosen[:left]
	return full
}

// sheetMin is the number of pipes from which a message is encoded once for all.
const sheetMin = 3

// encode writes o, of that size, to the sheet. It reports false if it is too large
// for that.
func (d *distributor) encode(o outgoing, size int) bool {
	if !d.sheet.Begin(d.chosen[0].sock.ctx.pool, size) {
		return false
	}
	last := o.len() - 1
	for i := range last {
		d.sheet.Append(ypipe.FlagMore, o.frame(i))
	}
	d.sheet.Append(0, o.frame(last))
	return true
}

// hand gives the chosen pipes the message that encode has written. Receivers over
// inproc get memory of their own.
func (d *distributor) hand(o outgoing) {
	for _, p := range d.chosen {
		if p.port == nil {
			p.send(o, 0)
			continue
		}
		p.out.AppendSheet(&d.sheet)
		p.publish()
	}
}

// share sends o so that the pipes refer to the same large frames: each is
// copied once, if at all.
func (d *distributor) share(o outgoing) {
	for i := range o.len() {
		flags := byte(ypipe.FlagMore)
		if i == o.len()-1 {
			flags = 0
		}
		body, buf := o.frame(i), (*arena.Buf)(nil)
		if len(body) > shareMin {
			body, buf = d.shared(&o, i)
			buf.Retain(len(d.chosen) - 1)
		}
		for _, p := range d.chosen {
			if buf != nil {
				p.out.AppendOwned(flags, body, arena.Owner{Buf: buf})
			} else {
				p.out.Append(flags, body)
			}
		}
	}
	for _, p := range d.chosen {
		p.end()
	}
}

// shared returns frame i in memory that can be shared, with a reference to it.
func (d *distributor) shared(o *outgoing, i int) ([]byte, *arena.Buf) {
	if o.m != nil {
		if body, buf := o.m.View(i); buf != nil {
			buf.Retain(1)
			return body, buf
		}
	}
	body := o.frame(i)
	buf := d.chosen[0].sock.ctx.pool.Copy(body)
	return buf.Bytes()[:len(body)], buf
}

// measure returns how many bytes the frames have on the wire at most, and whether
// one of them is worth sharing among pipes by reference.
func (o *outgoing) measure() (size int, large bool) {
	for i := range o.len() {
		n := len(o.frame(i))
		size += n + maxHeader
		large = large || n > shareMin
	}
	return size, large
}

// maxHeader is the size of the longest header of a frame (37/ZMTP, "Framing").
const maxHeader = 9
