//go:build ypipemodel

package ypipe

import (
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/internal/modeltest"
)

// pipeLab is a Pipe under observation: what is to come out of it, and who
// sleeps.
type pipeLab struct {
	Pipe[*int]
	w        *modeltest.World
	written  []*int
	read     int
	readable int // wake-ups that the reader has not used yet
}

func newPipeLab(w *modeltest.World) *pipeLab {
	world = w
	p := &pipeLab{w: w}
	w.Finally(func() error {
		if p.read != len(p.written) || p.readable != 0 {
			return fmt.Errorf("%d of %d items read, %d wake-ups left over", p.read, len(p.written), p.readable)
		}
		return nil
	})
	return p
}

func (p *pipeLab) put(items int) {
	for range items {
		v := new(int)
		p.written = append(p.written, v)
		chunks := p.recycled
		p.Write(v)
		if p.recycled != chunks {
			p.w.Reached("chunk reused")
		}
	}
}

func (p *pipeLab) flush() {
	if !p.Flush() {
		p.w.Reached("wake-up")
		p.readable++
		p.w.Require(p.readable == 1, "woken twice")
	}
}

func (p *pipeLab) unwrite(items int) {
	for range items {
		last := len(p.written) - 1
		v, ok := p.Unwrite()
		p.w.Require(ok && v == p.written[last], "Unwrite: %v, %v", v, ok)
		p.written = p.written[:last]
	}
}

func (p *pipeLab) take(items int) {
	for items > 0 {
		v, ok := p.Read()
		if !ok {
			p.w.Block(func() bool { return p.readable > 0 })
			p.readable--
			continue
		}
		p.check(v)
		items--
	}
}

func (p *pipeLab) check(v *int) {
	p.w.Require(p.read < len(p.written) && v == p.written[p.read], "item %d is another one, or none", p.read)
	p.read++
}

// Items in batches, to a reader that sleeps and wakes.
func TestModelPipe(t *testing.T) {
	cfg := modeltest.Config{Preemptions: -1, Reach: []string{"chunk reused", "wake-up"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		p := newPipeLab(w)
		w.Go("writer", func() {
			for _, batch := range []int{1, 2, 1, 3} {
				p.put(batch)
				p.flush()
			}
		})
		w.Go("reader", func() { p.take(7) })
	})
}

// The same for longer, so that chunks are reused again and again.
func TestModelPipeLonger(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 3000, Reach: []string{"chunk reused", "wake-up"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		p := newPipeLab(w)
		w.Go("writer", func() {
			for _, batch := range []int{1, 2, 1, 3, 5, 1, 4} {
				p.put(batch)
				p.flush()
			}
		})
		w.Go("reader", func() { p.take(17) })
	})
}

// Items that are taken back, over the ends of chunks.
func TestModelPipeUnwrite(t *testing.T) {
	cfg := modeltest.Config{Preemptions: -1, Reach: []string{"wake-up"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		p := newPipeLab(w)
		w.Go("writer", func() {
			p.put(3)
			p.unwrite(3)
			p.put(2)
			p.flush()
			p.put(3)
			p.unwrite(2)
			p.flush()
			_, ok := p.Unwrite()
			w.Require(!ok, "Unwrite took back what is published")
			p.put(2)
			p.flush()
		})
		w.Go("reader", func() { p.take(5) })
	})
}

// A reader that only looks does not fall asleep, and is not woken.
func TestModelPipeTryRead(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: -1}, func(w *modeltest.World) {
		p := newPipeLab(w)
		w.Go("writer", func() {
			p.put(1)
			p.flush()
			p.put(3)
			p.flush()
		})
		w.Go("reader", func() {
			for range 3 {
				if v, ok := p.TryRead(); ok {
					p.check(v)
				}
			}
			w.Require(p.c.v != asleep && p.readable == 0, "TryRead fell asleep")
			p.take(4 - p.read)
		})
	})
}
