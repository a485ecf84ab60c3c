package proptest

import (
	"fmt"
	"maps"
	"slices"
)

// A ledger has an entry for each message that was sent, and strikes off what is
// received. It is what all twins have in common.
type ledger struct {
	entries [][]*entry // by sender
	last    map[stream]int
	lost    map[[2]int]bool // pairs of which something may have been lost
}

// A stream is what messages keep their order in: from one socket to another,
// over one pipe.
type stream struct{ from, to, epoch int }

// An entry is one message.
type entry struct {
	name
	to        map[int]bool // who is to get it: true if they must
	one       bool         // only one of these gets it
	got       map[int]bool
	excused   bool // nobody must any more
	epochs    map[int]int
	unordered map[int]bool // for whom it may come out of its order
	roomy     bool         // no queue on its way can be full, so that it is not dropped
}

func newLedger(sockets int) *ledger {
	return &ledger{entries: make([][]*entry, sockets), last: make(map[stream]int), lost: make(map[[2]int]bool)}
}

// add notes that a message was sent.
func (l *ledger) add(e *entry) {
	e.got, e.unordered = make(map[int]bool), make(map[int]bool)
	l.entries[e.from] = append(l.entries[e.from], e)
}

// receive strikes off a message that a socket has received.
func (l *ledger) receive(n name, to int) error {
	if n.from >= len(l.entries) || n.from < 0 || n.seq < 0 || n.seq >= len(l.entries[n.from]) {
		return violates(NoInvention, "socket %d received message %v, which was never sent", to, n)
	}
	e := l.entries[n.from][n.seq]
	_, meant := e.to[to]
	switch {
	case !meant:
		return violates(Addressing, "socket %d received message %v, which was for %v", to, n, slices.Sorted(maps.Keys(e.to)))
	case e.got[to] || e.one && len(e.got) > 0:
		return violates(NoDuplication, "socket %d received message %v, which %v had received", to, n, slices.Sorted(maps.Keys(e.got)))
	}
	e.got[to] = true
	if e.unordered[to] {
		return nil
	}
	s := stream{n.from, to, e.epochs[to]}
	if last, some := l.last[s]; some && last > n.seq {
		return violates(Order, "socket %d received message %v after %d.%d", to, n, n.from, last)
	}
	l.last[s] = n.seq
	return nil
}

// open reports whether somebody may still receive a message.
func (e *entry) open(to int) bool {
	_, meant := e.to[to]
	return meant && !e.got[to] && !(e.one && len(e.got) > 0)
}

// outstanding returns the messages of a socket that another one may still
// receive.
func (l *ledger) outstanding(from, to int) (open []*entry) {
	for _, e := range l.entries[from] {
		if e.open(to) {
			open = append(open, e)
		}
	}
	return open
}

// excuse notes that what is on its way from one socket to another may be lost,
// or come in another order.
func (l *ledger) excuse(from, to int) {
	for _, e := range l.outstanding(from, to) {
		e.unordered[to] = true
		if e.one {
			e.excused = true
		} else {
			e.to[to] = false
		}
	}
}

// missing returns the messages that were to be received and were not: for each
// the sockets that lack it. Those that a function says so of are not missed.
func (l *ledger) missing(forgiven func(*entry) bool) (missing []string) {
	for _, entries := range l.entries {
		for _, e := range entries {
			if lack := e.lack(); len(lack) > 0 && !forgiven(e) {
				missing = append(missing, fmt.Sprintf("%v for %v", e.name, lack))
			}
		}
	}
	return missing
}

// lack returns who must still get a message.
func (e *entry) lack() (lack []int) {
	if e.excused || e.one && len(e.got) > 0 {
		return nil
	}
	for _, to := range slices.Sorted(maps.Keys(e.to)) {
		if e.to[to] && !e.got[to] {
			lack = append(lack, to)
		}
	}
	return lack
}

// lacking returns how often a message was not received by one of those who must
// get it, and by one of those who may; one for whoever has it, once.
func (l *ledger) lacking(forgiven func(*entry) bool) (must, may int64) {
	for _, entries := range l.entries {
		for _, e := range entries {
			if e.one {
				switch {
				case len(e.got) > 0:
				case e.excused || forgiven(e):
					may++
				default:
					must++
				}
				continue
			}
			for to, m := range e.to {
				switch {
				case e.got[to]:
				case m:
					must++
				default:
					may++
				}
			}
		}
	}
	return must, may
}

// hopeful returns the messages that are missing though they found room.
func (l *ledger) hopeful(forgiven func(*entry) bool) (missing []string) {
	return l.missing(func(e *entry) bool { return !e.roomy || forgiven(e) })
}
