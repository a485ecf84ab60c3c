package patterns

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/zeroactor/zmq"
)

// A routing table finds the pipe to a peer by its routing id ("SHALL identify
// each double queue using a unique 'identity' binary string", 28/REQREP). It
// belongs to the socket's turn.
type routing struct {
	pipes map[string]*pipe
	last  *pipe  // found last; peers are often answered in the order they ask
	auto  uint32 // number in the last id made up
}

func newRouting() routing {
	return routing{pipes: make(map[string]*pipe), auto: rand.Uint32()}
}

// find returns the pipe of that id, or nil.
func (r *routing) find(id []byte) *pipe {
	if p := r.last; p != nil && bytes.Equal(p.routingID, id) {
		return p
	}
	p := r.pipes[string(id)]
	if p != nil {
		r.last = p
	}
	return p
}

// add makes p known by an id that is free.
func (r *routing) add(id []byte, p *pipe) {
	p.routingID = id
	r.pipes[string(id)] = p
}

// remove makes p unknown. The pipe keeps its id for what is still to be read.
func (r *routing) remove(p *pipe) {
	if r.pipes[string(p.routingID)] == p {
		delete(r.pipes, string(p.routingID))
	}
	if r.last == p {
		r.last = nil
	}
}

// autoID makes up an id that is free: a zero byte, with which no peer's own may
// begin, and a number.
func (r *routing) autoID() []byte {
	for {
		r.auto++
		id := binary.BigEndian.AppendUint32([]byte{0}, r.auto)
		if r.pipes[string(id)] == nil {
			return id
		}
	}
}

// isAuto reports whether id was made up here.
func isAuto(id []byte) bool { return len(id) == 5 && id[0] == 0 }

// ids returns the ids of all peers, in no order.
func (r *routing) ids() [][]byte {
	ids := make([][]byte, 0, len(r.pipes))
	for id := range r.pipes {
		ids = append(ids, []byte(id))
	}
	return ids
}

// duplicateID describes an id that is taken.
func duplicateID(id []byte) error {
	return fmt.Errorf("%w: routing id %q", zmq.ErrAddrInUse, id)
}
