package pipeline

import (
	"context"
	"iter"
)

// Map makes a stage that gives f of each item, in order. f should compute and not
// wait, as it cannot be told to end; what waits is for [MapN], also with n 1.
func Map[A, B any](in Stream[A], f func(A) (B, error), opts ...Option) Stream[B] {
	s := newStage(pipelineOf(in), "map", opts)
	s.require(f != nil)
	out := newOutlet[B](s)
	s.computes = true
	each(in, s, func(ctx context.Context, v A) error {
		r, err := f(v)
		if err != nil {
			return err
		}
		return out.put(ctx, r)
	})
	return Stream[B]{out}
}

// Filter makes a stage that gives the items for which keep returns true, in
// order. The others are done with.
func Filter[A any](in Stream[A], keep func(A) bool, opts ...Option) Stream[A] {
	s := newStage(pipelineOf(in), "filter", opts)
	s.require(keep != nil)
	out := newOutlet[A](s)
	s.computes = true
	each(in, s, func(ctx context.Context, v A) error {
		if !keep(v) {
			return nil
		}
		return out.put(ctx, v)
	})
	return Stream[A]{out}
}

// FlatMap makes a stage that gives, for each item, all that f's sequence yields,
// in order. An error that it yields is the item's: the rest of the sequence is
// not asked for.
func FlatMap[A, B any](in Stream[A], f func(A) iter.Seq2[B, error], opts ...Option) Stream[B] {
	s := newStage(pipelineOf(in), "flatmap", opts)
	s.require(f != nil)
	out := newOutlet[B](s)
	s.computes = true
	each(in, s, func(ctx context.Context, v A) error {
		for r, err := range f(v) {
			if err != nil {
				return err
			}
			if err := out.put(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
	return Stream[B]{out}
}

// require records that a stage has been given a nil function.
func (s *stage) require(given bool) {
	if !given {
		s.p.problem("stage %s: a nil function", s.name)
	}
}

// ForEach ends a stream: f is called for each item, in order. It may wait, and
// should end when its context is done, which is only when the pipeline is killed.
func ForEach[A any](in Stream[A], f func(ctx context.Context, v A) error, opts ...Option) {
	s := newStage(pipelineOf(in), "foreach", opts)
	s.require(f != nil)
	each(in, s, f)
}

// Collect ends a stream by appending its items to a slice, which must not be
// touched until Run has returned.
func Collect[A any](in Stream[A], into *[]A, opts ...Option) {
	s := newStage(pipelineOf(in), "collect", opts)
	if into == nil {
		s.p.problem("stage %s: a nil slice", s.name)
	}
	each(in, s, func(_ context.Context, v A) error {
		*into = append(*into, v)
		return nil
	})
}
