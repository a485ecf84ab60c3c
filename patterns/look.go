package patterns

import (
	"cmp"
	"slices"

	"github.com/zeroactor/zmq/actor"
)

// maxPipesShown is how many of a socket's pipes a snapshot has: those in which most waits. A socket may have
// as many peers as come.
const maxPipesShown = 100

// Node returns the context's place in a tree of actors: its sockets are below it, and below these their listeners,
// connecters and connections. It is there to be looked at, by [actor.Node.Snapshot] and by packages
// actorhttp, actortop and actormetrics: each socket shows what it has for each of its peers, for up to a hundred that
// have most to read. Any goroutine may call it, and looking does not hold up the sockets for longer than a send does. Do
// not stop or kill it, or what is below it: that is for [Context.Shutdown] and the sockets' own Close.
func (c *Context) Node() *actor.Node { return c.root }

// look adds the socket's pipes to a snapshot.
func (s *socket) look(to *actor.Snapshot) {
	s.turn.Lock()
	all := make([]actor.PipeSnapshot, 0, len(s.pipes))
	for p := range s.pipes {
		if p.out != nil {
			all = append(all, p.look())
		}
	}
	s.turn.Unlock()
	slices.SortFunc(all, func(a, b actor.PipeSnapshot) int {
		return cmp.Or(cmp.Compare(b.Depth(), a.Depth()), cmp.Compare(a.Name, b.Name))
	})
	all = all[:min(len(all), maxPipesShown)]
	slices.SortFunc(all, func(a, b actor.PipeSnapshot) int { return cmp.Compare(a.Name, b.Name) })
	to.Pipes = append(to.Pipes, all...)
}

// look says how it stands with what is for the peer. In the turn.
func (p *pipe) look() actor.PipeSnapshot {
	written, taken, hwm := p.out.Counts()
	if taken == written {
		p.emptied = written
	}
	taken = max(taken, p.emptied)
	s := actor.PipeSnapshot{In: written, Taken: taken, HWM: int(hwm), Full: hwm > 0 && written-taken >= hwm}
	if p.endpoint != nil {
		s.Name = p.endpoint.addr.String()
	}
	if p.peer != nil && p.peer.Address != "" {
		s.Name += " (" + p.peer.Address + ")"
	}
	return s
}
