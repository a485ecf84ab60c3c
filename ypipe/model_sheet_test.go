//go:build ypipemodel

package ypipe

import (
	"testing"

	"github.com/zeroactor/zmq/internal/modeltest"
)

// shareOut writes a message to the sheet, and to those logs.
func shareOut(s *Sheet, size int, logs ...*lab) {
	b := logs[0]
	body := make([]byte, size)
	for i := range body {
		body[i] = byte(b.messages<<5 + i + 1)
	}
	b.w.Require(s.Begin(b.pool.Pool, size+9), "a message of %d bytes is too large for a sheet", size)
	s.Append(0, body)
	for _, l := range logs {
		l.frames = append(l.frames, labFrame{body: body})
		l.messages++
		l.AppendSheet(s)
		if l.Log.w.borrowed {
			b.w.Reached("borrowed")
		}
		l.checkLimit()
		l.Flush()
	}
}

// Two logs have the same messages, but for some; one of them also has others, and
// one is taken by frames, the other one by spans.
func TestModelSheet(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 1, Random: 2000, Reach: []string{
		"reader woken", "borrowed", "end of a chunk", "buffer reused",
	}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		var s Sheet
		var one, two *lab
		w.Finally(func() error { // before the pool, which both have, is looked at
			one.Idle()
			two.Idle()
			return nil
		})
		one, two = newLab(w, 0, nil), newLab(w, 0, nil)
		two.pool = one.pool
		two.Log.pool = one.pool.Pool
		w.Go("writer", func() {
			for range 4 {
				shareOut(&s, short, one, two)
			}
			shareOut(&s, 1, one)
			for range 4 {
				shareOut(&s, short, one, two)
			}
			two.send(short)
			one.Idle()
			shareOut(&s, long, one, two)
			s.Release()
			one.send(long)
		})
		w.Go("frames", func() { one.takeAll(11) })
		w.Go("spans", func() { two.takeSpans(10, 20, true) })
	})
}
