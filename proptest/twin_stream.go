package proptest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zeroactor/zmq"
)

// A streamTwin has bytes come as they were sent, without a gap for as long as a
// connection lasts, between the notification of its beginning and that of its
// end. A socket that has connected names its peer; one that was connected to
// learns which connection leads to whom from what comes over it.
type streamTwin struct {
	*twinBase
	lines []map[string]*line // of each socket, by the id it knows the connection by
	empty []bool             // a socket had nothing left to receive since a connection was lost
	sure  []bool             // which connections a socket has told of is how things are
	past  [][]int            // both ways: lost connections that both sides know to be lost
	eras  map[name]int       // how many these were when a message was sent; none if one was in doubt
}

// A line is a connection, as the socket at one end of it has told of it.
type line struct {
	open bool   // notified, and not yet of its end
	peer int    // the socket at the other end; -1 if that is not known yet
	head string // what has come of the name of the next message
	of   name   // the message that has begun
	want string // what is to come of it; "" if none has begun
	last int    // the number of that message; -1 if there is none
	era  int    // of those messages; -1 if that is not known
}

func newStreamTwin(h History, local bool) twin {
	t := &streamTwin{twinBase: newTwinBase(h, local), empty: make([]bool, len(h.Sockets)), sure: make([]bool, len(h.Sockets)), eras: make(map[name]int)}
	for range h.Sockets {
		t.lines = append(t.lines, make(map[string]*line))
		t.past = append(t.past, make([]int, len(h.Sockets)))
	}
	return t
}

// lineIDs are the ids of connections that a socket has made: to which one, and as
// which of the pipes there have been between the two.
const lineIDs = "peer %d/%d"

func lineID(peer, epoch int) string { return fmt.Sprintf(lineIDs, peer, epoch) }

// line returns the open connection from one socket to another, if it is known by
// what has been received; it may have a successor that is not.
func (t *streamTwin) line(who, peer int) (id string, l *line) {
	if t.dials[who][peer] {
		id := lineID(peer, t.epoch[who][peer])
		return id, t.lines[who][id]
	}
	for id, l := range t.lines[who] {
		if l.peer == peer && l.open {
			return id, l
		}
	}
	return "", nil
}

// compose makes a message of bytes that tell, when they come, which message they
// are of.
func (t *streamTwin) compose(s Step, n name) []string {
	id, _ := t.line(s.Who, s.With)
	if id == "" {
		return nil // nobody can know that peer yet
	}
	frames := t.frames(n)
	return append([]string{id, frames[0] + "\n"}, frames[1:]...)
}

// frames returns those of a message, which are short where a network brings few
// bytes at once: a STREAM gives each piece as it comes.
func (t *streamTwin) frames(n name) []string {
	const few = 300
	frames := n.frames(t.seed)
	if piece := simConfig(t.seed).MaxPiece; piece > 0 && piece < few {
		for i, f := range frames {
			frames[i] = f[:min(len(f), few)]
		}
	}
	return frames
}

func (t *streamTwin) sent(s Step, n name, _ []string, err error) error {
	who, to := s.Who, s.With
	_, l := t.line(who, to)
	certain := !t.broken[who][to] && !t.leaving[who][to] && t.alive[to] && (!t.damaged || t.sure[who])
	switch {
	case errors.Is(err, zmq.ErrUnreachable):
		if t.dials[who][to] || certain && t.topology.settled[who][to] {
			return violates(Addressing, "socket %d does not know its connection to socket %d", who, to)
		}
		return nil
	case errors.Is(err, zmq.ErrAgain):
		least, _ := t.capacity(who, to)
		full := least > 0 && len(t.outstanding(who, to)) >= max(1, least/2)
		if certain && t.quiet && !t.damaged && t.topology.settled[who][to] && !full {
			return violates(HWM, "socket %d refuses bytes for socket %d, and the pipe holds %d messages", who, to, least)
		}
		return nil
	case err != nil:
		return violates(BackPressure, "socket %d refuses a message: %v", who, err)
	}
	must := certain && (t.dials[who][to] && t.bound[to] || l != nil && l.open && t.topology.settled[who][to])
	t.ledger.add(&entry{name: n, to: map[int]bool{to: must}, epochs: t.epochs(who)})
	if !t.broken[who][to] && !t.leaving[who][to] {
		t.eras[n] = t.past[who][to]
	}
	if !must {
		t.entries[who][n.seq].unordered[to] = true
	}
	return nil
}

func (t *streamTwin) received(who int, frames []string) error {
	if len(frames) != 2 {
		return violates(Atomicity, "STREAM %d received a message of %d frames", who, len(frames))
	}
	id := frames[0]
	l := t.lines[who][id]
	if frames[1] == "" {
		return t.notified(who, id, l)
	}
	if l == nil || !l.open {
		return violates(ByteStream, "STREAM %d received bytes of connection %q, which is not notified", who, id)
	}
	return t.take(who, l, frames[1])
}

// notified takes a notification: of the beginning of a connection, or of the end
// of one that has begun.
func (t *streamTwin) notified(who int, id string, l *line) error {
	if l != nil && l.open {
		l.open = false
		if l.head+l.want != "" && !t.damaged {
			return violates(Atomicity, "STREAM %d received the end where %d bytes of message %v are to come", who, len(l.want), l.of)
		}
		return nil
	}
	if l != nil && strings.HasPrefix(id, "\x00") {
		return violates(ByteStream, "STREAM %d received the beginning of connection %q twice", who, id)
	}
	fresh := &line{open: true, peer: -1, last: -1, era: -1}
	if !strings.HasPrefix(id, "\x00") {
		fmt.Sscanf(id, lineIDs, &fresh.peer, new(int))
	}
	t.lines[who][id] = fresh
	return nil
}

// take takes bytes that have come over a connection: message after message, each
// as it was sent.
func (t *streamTwin) take(who int, l *line, got string) error {
	for got != "" {
		if l.want == "" {
			first, rest, whole := strings.Cut(got, "\n")
			l.head += first
			if got = rest; !whole {
				return nil
			}
			n, ok := parseName(l.head)
			if !ok || n.from >= len(t.sockets) || n.from == who {
				return violates(NoInvention, "socket %d received %s where a message is to begin", who, brief(l.head))
			}
			l.head, l.of = "", n
			l.want = "\n" + strings.Join(t.frames(n)[1:], "")
			got = "\n" + got
		}
		size := min(len(l.want), len(got))
		if got[:size] != l.want[:size] {
			return violates(NoInvention, "socket %d received message %v, and not as it was sent", who, l.of)
		}
		got, l.want = got[size:], l.want[size:]
		if l.want == "" {
			if err := t.next(who, l, l.of); err != nil {
				return err
			}
		}
	}
	return nil
}

// next strikes off a message that has come whole.
func (t *streamTwin) next(who int, l *line, n name) error {
	if l.peer >= 0 && l.peer != n.from {
		return violates(Addressing, "socket %d received message %v over its connection to socket %d", who, n, l.peer)
	}
	if err := t.ledger.receive(n, who); err != nil {
		return err
	}
	for _, e := range t.entries[n.from] {
		if _, meant := e.to[who]; meant && l.last >= 0 && e.seq > l.last && e.seq < n.seq {
			return violates(ByteStream, "socket %d received message %v next to %d.%d, and %v is between them", who, n, n.from, l.last, e.name)
		}
	}
	l.peer, l.last = n.from, n.seq
	if era, known := t.eras[n]; known {
		if l.era >= 0 && l.era != era {
			return violates(ByteStream, "socket %d received message %v over a connection that was made after that was sent to another one", who, n)
		}
		l.era = era
	}
	return nil
}

// settled counts the connections that were lost, when both sides know. They do
// also when each has nothing left to receive.
func (t *streamTwin) settled() {
	before := make([][]bool, len(t.sockets))
	for i := range before {
		before[i] = slices.Clone(t.broken[i])
	}
	t.twinBase.settled()
	for i := range t.sockets {
		for j := range t.sockets {
			if t.empty[i] && t.empty[j] && !t.cut[i] && !t.cut[j] && (t.topology.settled[i][j] || !t.linked(i, j)) {
				t.broken[i][j], t.leaving[i][j] = false, false
			}
			if before[i][j] && !t.broken[i][j] {
				t.past[i][j]++
			}
		}
	}
}

// excuse has it that what a socket knows of connections may be outdated.
func (t *streamTwin) excuse(from, to int) {
	t.twinBase.excuse(from, to)
	t.sure[from], t.sure[to] = false, false
	t.empty[from], t.empty[to] = false, false
}

// nothing holds, when everything is where it stays, that a socket has told of
// the connections that it has, and of no others; but for those that it has ended
// itself, whose end is not told.
func (t *streamTwin) nothing(who int, err error) error {
	if !errors.Is(err, zmq.ErrAgain) || !t.quiet {
		return t.twinBase.nothing(who, err)
	}
	t.empty[who] = true
	want := 0
	for _, j := range t.peers(who) {
		if !t.topology.settled[who][j] || t.broken[who][j] || t.leaving[who][j] {
			return nil
		}
		if !t.dials[who][j] {
			want++
		} else if _, l := t.line(who, j); l == nil || !l.open {
			return violates(ByteStream, "socket %d has not told of its connection to socket %d", who, j)
		}
	}
	open := 0
	for id, l := range t.lines[who] {
		if l.open && strings.HasPrefix(id, "\x00") {
			open++
		}
	}
	if open < want || open > want && !t.hungUp[who] {
		return violates(ByteStream, "socket %d has told of %d connections that were made to it and are there, and there are %d", who, open, want)
	}
	t.sure[who] = true
	return nil
}
