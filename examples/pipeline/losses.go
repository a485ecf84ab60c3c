package main

import (
	"cmp"
	"slices"
)

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

// silent returns the workers that have not said bye, sorted by name: at the end of a run they are
// dead, or not heard of any more.
func (l *ledger) silent() []workerState {
	var all []workerState
	for _, w := range l.workers {
		if !w.gone {
			all = append(all, *w)
		}
	}
	slices.SortFunc(all, func(a, b workerState) int { return cmp.Compare(a.name, b.name) })
	return all
}
