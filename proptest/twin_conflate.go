package proptest

import (
	"errors"

	"github.com/zeroactor/zmq"
)

// A conflateTwin is a pipeline that keeps the newest message only: that one must
// come, and those before it may, if they were received or on their way before it
// was sent.
type conflateTwin struct {
	pipelineTwin
	newest map[stream]int // what was the newest when everything had settled
}

func newConflateTwin(h History, local bool) twin {
	return &conflateTwin{pipelineTwin{newTwinBase(h, local)}, make(map[stream]int)}
}

func (t *conflateTwin) conflates(i int) bool { return t.sockets[i].Mode == Conflated }

// sent has it that nothing but the want of a peer is a reason to refuse, where
// what cannot be sent at once is replaced.
func (t *conflateTwin) sent(s Step, n name, _ []string, err error) error {
	who := s.Who
	boundless := t.local || t.conflates(who) // over inproc one of the two is enough
	switch {
	case errors.Is(err, zmq.ErrAgain) && boundless && t.quiet && !t.damaged && len(t.ready(who)) > 0:
		return violates(HWM, "socket %d conflates, and refuses a message though it has a peer", who)
	case errors.Is(err, zmq.ErrAgain):
		return nil
	case err != nil:
		return violates(BackPressure, "socket %d refuses a message: %v", who, err)
	}
	for _, e := range t.entries[who] {
		e.excused = true
	}
	to := make(map[int]bool)
	for _, j := range t.peers(who) {
		to[j] = true
	}
	t.ledger.add(&entry{name: n, to: to, one: true, excused: t.doubtful(who), epochs: t.epochs(who)})
	return nil
}

// received has it that a socket that conflates gives nothing that is older than
// what was the newest when all had settled.
func (t *conflateTwin) received(who int, frames []string) error {
	n, ok := parseName(frames[0])
	if ok && t.quiet && !t.damaged && n.from < len(t.entries) && n.seq < len(t.entries[n.from]) {
		s := stream{n.from, who, t.entries[n.from][n.seq].epochs[who]}
		if newest, some := t.newest[s]; some && n.seq < newest {
			return violates(LastValue, "socket %d received message %v, and has had %d.%d for long", who, n, n.from, newest)
		}
	}
	return t.pipelineTwin.received(who, frames)
}

func (t *conflateTwin) settled() {
	t.pipelineTwin.settled()
	clear(t.newest)
	for from, entries := range t.entries {
		for to := range t.sockets {
			if len(entries) > 0 && t.topology.settled[from][to] && (t.local || t.conflates(to)) {
				e := entries[len(entries)-1]
				t.newest[stream{from, to, e.epochs[to]}] = e.seq
			}
		}
	}
}
