package pipeline

import (
	"context"
	"iter"
)

// Source makes a stage that gives what a sequence yields. open is called when the
// pipeline runs, and the context that it gets is cancelled when the source is to
// end: a sequence that waits must then end soon. So a socket is a source by itself:
//
//	messages := pipeline.Source(p, pull.Messages)
//
// An error that the sequence yields is dealt with as the stage's policy says, without
// an item; [Retry] opens the sequence again. After a source was told to end an
// error is taken for its end. A sequence is also ended, as by a break, when what it
// yields is not wanted any more.
func Source[T any](p *Pipeline, open func(ctx context.Context) iter.Seq2[T, error], opts ...Option) Stream[T] {
	s := newStage(p, "source", opts)
	if open == nil {
		p.problem("stage %s: a nil function", s.name)
	}
	s.noFusing()
	out := newOutlet[T](s)
	s.body = &source[T]{t: settler{s: s}, open: open, out: out}
	return Stream[T]{out}
}

// Values is [Source] of a sequence that cannot fail and does not wait.
func Values[T any](p *Pipeline, seq iter.Seq[T], opts ...Option) Stream[T] {
	var open func(context.Context) iter.Seq2[T, error]
	if seq != nil {
		open = func(context.Context) iter.Seq2[T, error] {
			return func(yield func(T, error) bool) {
				for v := range seq {
					if !yield(v, nil) {
						return
					}
				}
			}
		}
	}
	return Source(p, open, opts...)
}

// noFusing records that the option Fused does not go with a stage.
func (s *stage) noFusing() {
	if s.fused {
		s.p.problem("stage %s: Fused does not go with %s", s.name, s.kind)
		s.fused = false
	}
}

type source[T any] struct {
	t    settler
	open func(context.Context) iter.Seq2[T, error]
	out  *outlet[T]
	told context.Context // done when the source is to end; set by prepare
	over bool            // the sequence has ended, or is given up
}

// prepare makes the context of the sequence, before the stage runs.
func (r *source[T]) prepare(s *stage) {
	r.told, s.stopSource = context.WithCancelCause(context.Background())
}

func (r *source[T]) run(ctx context.Context, _ *stage) error {
	defer context.AfterFunc(ctx, func() { r.t.s.stopSource(ErrKilled) })()
	if r.over {
		return nil
	}
	how, err := r.pass(ctx)
	if err != nil {
		how = r.fail(ctx, err)
	}
	switch how {
	case broken:
		return ErrFailed
	case ended:
		return errAborted
	}
	return nil
}

// fail deals with an error of the sequence. While the policy is to try again, that
// happens here.
func (r *source[T]) fail(ctx context.Context, err error) (how outcome) {
	if r.told.Err() != nil {
		return goOn // the error is how it ends
	}
	how = goOn
	o := r.t.settle(ctx, nil, err, func() (err error) {
		how, err = r.pass(ctx)
		return err
	})
	return max(how, o)
}

// pass opens the sequence and passes on what it yields. It returns an error that
// may be tried again.
func (r *source[T]) pass(ctx context.Context) (how outcome, err error) {
	done := r.told.Done()
	if r.told.Err() == nil {
		for v, err := range r.open(r.told) {
			if err != nil {
				if r.told.Err() != nil {
					break
				}
				if r.t.s.policy.retry != nil {
					return goOn, err
				}
				if how := r.fail(ctx, err); how != goOn {
					return how, nil
				}
				continue
			}
			r.t.attempt = 0
			if r.out.put(ctx, v) != nil {
				return ended, nil
			}
			if isDone(done) {
				break
			}
		}
	}
	r.over = true
	return goOn, nil
}

func isDone(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// crashed gives the sequence up, unless it is to be tried again: one that has panicked
// does not go on.
func (r *source[T]) crashed(ctx context.Context, err error) outcome {
	how := r.fail(ctx, err)
	r.over = true
	return how
}

func (r *source[T]) refuse(context.Context, error) {}
