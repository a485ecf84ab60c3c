//go:build ypipemodel

package ypipe

import (
	"testing"

	"github.com/zeroactor/zmq/internal/arena"
	"github.com/zeroactor/zmq/internal/modeltest"
)

// Sizes of bodies: with a short header, with a long one, and by reference.
const (
	short = shortMax
	long  = inlineMax
	large = inlineMax + 2
)

// Messages over several chunks, to a reader that sleeps and wakes.
func TestModelLog(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{
		"reader woken", "end of a chunk", "buffer reused",
	}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 0, nil)
		w.Go("writer", func() {
			b.send(short, 0)
			b.put(long)
			b.send(1)
			b.send(short, long, short)
			b.Flush() // nothing new
			b.send(long, long)
			b.send(short)
			b.send(long, long)
		})
		w.Go("reader", func() { b.takeAll(7) })
	})
}

// A short history under every schedule.
func TestModelLogFull(t *testing.T) {
	cfg := modeltest.Config{Preemptions: -1, Reach: []string{"reader woken", "end of a chunk", "writer woken"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 1, nil)
		w.Go("writer", func() {
			b.send(short)
			b.send(long)
		})
		w.Go("reader", func() { b.takeAll(2) })
	})
}

// Messages in one step, where that goes, to a reader that sleeps and wakes, below a high-water mark.
func TestModelLogPut(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{
		"reader woken", "writer woken", "put at once", "long one put at once", "reference",
	}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 8, nil)
		send := func(size int) {
			if !b.putAtOnce(size) {
				b.send(size)
				b.Ahead() // as after each message
			}
		}
		w.Go("writer", func() {
			send(short)
			send(long)
			send(short)
			b.put(large)
			b.Ahead()
			w.Require(!b.putAtOnce(1), "published with what was not")
			w.Require(!b.putAtOnce(large), "published with what was not")
			b.Flush()
			send(1)
			b.awaitRoom()
			b.append(true, 1)
			w.Require(!b.putAtOnce(1), "put into a message")
			w.Require(!b.putAtOnce(large), "put into a message")
			w.Require(!b.Add([]byte{1}), "added to a message")
			b.append(false, 1)
			b.end()
			b.Flush()
			for range 3 {
				send(1)
			}
			send(long)
		})
		w.Go("reader", func() { b.takeAll(10) })
	})
}

// Large bodies in one step, where that goes, behind others and over the ends of chunks.
func TestModelLogPutOwned(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{"reader woken", "given at once", "end of a chunk", "buffer reused"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 0, nil)
		w.Go("writer", func() {
			for _, size := range []int{large, large, short, large, large, large, 1, large} {
				if !b.putAtOnce(size) {
					b.send(size)
					b.Ahead()
				}
			}
		})
		w.Go("reader", func() { b.takeAll(8) })
	})
}

// Nothing but messages in one step, until the log is full, and on.
func TestModelLogPutFull(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Reach: []string{"writer woken", "put at once"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 4, nil)
		w.Go("writer", func() {
			for range 7 {
				if !b.putAtOnce(1) {
					b.send(1)
					b.Ahead()
				}
			}
		})
		w.Go("reader", func() { b.takeAll(7) })
	})
}

// Large bodies, which lie beside the chunks.
func TestModelLogReferences(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{
		"reader woken", "end of a chunk", "reference", "buffer reused",
	}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 0, nil)
		w.Go("writer", func() {
			b.send(large)
			b.put(short, large, long)
			b.send(large, large)
			b.send(long)
		})
		w.Go("reader", func() { b.takeAll(4) })
	})
}

// Views are kept, and given up by a third thread, before and after the reader
// has left their chunk, or given back to the log.
func TestModelLogKeep(t *testing.T) {
	type view struct {
		got, want []byte
		owner     arena.Owner
	}
	cfg := modeltest.Config{Preemptions: 2, Random: 3000, Reach: []string{"buffer reused", "given back late"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 0, nil)
		var kept []view
		done := false
		keep := func() view {
			f := b.next()
			return view{f.body, b.frames[b.read-1].body, b.Keep()}
		}
		check := func(v view) {
			w.Require(string(v.got) == string(v.want), "a kept view has become %x, was %x", v.got, v.want)
		}
		w.Go("writer", func() {
			b.send(short)
			b.send(short, large)
			b.put(long)
			b.send(short)
			b.send(long, long)
			b.send(long)
		})
		w.Go("reader", func() {
			kept = append(kept, keep())
			mine := keep()
			kept = append(kept, keep())
			v := keep()
			b.GiveBack(v.got, v.owner)
			check(mine)
			if mine.owner.Buf != b.r.chunk {
				w.Reached("given back late")
			}
			b.GiveBack(mine.got, mine.owner)
			kept = append(kept, keep())
			b.takeAll(2)
			done = true
		})
		w.Go("keeper", func() {
			for {
				w.Block(func() bool { return len(kept) > 0 || done })
				if len(kept) == 0 {
					return
				}
				v := kept[0]
				kept = kept[1:]
				check(v)
				v.owner.Release(v.got)
			}
		})
	})
}

// Messages are given up, over the ends of chunks and with references, while
// whole ones before them are published.
func TestModelLogRollback(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{"end of a chunk", "reference", "buffer reused"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 0, nil)
		w.Go("writer", func() {
			b.append(true, long, long, large) // nothing whole before it
			b.rollback()
			b.put(short)
			b.append(true, large)
			b.Flush() // in the middle of a message
			b.append(true, long, large, long, short)
			b.rollback()
			b.send(short, large)
			b.append(true, short)
			b.Flush()
			b.append(false, long)
			b.end()
			b.append(true, long)
			b.rollback()
			b.Flush()
		})
		w.Go("reader", func() { b.takeAll(3) })
	})
}

// The writer gives the memory back whenever the reader sleeps, and the reader
// may wake at once; views outlive the memory's place in the log.
func TestModelLogIdle(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{"idle", "idle while busy", "buffer reused", "writer woken"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 2, nil)
		idle := func() {
			b.Idle()
			if b.Log.w.chunk == nil {
				w.Reached("idle")
			} else {
				w.Reached("idle while busy")
			}
		}
		w.Go("writer", func() {
			idle()
			b.send(short)
			idle()
			b.send(long)
			idle()
			b.put(short)
			idle() // not all is published
			b.Flush()
			b.send(large)
			idle()
		})
		w.Go("reader", func() {
			f := b.next()
			owner, was := b.Keep(), string(f.body)
			b.take(1)
			b.next()
			w.Require(string(f.body) == was, "a kept view has become %x, was %x", f.body, was)
			b.GiveBack(f.body, owner)
			b.takeAll(1)
		})
	})
}

// The reader throws everything away, and looks after it for more.
func TestModelLogDiscard(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 2000, Reach: []string{"reference", "writer woken", "discarded"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		b := newLab(w, 3, nil)
		w.Go("writer", func() {
			b.send(short)
			b.send(large, short)
			b.put(long)
			b.send(large)
			b.send(large)
		})
		w.Go("reader", func() {
			b.take(1)
			for range 2 {
				b.taking = 1
				n := int(b.Discard())
				b.taking = 0
				if n > 0 {
					w.Reached("discarded")
				}
				b.taken += n
				for messages := n; messages > 0; b.read++ {
					if b.frames[b.read].flags&FlagMore == 0 {
						messages--
					}
				}
				w.Require(b.r.given == b.r.pos() && b.r.current == nil, "Discard has kept something")
			}
			b.takeAll(5 - b.taken)
		})
	})
}
