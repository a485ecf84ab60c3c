//go:build ypipemodel

package arena

// minClass is small in the model build, so that a log's chunks may be.
const minClass = 4

// watch is how the model follows what happens to a pool's buffers. All functions
// may be nil.
type watch struct {
	Step     func()     // comes before each operation that other threads can see
	Got      func(*Buf) // a buffer has left the pool
	Recycled func(*Buf) // a buffer comes back
}

func (b *Buf) step() {
	if b.pool != nil {
		b.pool.step()
	}
}

func (b *Buf) recycled() {
	if b.pool != nil && b.pool.Recycled != nil {
		b.pool.Recycled(b)
	}
}

func (w *watch) step() {
	if w.Step != nil {
		w.Step()
	}
}

func (w *watch) got(b *Buf) {
	if w.Got != nil {
		w.Got(b)
	}
}
