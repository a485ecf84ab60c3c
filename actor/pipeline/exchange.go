package pipeline

import "context"

// A Port is what a function run by [Exchange] takes from and gives to. One
// goroutine at a time may take, and one, the same or another, give.
type Port[A, B any] struct {
	x *exchange[A, B]
}

// None is the type of what an [Inflow] takes and an [Outflow] gives: there is none.
type None struct{}

// Take takes the next item, and waits for it; ok is false when there will be none,
// or the pipeline is killed. The item is then the function's to account for.
func (p Port[A, B]) Take(ctx context.Context) (v A, ok bool) {
	in := p.x.in
	if in == nil || !in.more(ctx) {
		return v, false
	}
	v = in.view[in.at]
	in.at++
	return v, true
}

// Give passes a result on, and waits while there is no room. An error says that the
// pipeline is killed; the result is a dead letter then.
func (p Port[A, B]) Give(ctx context.Context, v B) error {
	if p.x.out == nil {
		return nil
	}
	return p.x.out.put(ctx, v)
}

// Told returns the context of an [Inflow] that is to end: its cause is [ErrDraining]
// if that is as the pipeline drains, [ErrEnded] if nobody wants any more what it gives,
// or [ErrKilled]. That of other stages is never done: they end with their input.
func (p Port[A, B]) Told() context.Context { return p.x.told }

// Cause returns why the pipeline ends before its sources do by themselves: its first
// failure, or the cause of the context of Run. It is nil as long as all is well. If the
// items have ended before their time, it is known when Take returns false.
func (p Port[A, B]) Cause() error {
	all := p.x.s.p
	all.mu.Lock()
	defer all.mu.Unlock()
	if len(all.failures) > 0 {
		return all.failures[0]
	}
	return all.why
}

// Failed does to an item that could not be handled as the stage's policy says,
// but for trying it again, which is for the function to do. If the error is not
// nil, the function is to return it: the stage has failed for good. Any goroutine may
// call it.
func (p Port[A, B]) Failed(ctx context.Context, item A, err error) error {
	return p.x.give(ctx, item, err)
}

// Trouble is [Port.Failed] for what concerns no item.
func (p Port[A, B]) Trouble(ctx context.Context, err error) error { return p.x.give(ctx, nil, err) }

// Dead makes a dead letter of an item. Any goroutine may call it.
func (p Port[A, B]) Dead(item A, err error) { p.x.s.p.dead(p.x.s, item, err) }

// Exchange makes a stage whose function takes and gives as it likes, from goroutines of
// its own, as one does that hands items to other processes. It returns when it has
// taken everything and accounted for each item, which is to be given on in some
// form, [Port.Failed] or [Port.Dead]; or when ctx is done, which is when the
// pipeline is killed. An error, or a panic, ends the pipeline.
func Exchange[A, B any](in Stream[A], f func(ctx context.Context, port Port[A, B]) error, opts ...Option) Stream[B] {
	x := newExchange(pipelineOf(in), "exchange", f, opts)
	x.in, x.out = take(in, x.s, make(chan struct{}, 1)), newOutlet[B](x.s)
	return Stream[B]{x.out}
}

// Outflow ends a stream with a function that takes as it likes, as one that hands
// items to other processes does. It is an [Exchange] that gives nothing.
func Outflow[A any](in Stream[A], f func(ctx context.Context, port Port[A, None]) error, opts ...Option) {
	x := newExchange(pipelineOf(in), "outflow", f, opts)
	x.in = take(in, x.s, make(chan struct{}, 1))
}

// Inflow makes a stage that gives what comes from elsewhere. It is an [Exchange] that
// takes nothing, and a [Source] that ends when it thinks right: when [Port.Told] is
// done it is to end soon, but may first give what is under way to it. It must then end
// at once if that is because nobody wants it.
func Inflow[B any](p *Pipeline, f func(ctx context.Context, port Port[None, B]) error, opts ...Option) Stream[B] {
	x := newExchange(p, "inflow", f, opts)
	x.out = newOutlet[B](x.s)
	return Stream[B]{x.out}
}

func newExchange[A, B any](p *Pipeline, kind string, f func(context.Context, Port[A, B]) error, opts []Option) *exchange[A, B] {
	s := newStage(p, kind, opts)
	s.require(f != nil)
	s.noFusing()
	x := &exchange[A, B]{s: s, f: f, told: context.Background()}
	s.body = x
	return x
}

type exchange[A, B any] struct {
	s   *stage
	f   func(context.Context, Port[A, B]) error
	in  *edge[A]   // nil of an Inflow
	out *outlet[B] // nil of an Outflow

	told context.Context // see Port.Told
}

// prepare makes the context that tells an Inflow, before the stage runs.
func (x *exchange[A, B]) prepare(s *stage) {
	if x.in == nil {
		x.told, s.stopSource = context.WithCancelCause(context.Background())
	}
}

// give does what the policy says when something has failed.
func (x *exchange[A, B]) give(ctx context.Context, item any, err error) error {
	x.s.failure(err)
	t := settler{s: x.s}
	if t.give(ctx, item, err) == broken {
		return ErrFailed
	}
	return nil
}

func (x *exchange[A, B]) run(ctx context.Context, s *stage) error {
	if s.stopSource != nil {
		defer context.AfterFunc(ctx, func() { s.stopSource(ErrKilled) })()
	}
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

func (x *exchange[A, B]) refuse(ctx context.Context, reason error) {
	if x.in != nil {
		x.in.refuse(ctx, reason)
	}
}
