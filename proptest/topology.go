package proptest

import "slices"

// A topology is what a twin knows of who is connected to whom.
type topology struct {
	layout
	sockets []Socket
	local   bool
	alive   []bool
	bound   []bool
	hungUp  []bool   // was bound, and is not any more, or is again
	dials   [][]bool // dials[i][j]: i is connected to j, or tries to be
	settled [][]bool // both ways: the connection is there
	broken  [][]bool // both ways: the connection was lost, and is not settled again
	leaving [][]bool // leaving[i][j]: that was because j has hung up, and may drop what comes yet
	cut     []bool   // the network at the socket's endpoint
	epoch   [][]int  // both ways: pipes there have been between the two
	quiet   bool     // all is where it stays, but for what was sent since
	damaged bool     // the network has failed, or a socket has gone
}

func newTopology(h History, local bool) *topology {
	sockets := h.Sockets
	n := len(sockets)
	t := &topology{layout: newLayout(h), sockets: sockets, local: local, alive: make([]bool, n), bound: make([]bool, n), hungUp: make([]bool, n), cut: make([]bool, n)}
	for i := range n {
		t.alive[i] = true
		t.dials = append(t.dials, make([]bool, n))
		t.settled = append(t.settled, make([]bool, n))
		t.broken = append(t.broken, make([]bool, n))
		t.leaving = append(t.leaving, make([]bool, n))
		t.epoch = append(t.epoch, make([]int, n))
	}
	return t
}

// linked reports whether there is a connection between two sockets, or is to be
// one.
func (t *topology) linked(i, j int) bool { return t.dials[i][j] || t.dials[j][i] }

// peers returns the sockets that i has a pipe to, or is to have.
func (t *topology) peers(i int) (peers []int) {
	for j := range t.sockets {
		if t.linked(i, j) {
			peers = append(peers, j)
		}
	}
	return peers
}

// reachable returns the peers of i that it can reach, or that can reach it.
func (t *topology) reachable(i int) (peers []int) {
	for _, j := range t.peers(i) {
		if t.reach(i, j) {
			peers = append(peers, j)
		}
	}
	return peers
}

// reach reports whether one of two sockets can connect to the other.
func (t *topology) reach(i, j int) bool {
	return t.bound[i] && t.dials[j][i] || t.bound[j] && t.dials[i][j]
}

// epochs returns the number of the pipe to each of those that i sends to.
func (t *topology) epochs(i int) map[int]int {
	epochs := make(map[int]int)
	for _, j := range t.targets(i) {
		epochs[j] = t.line(i, j)
	}
	return epochs
}

func (t *topology) connect(i, j int) {
	t.dials[i][j] = true
	t.unsettle(i, j)
	t.epoch[i][j]++
	t.epoch[j][i]++
}

func (t *topology) unsettle(i, j int) {
	t.settled[i][j], t.settled[j][i] = false, false
	t.quiet = false
}

// isCut reports whether the network is interrupted somewhere.
func (t *topology) isCut() bool { return slices.Contains(t.cut, true) }

// fail notes that a connection is lost.
func (t *topology) fail(i, j int) {
	t.unsettle(i, j)
	t.broken[i][j], t.broken[j][i] = true, true
	t.damaged = true
}

// hangUp notes that nobody can connect to a socket any more. Over inproc those
// who were connected do not come again.
func (t *topology) hangUp(i int) {
	for j := range t.sockets {
		if t.dials[j][i] {
			t.fail(i, j)
			t.leaving[j][i] = true
			t.dials[j][i] = t.dials[j][i] && !(t.local && t.bound[i])
		}
	}
	t.hungUp[i] = t.hungUp[i] || t.bound[i]
	t.bound[i] = false
}

// leave notes that i gives up its connection to j.
func (t *topology) leave(i, j int) {
	t.dials[i][j] = false
	t.fail(i, j)
	t.leaving[j][i] = true
}

// gone notes that a socket is closed.
func (t *topology) gone(i int) {
	t.hangUp(i)
	t.alive[i] = false
	for j := range t.sockets {
		if t.dials[i][j] {
			t.leave(i, j)
		}
	}
}

// settle notes that all that can be connected is, and that who is gone is known
// to be; unless stalled says that it may not have come to that.
func (t *topology) settle(stalled func(i, j int) bool) {
	there := func(i, j int) bool { return t.dials[i][j] && t.bound[j] && !t.cut[j] }
	for i := range t.sockets {
		for j := range t.sockets {
			t.settled[i][j] = there(i, j) || there(j, i)
			known := (t.settled[i][j] || !t.linked(i, j)) && !stalled(i, j)
			t.broken[i][j] = t.broken[i][j] && !known
			t.leaving[i][j] = t.leaving[i][j] && !known
		}
	}
	t.quiet = true
}

// ready returns the peers of i that have a connection for sure.
func (t *topology) ready(i int) (ready []int) {
	for j := range t.sockets {
		if t.settled[i][j] {
			ready = append(ready, j)
		}
	}
	return ready
}

// doubtful reports whether a socket has a peer that may not be there: what goes
// to that one may stay on its way for ever, or be lost with the pipe to it.
func (t *topology) doubtful(i int) bool {
	for j := range t.sockets {
		if t.dubious(i, j) {
			return true
		}
	}
	return false
}

// dubious reports whether j is such a peer of i.
func (t *topology) dubious(i, j int) bool {
	gone := t.linked(i, j) && (!t.alive[j] || t.dials[i][j] && !t.bound[j])
	return gone || t.leaving[i][j] || t.broken[i][j] && !t.dials[i][j]
}

// again reports whether a connection is not the first one between two sockets,
// and may be refused because the last one is not gone yet.
func (t *topology) again(i, j int) bool { return !t.settled[i][j] && t.epoch[i][j] > 1 }

// deals reports whether a socket gives each message to one of its peers, whoever that is.
func (t *topology) deals(i int) bool {
	return t.sockets[i].Kind == "PUSH" || t.sockets[i].Kind == "DEALER"
}

// capacity returns how many messages the pipe from i to j holds at least before
// it is full, and at most; most is -1 if there is no limit that is known.
func (t *topology) capacity(i, j int) (least, most int) {
	send, recv := t.sockets[i].SendHWM, t.sockets[j].RecvHWM
	switch {
	case !t.local:
		return send, -1
	case send == 0 || recv == 0:
		return 0, -1
	}
	return send, send + recv
}

func (t *topology) disconnect(i, j int) {
	t.dials[i][j] = false
	t.unsettle(i, j)
}
