package pipeline

import (
	"context"
	"time"
)

// A Span is what came within a window of time.
type Span[A any] struct {
	Start, End time.Time // when the window began, and before when it ended
	Items      []A       // in order; a slice of its own
}

// Window makes a stage that gives, every step, the items that came within the
// last length of time; windows without items are left out. If step equals
// length, each item is in one window; if it is shorter, windows overlap, and an
// item is in several. The first window begins when the first item comes. At the
// end of the input the windows that have been begun are given as they are, the
// last one being that which began before the last item came. The stage keeps
// all items of the windows that have not ended. The step must be positive, and at most length.
func Window[A any](in Stream[A], length, step time.Duration, opts ...Option) Stream[Span[A]] {
	s := newStage(pipelineOf(in), "window", opts)
	if step <= 0 || length < step {
		s.p.problem("stage %s: windows of %v every %v; the step must be positive and at most the length", s.name, length, step)
	}
	s.noFusing()
	out := newOutlet[Span[A]](s)
	s.body = &windower[A]{length: length, step: step, in: take(in, s, make(chan struct{}, 1)), out: out}
	return Stream[Span[A]]{out}
}

type windower[A any] struct {
	length, step time.Duration
	in           *edge[A]
	out          *outlet[Span[A]]

	items []arrived[A] // that a window to come may have
	start time.Time    // of the window that ends next
}

// arrived is an item and when it came.
type arrived[A any] struct {
	v  A
	at time.Time
}

func (w *windower[A]) run(ctx context.Context, _ *stage) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var some, late bool
		if len(w.items) == 0 {
			some = w.in.more(ctx)
		} else {
			timer.Reset(time.Until(w.start.Add(w.length)))
			some, late = w.in.moreBefore(ctx, timer.C)
		}
		switch {
		case some:
			w.gather(time.Now())
		case !late:
			return w.flush(ctx)
		}
		for len(w.items) > 0 && !time.Now().Before(w.start.Add(w.length)) {
			if err := w.give(ctx); err != nil {
				return err
			}
		}
	}
}

// gather takes what is at hand.
func (w *windower[A]) gather(now time.Time) {
	if w.start.IsZero() {
		w.start = now
	}
	if len(w.items) == 0 && !now.Before(w.start.Add(w.length)) {
		// Nothing came for a while: windows in which now is not were empty.
		w.start = w.start.Add((now.Sub(w.start)-w.length)/w.step*w.step + w.step)
	}
	for ; w.in.at < len(w.in.view); w.in.at++ {
		w.items = append(w.items, arrived[A]{w.in.view[w.in.at], now})
	}
}

// give gives the window that ends next, and begins another one.
func (w *windower[A]) give(ctx context.Context) error {
	span := Span[A]{Start: w.start, End: w.start.Add(w.length)}
	w.start = w.start.Add(w.step)
	kept := 0
	for _, it := range w.items {
		if it.at.Before(span.End) {
			span.Items = append(span.Items, it.v)
		}
		if !it.at.Before(w.start) {
			w.items[kept] = it
			kept++
		}
	}
	clear(w.items[kept:])
	w.items = w.items[:kept]
	if len(span.Items) == 0 {
		return nil
	}
	return w.out.put(ctx, span)
}

// flush gives what has been begun when the input has ended.
func (w *windower[A]) flush(ctx context.Context) error {
	for len(w.items) > 0 {
		if err := w.give(ctx); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return errAborted
	}
	return nil
}

func (w *windower[A]) crashed(context.Context, error) outcome { return broken }

func (w *windower[A]) refuse(ctx context.Context, reason error) { w.in.refuse(ctx, reason) }
