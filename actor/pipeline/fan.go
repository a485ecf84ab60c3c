package pipeline

import (
	"context"
	"hash/maphash"
	"slices"
)

// Partition makes a stage that divides a stream into n, by a key: items with the same
// key go to the same of them, in order. n is from 1 to [MaxParallel]. Which one that is may be another in each
// run. The stage waits when the one that it needs is full.
func Partition[A any, K comparable](in Stream[A], n int, key func(A) K, opts ...Option) []Stream[A] {
	s := newStage(pipelineOf(in), "partition", opts)
	s.require(key != nil)
	s.noFusing()
	outs := branches[A](s, n)
	s.computes = true
	mine := slices.Clone(outs) // the caller may put other streams into its slice
	seed := maphash.MakeSeed()
	each(in, s, func(ctx context.Context, v A) error {
		i := maphash.Comparable(seed, key(v)) % uint64(len(mine))
		return mine[i].o.put(ctx, v)
	})
	return outs
}

// Broadcast makes a stage that gives every item to each of n streams, from 1 to [MaxParallel], in order. It
// goes at the pace of the slowest. The item is copied as by an assignment: what
// it refers to is shared.
func Broadcast[A any](in Stream[A], n int, opts ...Option) []Stream[A] {
	s := newStage(pipelineOf(in), "broadcast", opts)
	s.noFusing()
	outs := branches[A](s, n)
	s.computes = true
	mine := slices.Clone(outs)
	each(in, s, func(ctx context.Context, v A) error {
		var failed error
		for _, out := range mine {
			if err := out.o.put(ctx, v); err != nil {
				failed = err
			}
		}
		return failed
	})
	return outs
}

// branches makes the n streams that a stage gives.
func branches[A any](s *stage, n int) []Stream[A] {
	if n <= 0 || n > MaxParallel {
		s.p.problem("stage %s: %d branches; there must be from 1 to %d", s.name, n, MaxParallel)
		n = 1
	}
	outs := make([]Stream[A], n)
	for i := range outs {
		outs[i].o = newOutlet[A](s)
	}
	return outs
}

// Merge makes a stage that gives what comes on any of some streams, of each in
// order and at most one view of its edge at a time, so that none waits for long
// while others have much.
func Merge[A any](ins []Stream[A], opts ...Option) Stream[A] {
	if len(ins) == 0 {
		panic("pipeline: Merge of no streams")
	}
	s := newStage(pipelineOf(ins[0]), "merge", opts)
	s.noFusing()
	m := &merger[A]{out: newOutlet[A](s), readable: make(chan struct{}, 1)}
	for _, in := range ins {
		pipelineOf(in)
		m.ins = append(m.ins, take(in, s, m.readable))
	}
	m.open = append(m.open, m.ins...)
	s.body = m
	return Stream[A]{m.out}
}

type merger[A any] struct {
	ins      []*edge[A]
	open     []*edge[A] // those that have not ended
	out      *outlet[A]
	readable chan struct{}
}

func (m *merger[A]) run(ctx context.Context, _ *stage) error {
	for len(m.open) > 0 && ctx.Err() == nil {
		found, err := m.round(ctx)
		if err != nil {
			return err
		}
		if !found && len(m.open) > 0 {
			<-m.readable
		}
	}
	if ctx.Err() != nil {
		return errAborted
	}
	return nil
}

// round takes a view of each edge that has one.
func (m *merger[A]) round(ctx context.Context) (found bool, err error) {
	kept := m.open[:0]
	for _, in := range m.open {
		some, over := in.look()
		if !over {
			kept = append(kept, in)
		}
		if !some {
			continue
		}
		found = true
		for ; in.at < len(in.view); in.at++ {
			if err := m.out.put(ctx, in.view[in.at]); err != nil {
				in.at++
				return found, err
			}
		}
	}
	m.open = kept
	return found, nil
}

func (m *merger[A]) crashed(context.Context, error) outcome { return broken }

func (m *merger[A]) refuse(ctx context.Context, reason error) {
	for _, in := range m.ins {
		in.refuse(ctx, reason)
	}
}
