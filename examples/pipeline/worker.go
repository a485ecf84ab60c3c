package main

import "iter"

// A worker counts what it is given. It belongs to its stage, but for pieces when that has ended.
type worker struct {
	number  uint64 // random: how the sink knows it
	name    string // for people
	begun   func(pieces int)
	buffers buffers
	words   vocabulary
	pieces  int // begun
}

// reports is the worker's stage, a function from sequence to sequence: it yields what is to be
// reported of the tasks that come.
func (w *worker) reports(tasks iter.Seq2[task, error]) iter.Seq2[report, error] {
	return func(yield func(report, error) bool) {
		if !yield(hello{w.number, w.name}, nil) {
			return
		}
		for t, err := range tasks {
			if err != nil { // killed
				yield(nil, err)
				return
			}
			w.pieces++
			w.begun(w.pieces)
			if !yield(begun{w.number, t.file, t.piece}, nil) || !yield(w.count(t), nil) {
				return
			}
		}
		yield(bye{w.number}, nil)
	}
}

// count does a task.
func (w *worker) count(t task) result {
	defer t.content.giveBack()
	w.words.clear()
	r := result{worker: w.number, file: t.file, piece: t.piece}
	r.counts = count(t.content.bytes, t.continues, &w.words)
	r.words = w.buffers.lend(w.words.encoded(w.buffers.get(len(t.content.bytes) / 2)))
	return r
}
