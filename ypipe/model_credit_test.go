//go:build ypipemodel

package ypipe

import (
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/internal/modeltest"
)

// A writer that waits at the high-water mark. Each mark counts in its own way:
// with two steps of credit, 3 and 4 give it for two messages at once.
func TestModelCredit(t *testing.T) {
	for hwm := 1; hwm <= 4; hwm++ {
		t.Run(fmt.Sprint(hwm), func(t *testing.T) {
			cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{"writer woken", "reader woken"}}
			modeltest.Explore(t, cfg, func(w *modeltest.World) {
				b := newLab(w, hwm, nil)
				w.Go("writer", func() {
					for range hwm + 2 {
						b.send(1)
					}
					b.put(short)
					b.send(long)
				})
				w.Go("reader", func() { b.takeAll(hwm + 4) })
			})
		})
	}
}

// A high-water mark in bytes, alone and beside one in messages, with messages
// over it, inline and by reference, in other chunks, and one that is taken back.
func TestModelByteCredit(t *testing.T) {
	for _, marks := range [][2]int{{0, 1}, {0, 7}, {0, 15}, {3, 7}, {1, 100}} {
		t.Run(fmt.Sprint(marks), func(t *testing.T) {
			cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{"writer woken", "reader woken"}}
			modeltest.Explore(t, cfg, func(w *modeltest.World) {
				b := newLab(w, marks[0], nil)
				b.setByteHWM(marks[1])
				w.Go("writer", func() {
					b.send(1)
					b.send(long + 1)
					b.send(1)
					b.append(true, 1, long)
					b.rollback()
					b.send(3)
					b.send(1)
					b.Idle()
					b.setByteHWM(marks[1] + 2)
					b.send(short)
					b.send(1)
				})
				w.Go("reader", func() { b.takeAll(7) })
			})
		})
	}
}

// The high-water mark is changed while the log is in use, and the memory given
// back before and after.
func TestModelSetHWM(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 3000, Reach: []string{"writer woken", "reader woken"}}
	for _, marks := range [][]int{{4, 1, 3}, {0, 1, 2}, {3, 0, 2}, {2, 4, 1}, {1, 4, 3}} {
		t.Run(fmt.Sprint(marks), func(t *testing.T) {
			modeltest.Explore(t, cfg, func(w *modeltest.World) {
				b := newLab(w, marks[0], nil)
				w.Go("writer", func() {
					b.send(1)
					b.send(1)
					b.send(1)
					b.Idle()
					b.setHWM(marks[1])
					b.send(1)
					b.send(1)
					b.setHWM(marks[2])
					b.Idle()
					b.send(1)
					b.send(1)
				})
				w.Go("reader", func() { b.takeAll(7) })
			})
		})
	}
}

// A writer that asks for room, finds none, and does not wait but asks again
// later, as one that drops messages does.
func TestModelCreditPolled(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{"full", "writer woken", "room"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 2, nil)
		b.limit = 0 // the wake-ups are not all used
		sent, done := 0, false
		w.Go("writer", func() {
			for range 6 {
				if b.full() {
					w.Reached("full")
					continue
				}
				if b.fulls > 0 {
					w.Reached("room")
				}
				w.Require(sent-b.taken < 3, "over the limit")
				b.append(false, 1)
				b.end()
				b.Flush()
				sent++
			}
			done = true
		})
		w.Go("reader", func() {
			for {
				if _, ok := b.tryNext(); ok {
					continue
				}
				w.Block(func() bool { return b.readable > 0 || done })
				if b.readable == 0 {
					return
				}
				b.readable--
			}
		})
	})
}

// A reading end as a connection has it: when its log is full, whoever makes
// room goes on in its place, which may be the log's reader within Next.
type parser struct {
	*lab
	mu      modeltest.Mutex
	pending int  // messages that wait for room
	blocked bool // for room
	parsed  int  // all of a batch is written; a token for the writer
}

// parse writes what there is room for.
func (p *parser) parse() (blocked bool) {
	for p.pending > 0 {
		room := p.Room()
		if room == 0 {
			p.fulls++
			p.Flush()
			return true
		}
		for range min(room, p.pending) {
			p.pending--
			p.append(false, 1+p.pending%2*2)
			p.end()
		}
	}
	p.Flush()
	return false
}

func (p *parser) onWritable() {
	p.mu.Lock(p.w)
	if p.blocked {
		p.w.Reached("written by the reader")
		if p.blocked = p.parse(); !p.blocked {
			p.parsed++
		}
	}
	p.mu.Unlock(p.w)
}

func (p *parser) write(messages int) {
	p.mu.Lock(p.w)
	p.pending = messages
	p.blocked = p.parse()
	blocked := p.blocked
	p.mu.Unlock(p.w)
	if blocked {
		p.w.Block(func() bool { return p.parsed > 0 })
		p.parsed--
	}
}

// onWritable writes on, from within the reader's own call.
func TestModelWriteWithinRead(t *testing.T) {
	for hwm := 1; hwm <= 3; hwm++ {
		for _, bySpans := range []bool{false, true} {
			t.Run(fmt.Sprint(hwm, bySpans), func(t *testing.T) {
				cfg := modeltest.Config{Preemptions: 3, Random: 3000, Reach: []string{"writer woken", "written by the reader"}}
				modeltest.Explore(t, cfg, func(w *modeltest.World) { writeWithinRead(w, hwm, bySpans) })
			})
		}
	}
}

func writeWithinRead(w *modeltest.World, hwm int, bySpans bool) {
	p := new(parser)
	p.lab = newLab(w, hwm, p.onWritable)
	w.Go("writer", func() {
		p.write(hwm + 3)
		p.Idle()
		p.write(hwm + 1)
	})
	w.Go("reader", func() {
		if messages := 2*hwm + 4; bySpans {
			p.takeSpans(messages, 10, hwm == 3)
		} else {
			p.takeAll(messages)
		}
	})
}
