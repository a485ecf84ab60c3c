package pipeline

import (
	"context"
	"iter"
)

// A Func is a stage of any kind: it ranges over what comes and yields what it
// gives. What it gets ends with an error, [ErrKilled], if the pipeline is killed,
// and else without one.
type Func[A, B any] func(in iter.Seq2[A, error]) iter.Seq2[B, error]

// Apply makes a stage of a function from sequence to sequence.
//
// The item in hand is the one that the function took last. An error that it
// yields, or a panic, is dealt with as the stage's policy says, for that item; if
// the function has returned upon it, it is called again for what is left: what
// it kept in variables of its own is then lost. A function that returns without
// an error before its input has ended is done: what still comes is a dead letter,
// with [ErrEnded].
func Apply[A, B any](in Stream[A], f Func[A, B], opts ...Option) Stream[B] {
	s := newStage(pipelineOf(in), "apply", opts)
	s.require(f != nil)
	s.noFusing()
	out := newOutlet[B](s)
	s.body = &applied[A, B]{t: settler{s: s}, f: f, in: take(in, s, make(chan struct{}, 1)), out: out}
	return Stream[B]{out}
}

type applied[A, B any] struct {
	t   settler
	f   Func[A, B]
	in  *edge[A]
	out *outlet[B]

	hand  bool // in.view[in.at] is in the function's hands
	took  bool // the function has taken an item since it was called
	whole bool // the function has seen the end of its input
	over  bool // the function is not to be called again
}

// items yields what comes. An item is done with when the next one is asked for.
func (a *applied[A, B]) items(ctx context.Context) iter.Seq2[A, error] {
	return func(yield func(A, error) bool) {
		for a.in.more(ctx) {
			a.hand, a.took = true, true
			if !yield(a.in.view[a.in.at], nil) {
				return
			}
			a.handled()
		}
		a.whole = true
		if ctx.Err() != nil {
			var none A
			yield(none, ErrKilled)
		}
	}
}

// handled takes the item in hand for done with.
func (a *applied[A, B]) handled() {
	if a.hand {
		a.hand = false
		a.in.at++
		a.t.attempt = 0
	}
}

func (a *applied[A, B]) run(ctx context.Context, _ *stage) error {
	for !a.over {
		failed := false // since the last item
		a.took = false
		for r, err := range a.f(a.items(ctx)) {
			if err != nil {
				again, how := a.fail(ctx, err)
				if how != nil {
					return how
				}
				if failed = true; again {
					break
				}
				continue
			}
			failed = false
			if err := a.out.put(ctx, r); err != nil {
				a.handled()
				return err
			}
		}
		if ctx.Err() != nil {
			return errAborted
		}
		if a.over = a.whole || !failed || !a.took; a.over {
			a.handled()
		}
	}
	return nil
}

// fail deals with the failure of the item in hand. The function is to be called
// again, or the stage ends.
func (a *applied[A, B]) fail(ctx context.Context, err error) (again bool, how error) {
	var item any
	if a.hand {
		item = a.in.view[a.in.at]
	}
	tries := 0
	o := a.t.settle(ctx, item, err, func() error {
		again, tries = true, a.t.attempt
		return nil
	})
	switch o {
	case broken:
		a.handled()
		return false, ErrFailed
	case ended:
		a.handled()
		return false, errAborted
	}
	if again {
		a.t.attempt = tries // it is not known yet how this one ends
	} else {
		a.handled()
	}
	return again, nil
}

func (a *applied[A, B]) crashed(ctx context.Context, err error) outcome {
	again, how := a.fail(ctx, err)
	switch how {
	case nil:
		a.over = a.whole || !again && !a.took
		return goOn
	case errAborted:
		return ended
	}
	return broken
}

func (a *applied[A, B]) refuse(ctx context.Context, reason error) { a.in.refuse(ctx, reason) }
