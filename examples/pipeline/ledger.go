package main

import (
	"bytes"
	"slices"
)

// A ledger is the sink's knowledge: what was handed out, what came back, and from
// whom. It is told of reports, in whatever order those of different peers come.
//
// A file's numbers enter the totals when all its pieces are back, not before,
// so that what is lost is lost by whole files.
type ledger struct {
	totals counts
	files  uint64 // counted in totals
	words  vocabulary

	planned    bool   // the ventilator has spoken
	plan       uint64 // entries to come
	entries    uint64 // entries that came
	ended      bool   // the ventilator has said all that it has to say
	giveUp     string // why it gave up, or ""
	unreadable []unreadable

	byNumber map[uint64]*file
	open     int // files in byNumber that are not settled

	workers map[uint64]*workerState
	strange uint64 // reports that make no sense
}

// A file is what the ledger knows of one. Pieces may be back before the
// manifest says what the file is.
type file struct {
	settled bool // counted or unreadable: nothing more is expected, nothing kept

	listed bool   // the manifest has it
	unsent bool   // and not all of it was handed out
	path   string // "" until listed
	pieces uint64 // 0 until listed
	bytes  uint64

	back   map[uint64]bool // pieces that are back
	counts counts          // of those
	words  [][]byte        // of those, encoded
	begun  []begun         // pieces that a worker has, by its word
}

// A workerState is what the ledger knows of a worker.
type workerState struct {
	name string
	done uint64 // results
	gone bool   // said bye
}

func newLedger() *ledger {
	return &ledger{byNumber: make(map[uint64]*file), workers: make(map[uint64]*workerState)}
}

// note takes a report into account.
func (l *ledger) note(r report) {
	ok := true
	switch r := r.(type) {
	case planned:
		ok = !l.planned // else there are two ventilators
		l.planned, l.plan = true, max(l.plan, r.files)
	case sent:
		ok = r.pieces > 0 && l.list(r.file, file{path: r.path, pieces: r.pieces, bytes: r.bytes})
	case unsent:
		ok = l.withhold(r)
	case unreadable:
		ok = l.list(r.file, file{path: r.path})
		if ok {
			l.unreadable = append(l.unreadable, r)
			l.settle(l.file(r.file))
		}
	case ended:
		l.ended, l.giveUp = true, r.reason
	case hello:
		l.worker(r.worker).name = r.name
	case begun:
		l.worker(r.worker)
		l.begin(r)
	case result:
		ok = l.finish(r)
	case bye:
		l.worker(r.worker).gone = true
	}
	if !ok {
		l.strange++
	}
}

// worker returns the worker of that number, a new one if need be.
func (l *ledger) worker(number uint64) *workerState {
	w := l.workers[number]
	if w == nil {
		w = &workerState{name: "without a name"}
		l.workers[number] = w
	}
	return w
}

// file returns the file of that number, a new and open one if need be.
func (l *ledger) file(number uint64) *file {
	f := l.byNumber[number]
	if f == nil {
		f = new(file)
		l.byNumber[number] = f
		l.open++
	}
	return f
}

// list enters an entry of the manifest. It reports false if there is one.
func (l *ledger) list(number uint64, e file) bool {
	f := l.file(number)
	if f.listed {
		return false
	}
	l.entries++
	f.listed, f.unsent, f.path, f.pieces, f.bytes = true, e.unsent, e.path, e.pieces, e.bytes
	l.countIfWhole(f)
	return true
}

// withhold enters that a file was not handed out, or not to its end. The
// manifest may have said that it would be.
func (l *ledger) withhold(r unsent) bool {
	f := l.file(r.file)
	if f.settled || f.unsent {
		return false
	}
	if f.listed {
		f.unsent = true
		return true
	}
	return l.list(r.file, file{path: r.path, bytes: r.bytes, unsent: true})
}

func (l *ledger) begin(b begun) {
	f := l.file(b.file)
	if !f.settled && !f.back[b.piece] {
		f.begun = append(f.begun, b)
	}
}

// finish enters a result, and gives its words back. It reports false if they are malformed or there
// is no such piece.
func (l *ledger) finish(r result) bool {
	defer r.words.giveBack()
	w := l.worker(r.worker)
	f := l.file(r.file)
	if f.settled || f.back[r.piece] {
		return true // late, or twice: no harm
	}
	if f.pieces > 0 && r.piece >= f.pieces || !validWords(r.words.bytes) {
		return false
	}
	w.done++
	if f.back == nil {
		f.back = make(map[uint64]bool)
	}
	f.back[r.piece] = true
	f.counts = f.counts.plus(r.counts)
	f.begun = slices.DeleteFunc(f.begun, func(b begun) bool { return b.piece == r.piece })
	if f.pieces == uint64(len(f.back)) {
		l.words.addEncoded(r.words.bytes) // the file's last: it need not be kept
		l.countIfWhole(f)
		return true
	}
	f.words = append(f.words, bytes.Clone(r.words.bytes))
	return true
}

// countIfWhole adds f to the totals if all of it is back.
func (l *ledger) countIfWhole(f *file) {
	if f.settled || f.pieces == 0 || uint64(len(f.back)) < f.pieces {
		return
	}
	for _, words := range f.words {
		l.words.addEncoded(words)
	}
	l.totals = l.totals.plus(f.counts)
	l.files++
	l.settle(f)
}

func (l *ledger) settle(f *file) {
	l.open--
	*f = file{settled: true, listed: true}
}
