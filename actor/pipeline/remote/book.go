package remote

import (
	"iter"
	"time"
)

// A book says which items are under way, and who has them. It has no goroutine and
// sends nothing.
type book[A any] struct {
	entries map[uint64]*entry[A]
	workers map[string]*member
	back    []*entry[A] // that are with nobody
	failed  []*entry[A] // that cannot be sent
	last    uint64      // number that was given out
}

// An entry is an item whose result is not there.
type entry[A any] struct {
	number uint64
	item   A
	with   *member // nil: nobody
	failed error
}

// A member is a worker.
type member struct {
	id     string
	window int // items that it takes at a time
	load   int // items that it has
	last   time.Time
	looks  int // since it was heard of
}

func newBook[A any]() book[A] {
	return book[A]{entries: make(map[uint64]*entry[A]), workers: make(map[string]*member)}
}

// empty reports whether nothing is under way.
func (b *book[A]) empty() bool { return len(b.entries) == 0 && len(b.failed) == 0 }

// add adds an item that is with nobody yet.
func (b *book[A]) add(item A) *entry[A] {
	b.last++
	e := &entry[A]{number: b.last, item: item}
	b.entries[e.number] = e
	return e
}

// join adds a worker, or tells how much it takes, and returns whether it is new.
func (b *book[A]) join(id string, window int) (isNew bool) {
	w := b.workers[id]
	if w == nil {
		w = &member{id: id, last: time.Now()}
		b.workers[id] = w
		isNew = true
	}
	w.window = max(window, 1)
	return isNew
}

// heard says that a worker has given a sign of life.
func (b *book[A]) heard(id string) {
	if w := b.workers[id]; w != nil {
		w.last, w.looks = time.Now(), 0
	}
}

// idlest returns the worker that has least to do in proportion to what it takes, or nil
// if all have as much as they take.
func (b *book[A]) idlest() (best *member) {
	for _, w := range b.workers {
		if w.load < w.window && (best == nil || w.load*best.window < best.load*w.window) {
			best = w
		}
	}
	return best
}

func (b *book[A]) hasRoom() bool { return b.idlest() != nil }

// waiting takes an item that came back, or returns nil.
func (b *book[A]) waiting() *entry[A] {
	for len(b.back) > 0 {
		e := b.back[0]
		b.back = b.back[1:]
		if b.entries[e.number] == e { // or its result has come after all
			return e
		}
	}
	return nil
}

// assign gives an item to the idlest worker; there must be one that has room.
func (b *book[A]) assign(e *entry[A]) *member {
	w := b.idlest()
	e.with = w
	w.load++
	return w
}

// refuse takes back an item that could not be sent to its worker, which gets no more.
func (b *book[A]) refuse(e *entry[A]) {
	e.with.load--
	e.with.window = 0
	e.with = nil
	b.back = append(b.back, e)
}

// done takes an item whose result is there out of the book. It returns nil if it is
// not in it.
func (b *book[A]) done(number uint64) *entry[A] {
	e := b.entries[number]
	if e == nil {
		return nil
	}
	delete(b.entries, number)
	if e.with != nil {
		e.with.load--
		e.with = nil
	}
	return e
}

// lose takes a worker out of the book; what it had is with nobody. It returns how
// much that is.
func (b *book[A]) lose(w *member) (items int) {
	delete(b.workers, w.id)
	for _, e := range b.entries {
		if e.with == w {
			e.with = nil
			b.back = append(b.back, e)
			items++
		}
	}
	return items
}

// rest yields the items that are under way, and forgets them.
func (b *book[A]) rest() iter.Seq[A] {
	return func(yield func(A) bool) {
		for _, e := range b.failed {
			b.entries[e.number] = e
		}
		b.failed = nil
		for number, e := range b.entries {
			delete(b.entries, number)
			if !yield(e.item) {
				return
			}
		}
	}
}
