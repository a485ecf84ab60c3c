package pipeline

import (
	"context"
	"time"
)

// Batch makes a stage that gathers items, and gives them n, at least 1, at a time, or fewer when
// the first of them has waited for that long, or when the input has ended; never
// none. With wait 0 or less, time does not matter. Each batch is a slice of its
// own, the taker's.
func Batch[A any](in Stream[A], n int, wait time.Duration, opts ...Option) Stream[[]A] {
	s := newStage(pipelineOf(in), "batch", opts)
	if n <= 0 {
		s.p.problem("stage %s: batches of %d items", s.name, n)
	}
	s.noFusing()
	out := newOutlet[[]A](s)
	s.body = &batcher[A]{n: n, wait: wait, in: take(in, s, make(chan struct{}, 1)), out: out}
	return Stream[[]A]{out}
}

type batcher[A any] struct {
	n    int
	wait time.Duration
	in   *edge[A]
	out  *outlet[[]A]

	batch []A
}

func (b *batcher[A]) run(ctx context.Context, _ *stage) error {
	timer := time.NewTimer(b.wait)
	timer.Stop()
	defer timer.Stop()
	for {
		some, late := b.next(ctx, timer)
		if !some && !late {
			break
		}
		if some {
			b.gather(timer)
		}
		if late || len(b.batch) == b.n {
			timer.Stop()
			if err := b.give(ctx); err != nil {
				return err
			}
		}
	}
	err := b.give(ctx)
	if ctx.Err() != nil {
		return errAborted
	}
	return err
}

// next waits for items, or for the time of the batch that has been begun.
func (b *batcher[A]) next(ctx context.Context, timer *time.Timer) (some, late bool) {
	if len(b.batch) == 0 || b.wait <= 0 {
		return b.in.more(ctx), false
	}
	return b.in.moreBefore(ctx, timer.C)
}

// gather takes what is at hand, up to a whole batch.
func (b *batcher[A]) gather(timer *time.Timer) {
	if b.batch == nil {
		b.batch = make([]A, 0, min(b.n, b.in.capacity))
	}
	if len(b.batch) == 0 && b.wait > 0 {
		timer.Reset(b.wait)
	}
	n := min(b.n-len(b.batch), len(b.in.view)-b.in.at)
	b.batch = append(b.batch, b.in.view[b.in.at:b.in.at+n]...)
	b.in.at += n
}

func (b *batcher[A]) give(ctx context.Context) error {
	if len(b.batch) == 0 {
		return nil
	}
	batch := b.batch
	b.batch = nil
	return b.out.put(ctx, batch)
}

func (b *batcher[A]) crashed(context.Context, error) outcome { return broken }

func (b *batcher[A]) refuse(ctx context.Context, reason error) { b.in.refuse(ctx, reason) }
