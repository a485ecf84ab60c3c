package main

import (
	"cmp"
	"slices"
	"time"
)

// A verdict is what the sink should do next.
type verdict int

const (
	waiting  verdict = iota
	complete         // all that was handed out is back
	lost             // the ventilator has ended and what is missing will not come
	deserted         // the ventilator has neither spoken nor ended in time
)

// verdict says how things stand at now.
//
// Every report but idle is progress. After the ventilator's end no progress for
// l.quiet means loss: what was in a socket or on the wire has arrived long ago,
// no piece takes that long to count, and who lives and has nothing to count
// reports nothing but idle. Before its end the ventilator may be waiting for a
// slow disk, or for a worker, and says so itself when l.patience is over; only
// if it does not even do that, it is given up.
func (l *ledger) verdict(now time.Time) verdict {
	still := now.Sub(l.active)
	switch {
	case l.ended && l.open == 0 && l.entries >= l.plan:
		return complete
	case l.ended && still >= l.quiet:
		return lost
	case !l.ended && still >= l.patience+l.quiet:
		return deserted
	}
	return waiting
}

// settledFiles returns how many files need no more waiting for.
func (l *ledger) settledFiles() uint64 { return uint64(len(l.byNumber) - l.open) }

// A loss is a file that was not counted.
type loss struct {
	number uint64
	path   string // "" if its entry in the manifest was lost as well
	bytes  uint64
	pieces uint64 // 0 if not known
	back   uint64 // pieces of it that came back
	unsent bool   // not all of it was handed out
	holder string // name of the worker that began a piece and did not finish, or ""
}

// losses returns the files that are not settled, in the order in which they
// were handed out.
func (l *ledger) losses() []loss {
	var all []loss
	for number, f := range l.byNumber {
		if f.settled {
			continue
		}
		x := loss{number, f.path, f.bytes, f.pieces, uint64(len(f.back)), f.unsent, ""}
		if len(f.begun) > 0 {
			x.holder = l.workers[f.begun[0].worker].name
		}
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b loss) int { return cmp.Compare(a.number, b.number) })
	return all
}

// silent returns the workers that have neither said bye nor anything else for
// l.quiet, sorted by name: in all likelihood they are dead.
func (l *ledger) silent(now time.Time) []workerState {
	var all []workerState
	for _, w := range l.workers {
		if !w.gone && now.Sub(w.heard) >= l.quiet {
			all = append(all, *w)
		}
	}
	slices.SortFunc(all, func(a, b workerState) int { return cmp.Compare(a.name, b.name) })
	return all
}
