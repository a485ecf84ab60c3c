package pipeline

import "context"

// driver is the body of a stage that handles its items one by one.
type driver[A any] struct {
	t  settler
	in *edge[A]
	do func(context.Context, A) error
}

// each makes a stage of a function that handles items one by one.
func each[A any](in Stream[A], s *stage, do func(context.Context, A) error) {
	if s.fused {
		if s.checkFree(in.o.s, in.o.isTaken()) {
			in.o.direct = &fusion[A]{t: settler{s: s}, do: do}
			s.before = in.o.s
		}
		return
	}
	s.body = &driver[A]{t: settler{s: s}, in: take(in, s, make(chan struct{}, 1)), do: do}
}

func (d *driver[A]) run(ctx context.Context, _ *stage) error {
	in := d.in
	for in.more(ctx) {
		view := in.view
		for i := in.at; i < len(view); i++ {
			in.at = i // a panic is about this one
			if err := d.do(ctx, view[i]); err != nil {
				if err := d.settle(ctx, err); err != nil {
					return err
				}
			}
		}
		in.at = len(view)
		if d.t.s.lazy {
			d.t.s.flushOutlets()
		}
	}
	if ctx.Err() != nil {
		return errAborted
	}
	return nil
}

// settle deals with a failure of the item in hand. The error ends the run.
func (d *driver[A]) settle(ctx context.Context, err error) error {
	v := d.in.view[d.in.at]
	o := d.t.settle(ctx, v, err, func() error { return d.do(ctx, v) })
	d.in.at++
	switch o {
	case broken:
		return ErrFailed
	case ended:
		return errAborted
	}
	d.in.at-- // run counts it
	return nil
}

func (d *driver[A]) crashed(ctx context.Context, err error) outcome {
	v := d.in.view[d.in.at]
	o := d.t.settle(ctx, v, err, func() error { return d.do(ctx, v) })
	d.in.at++
	return o
}

func (d *driver[A]) refuse(ctx context.Context, reason error) { d.in.refuse(ctx, reason) }
