package patterns

import "github.com/zeroactor/zmq"

// A pipe that Connect made outlives its connections, and so may hold messages of
// one that is lost when the next one is there. They stay those of the lost one.

// An era is a connection that a pipe has had and still holds messages of.
type era struct {
	end       int64 // of its messages, as ypipe.Log.End has it
	peer      *zmq.Peer
	routingID []byte
}

// succeed makes peer the one whose connection serves the pipe. In the turn, by
// the writer of in.
func (p *pipe) succeed(peer *zmq.Peer) {
	if end := p.in.End(); p.peer != nil && !p.in.Drained() && (len(p.past) == 0 || p.past[len(p.past)-1].end != end) {
		p.past = append(p.past, era{end, p.peer, p.routingID})
	}
	p.peer = peer
}

// from returns the peer that the frame taken last came from.
func (p *pipe) from() *zmq.Peer {
	if len(p.past) > 0 {
		peer, _ := p.fromPast()
		return peer
	}
	return p.peer
}

// fromID returns the routing id that the peer of the frame taken last had.
func (p *pipe) fromID() []byte {
	if len(p.past) > 0 {
		_, id := p.fromPast()
		return id
	}
	return p.routingID
}

// fromPast returns both, and forgets eras that are over.
func (p *pipe) fromPast() (*zmq.Peer, []byte) {
	at := p.in.Taken()
	for len(p.past) > 0 {
		if e := &p.past[0]; at <= e.end {
			return e.peer, e.routingID
		}
		p.past[0] = era{}
		p.past = p.past[1:]
	}
	p.past = nil
	return p.peer, p.routingID
}
