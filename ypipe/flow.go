package ypipe

// A Flow is a [Pipe] with a high-water mark: its writer is told to wait when so
// many items are in it, and its reader takes them a view at a time, in place.
//
// It wakes as a [Log] does: see "Waking" in the package's documentation.
// onReadable is called within the writer's Flush; onWritable within the reader's
// View or Take, once for each time that the writer was told to wait.
type Flow[T any] struct {
	pipe Pipe[T]

	// Set at birth.
	hwm        int64
	step       int64 // after how many items the reader gives credit, at the latest
	plenty     int64 // so much on the flow keeps the reader busy: see FlushLazily
	onReadable func()
	onWritable func()

	// Writer only.
	limit int64 // positions below it may be written, by what is known here

	// Reader only.
	given  int64 // position up to which credit has been given
	turned bool  // pipe.head holds position pipe.read

	// consumed is the position that the reader has given credit for. want is
	// the position that the waiting writer wants it to reach, or 0.
	consumed atomicInt64
	want     atomicInt64
}

// NewFlow returns an empty flow with its reader awake. hwm is the number of items
// that may be in it, at least 1; less is taken for 1.
func NewFlow[T any](hwm int, onReadable, onWritable func()) *Flow[T] {
	f := &Flow[T]{hwm: int64(max(hwm, 1)), onReadable: onReadable, onWritable: onWritable}
	f.step = max(1, f.hwm/flowSteps)
	f.plenty = f.step + pipeChunk + flowGroup
	f.limit = f.hwm
	return f
}

// Full reports whether the flow is at its high-water mark. If it is, onWritable
// is called, once, when half of it is free again; what was written must have
// been flushed for that. Writer only.
func (f *Flow[T]) Full() bool { return f.pipe.write == f.limit && f.waitForCredit() }

// waitForCredit looks again for credit, and asks to be woken if there is none.
func (f *Flow[T]) waitForCredit() (full bool) {
	for {
		f.limit = f.consumed.Load() + f.hwm
		if f.pipe.write < f.limit {
			f.want.Store(0)
			return false
		}
		want := f.pipe.write - f.hwm/2
		f.want.Store(want)
		if f.consumed.Load() < want {
			return true
		}
		if !f.want.CompareAndSwap(want, 0) {
			return true // the reader has just seen it: onWritable is called
		}
	}
}

// Write adds v, for which there must be room: see [Flow.Full]. The reader does
// not see it before [Flow.Flush]. Writer only.
func (f *Flow[T]) Write(v T) { f.pipe.Write(v) }

// Flush publishes every written item, and wakes the reader if it sleeps. Writer
// only.
func (f *Flow[T]) Flush() {
	if !f.pipe.Flush() {
		f.onReadable()
	}
}

// FlushLazily is Flush, but may leave up to fifteen items for later while the
// reader still has that many to take, so that publishing costs next to nothing
// where there is much to do. The writer must Flush before it waits for anything.
// Writer only.
func (f *Flow[T]) FlushLazily() {
	p := &f.pipe
	// What the reader has taken without giving credit yet is within plenty.
	if p.write-p.flushed < flowGroup && p.flushed-f.consumed.Load() >= f.plenty {
		return
	}
	f.Flush()
}

// View returns the oldest items that are published, in place: at least one, and as
// many as lie together. They remain in the flow until [Flow.Take] says that they
// are done with, and may be changed meanwhile. Nil means that there is none; the
// reader is asleep then, until onReadable is called. Reader only.
func (f *Flow[T]) View() []T {
	p := &f.pipe
	if p.read == p.ready {
		f.giveAll()
		if !p.more(true) {
			return nil
		}
	}
	i := p.read % pipeChunk
	if i == 0 && !f.turned {
		p.turn()
		f.turned = true
	}
	return p.head.items[i:min(i+p.ready-p.read, pipeChunk)]
}

// Take takes the n oldest items, which must be in the view that was got last,
// out of the flow. Reader only.
func (f *Flow[T]) Take(n int) {
	p := &f.pipe
	i := p.read % pipeChunk
	clear(p.head.items[i : i+int64(n)]) // keep nothing alive
	p.read += int64(n)
	if i+int64(n) == pipeChunk {
		f.turned = false
	}
	if p.read-f.given >= f.step {
		f.giveAll()
	}
}

// giveAll gives credit for all that the reader has taken, and wakes a writer
// that waits for it.
func (f *Flow[T]) giveAll() {
	pos := f.pipe.read
	if f.given == pos {
		return
	}
	f.given = pos
	f.consumed.Store(pos)
	if want := f.want.Load(); want != 0 && pos >= want && f.want.CompareAndSwap(want, 0) {
		f.onWritable()
	}
}

// Counts returns how many items have been published and how many of these taken,
// both since the beginning; the latter as far as credit has been given for them, and
// so up to a quarter of the high-water mark too few. Any goroutine may ask.
func (f *Flow[T]) Counts() (published, taken int64) {
	taken = f.consumed.Load()
	published = f.pipe.c.Load()
	if published == asleep {
		published = f.consumed.Load() // who sleeps has taken everything, and said so
		taken = published
	}
	return published, taken
}
