package main

import (
	"context"
	"fmt"
	"time"

	"github.com/zeroactor/zmq"
)

// A worker counts what it is given. It is one goroutine, used once.
type worker struct {
	number   uint64 // random: how the sink knows it
	name     string // for people
	tasks    receiver
	reports  sender
	beat     time.Duration // between two reports of being idle
	patience time.Duration // how long to wait for a task, or for the sink

	// workless and sinkless report whether the ventilator and the sink have
	// been there and have left.
	workless, sinkless func() bool

	onBegun func(pieces int) // nil, or called when a piece is begun, before the work on it

	buffers buffers
	words   vocabulary
	strange int // tasks that make no sense
	pieces  int // begun
}

// run counts until the ventilator has left and all it sent is done, the sink
// has left, or there was nothing to do for w.patience. The error is that of a done context, or
// says that nobody takes the results.
func (w *worker) run(ctx context.Context) error {
	if err := w.report(ctx, hello{w.number, w.name}); err != nil {
		return err
	}
	var m zmq.Message
	defer m.Release()
	for waited := time.Duration(0); ; {
		// Asked before receiving: if the ventilator has left by now and nothing
		// comes for a whole beat, then nothing is on its way any more.
		workless := w.workless()
		if w.sinkless() {
			return nil // nobody wants to know
		}
		err := recvWithin(ctx, w.tasks, &m, w.beat)
		switch {
		case err == nil:
			waited = 0
			if err := w.work(ctx, &m); err != nil {
				return err
			}
		case !timedOut(ctx, err):
			return err
		case workless || waited >= w.patience:
			return w.report(ctx, bye{w.number})
		default:
			waited += w.beat
			if err := w.report(ctx, idle{w.number}); err != nil {
				return err
			}
		}
	}
}

// work does the task in m, and releases it.
func (w *worker) work(ctx context.Context, m *zmq.Message) error {
	defer m.Reset()
	t, content, err := decodeTask(m)
	if err != nil {
		w.strange++ // not ours; somebody connected to the wrong port
		return nil
	}
	if err := w.report(ctx, begun{w.number, t.file, t.piece}); err != nil {
		return err
	}
	w.pieces++
	if w.onBegun != nil {
		w.onBegun(w.pieces)
	}
	w.words.clear()
	r := result{worker: w.number, file: t.file, piece: t.piece}
	r.counts = count(content, t.continues, &w.words)
	r.words = w.words.encoded(w.buffers.get(len(content) / 2))
	return w.report(ctx, r)
}

func (w *worker) report(ctx context.Context, r report) error {
	var m zmq.Message
	defer m.Release() // does nothing if it is sent
	appendReport(&m, r, w.buffers.put)
	if err := sendWithin(ctx, w.reports, &m, w.patience); err != nil {
		return fmt.Errorf("telling the sink: %w", err)
	}
	return nil
}
