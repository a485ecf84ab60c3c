//go:build ypipemodel

package ypipe

import (
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/internal/modeltest"
)

// flowLab is a Flow under observation. It knows what is in it, and who sleeps.
type flowLab struct {
	*Flow[*int]
	w        *modeltest.World
	hwm      int
	written  []*int
	taken    int
	taking   int // items that Take is taking just now
	fulls    int // times that the writer was told to wait
	rooms    int // times that it was told to go on
	writable int // of these, not used yet
	readable int // wake-ups that the reader has not used yet
}

func newFlowLab(w *modeltest.World, hwm int) *flowLab {
	world = w
	f := &flowLab{w: w, hwm: hwm}
	f.Flow = NewFlow[*int](hwm, func() {
		w.Reached("reader woken")
		f.readable++
		w.Require(f.readable == 1, "the reader was woken twice")
	}, func() {
		w.Reached("writer woken")
		f.rooms++
		f.writable++
		w.Require(f.rooms <= f.fulls+1, "writer waited %d times and was woken %d times", f.fulls, f.rooms)
	})
	w.Finally(func() error {
		published, taken := f.Counts()
		switch {
		case f.taken != len(f.written) || f.readable != 0:
			return fmt.Errorf("%d of %d items taken, %d wake-ups left over", f.taken, len(f.written), f.readable)
		case f.rooms != f.fulls:
			return fmt.Errorf("the writer waited %d times and was woken %d times", f.fulls, f.rooms)
		case published != int64(f.taken) || taken != int64(f.taken):
			return fmt.Errorf("%d published, %d taken; want %d", published, taken, f.taken)
		}
		return nil
	})
	return f
}

// put writes items, and publishes each batch of them.
func (f *flowLab) put(items, batch int) {
	for i := range items {
		for f.full() {
			f.Flush()
			f.w.Block(func() bool { return f.writable > 0 })
			f.writable--
		}
		v := new(int)
		f.written = append(f.written, v)
		f.w.Require(len(f.written)-f.taken-f.taking <= f.hwm, "more than %d items", f.hwm)
		chunks := f.pipe.recycled
		f.Write(v)
		if f.pipe.recycled != chunks {
			f.w.Reached("chunk reused")
		}
		if (i+1)%batch == 0 {
			f.Flush()
		}
	}
	f.Flush()
}

// putLazily writes items, and leaves them for later where it may: only while the
// reader has as much to take, not counting what it has in its view or has not given
// credit for.
func (f *flowLab) putLazily(items int) {
	for range items {
		for f.full() {
			f.Flush()
			f.w.Block(func() bool { return f.writable > 0 })
			f.writable--
		}
		v := new(int)
		f.written = append(f.written, v)
		f.Write(v)
		f.FlushLazily()
		if late := f.pipe.write - f.pipe.flushed; late > 0 {
			f.w.Reached("left for later")
			f.w.Require(late < flowGroup, "%d items left for later", late)
			f.w.Require(int(f.pipe.flushed)-f.taken-pipeChunk >= flowGroup, "items left for later, and the reader has nothing to do")
		}
	}
	f.Flush()
}

func (f *flowLab) full() bool {
	full := f.Full()
	if full {
		f.fulls++
	}
	return full
}

// take takes items, no more than most of each view, and then falls asleep.
func (f *flowLab) take(items, most int) {
	for f.taken < items {
		view := f.View()
		if view == nil {
			f.sleep()
			continue
		}
		n := min(most, len(view))
		for i, v := range view[:n] {
			at := f.taken + i
			f.w.Require(at < len(f.written) && v == f.written[at], "item %d is another one, or none", at)
		}
		f.taking = n // credit for them may be given before Take returns
		f.Take(n)
		f.taken, f.taking = f.taken+n, 0
		published, taken := f.Counts()
		f.w.Require(taken <= int64(f.taken) && published >= taken, "%d published, %d taken", published, taken)
	}
	f.w.Require(f.View() == nil, "more than all items")
}

func (f *flowLab) sleep() {
	f.w.Block(func() bool { return f.readable > 0 })
	f.readable--
}

// A writer that waits at the high-water mark, publishing each item or some at
// once, and a reader that takes all that it sees or one at a time.
func TestModelFlow(t *testing.T) {
	for _, hwm := range []int{1, 2, 3, 8} { // from 8 on credit is given for two at once
		for _, how := range [][2]int{{1, 1}, {1, 9}, {2, 1}, {3, 9}} {
			t.Run(fmt.Sprint(hwm, how), func(t *testing.T) {
				cfg := modeltest.Config{Preemptions: 3, Random: 1000, Reach: []string{"writer woken", "reader woken", "chunk reused"}}
				modeltest.Explore(t, cfg, func(w *modeltest.World) {
					f := newFlowLab(w, hwm)
					items := hwm + 5
					w.Go("writer", func() { f.put(items, how[0]) })
					w.Go("reader", func() { f.take(items, how[1]) })
				})
			})
		}
	}
}

// A writer that leaves items for later, and a reader that is slow or fast.
func TestModelFlowLazy(t *testing.T) {
	for _, most := range []int{1, 9} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			cfg := modeltest.Config{Preemptions: 2, Random: 1000, Reach: []string{"writer woken", "reader woken", "left for later"}}
			modeltest.Explore(t, cfg, func(w *modeltest.World) {
				f := newFlowLab(w, 8)
				w.Go("writer", func() { f.putLazily(14) })
				w.Go("reader", func() { f.take(14, most) })
			})
		})
	}
}

// A flow over all interleavings, of less.
func TestModelFlowWhole(t *testing.T) {
	cfg := modeltest.Config{Preemptions: -1, Reach: []string{"writer woken", "reader woken"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		f := newFlowLab(w, 1)
		w.Go("writer", func() { f.put(2, 1) })
		w.Go("reader", func() { f.take(2, 9) })
	})
}
