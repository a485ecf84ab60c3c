package pipeline

import "context"

// A Port is what a function run by [Exchange] takes from and gives to. One
// goroutine at a time may take, and one, the same or another, give.
type Port[A, B any] struct {
	x *exchange[A, B]
}

// Take takes the next item, and waits for it; ok is false when there will be none,
// or the pipeline is killed. The item is then the function's to account for.
func (p Port[A, B]) Take(ctx context.Context) (v A, ok bool) {
	in := p.x.in
	if !in.more(ctx) {
		return v, false
	}
	v = in.view[in.at]
	in.at++
	return v, true
}

// Give passes a result on, and waits while there is no room. An error says that the
// pipeline is killed; the result is a dead letter then.
func (p Port[A, B]) Give(ctx context.Context, v B) error { return p.x.out.put(ctx, v) }

// Failed does to an item that could not be handled as the stage's policy says,
// but for trying it again, which is for the function to do. If the error is not
// nil, the function is to return it: the stage has failed for good. Any goroutine may
// call it.
func (p Port[A, B]) Failed(ctx context.Context, item A, err error) error {
	t := settler{s: p.x.s}
	p.x.s.failure(err)
	if t.give(ctx, item, err) == broken {
		return ErrFailed
	}
	return nil
}

// Dead makes a dead letter of an item. Any goroutine may call it.
func (p Port[A, B]) Dead(item A, err error) { p.x.s.p.dead(p.x.s, item, err) }

// Exchange makes a stage whose function takes and gives as it likes, from goroutines of
// its own, as one does that hands items to other processes. It returns when it has
// taken everything and accounted for each item, which is to be given on in some
// form, [Port.Failed] or [Port.Dead]; or when ctx is done, which is when the
// pipeline is killed. An error, or a panic, ends the pipeline.
func Exchange[A, B any](in Stream[A], f func(ctx context.Context, port Port[A, B]) error, opts ...Option) Stream[B] {
	s := newStage(pipelineOf(in), "exchange", opts)
	s.require(f != nil)
	s.noFusing()
	x := &exchange[A, B]{s: s, f: f, in: take(in, s, make(chan struct{}, 1)), out: newOutlet[B](s)}
	s.body = x
	return Stream[B]{x.out}
}

type exchange[A, B any] struct {
	s   *stage
	f   func(context.Context, Port[A, B]) error
	in  *edge[A]
	out *outlet[B]
}

func (x *exchange[A, B]) run(ctx context.Context, s *stage) error {
	err := x.f(ctx, Port[A, B]{x})
	switch {
	case ctx.Err() != nil:
		return errAborted
	case err == nil || err == ErrFailed:
		return err
	}
	s.failure(err)
	s.p.fail(s, err)
	return ErrFailed
}

func (x *exchange[A, B]) crashed(_ context.Context, err error) outcome {
	x.s.failure(err)
	x.s.p.fail(x.s, err)
	return broken
}

func (x *exchange[A, B]) refuse(ctx context.Context, reason error) { x.in.refuse(ctx, reason) }
