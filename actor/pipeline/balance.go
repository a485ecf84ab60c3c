package pipeline

import (
	"context"
	"slices"
)

// Balance makes a stage that divides a stream into n, from 1 to [MaxParallel], of which each item goes to the one
// that has the fewest waiting: a slow taker gets less. It waits while all are full, so the fewer
// each may hold ([Buffer]), the later it is decided who does an item. What a taker wants no more,
// as it has ended or failed, the others get.
//
// It is for stages that keep something from item to item, or give several for one, and are to run
// n times at the same time; for a function of one item [MapUnordered] is simpler.
func Balance[A any](in Stream[A], n int, opts ...Option) []Stream[A] {
	s := newStage(pipelineOf(in), "balance", opts)
	s.noFusing()
	outs := branches[A](s, n)
	b := &balancer[A]{s: s, writable: make(chan struct{}, 1)}
	for _, out := range outs {
		out.o.writable = b.writable
		b.outs = append(b.outs, out.o)
	}
	each(in, s, b.put)
	return outs
}

type balancer[A any] struct {
	s        *stage
	outs     []*outlet[A]
	writable chan struct{} // a token for the stage, of all its edges
	last     int           // the outlet that got an item last
}

// put passes an item on to the outlet that has least to do.
func (b *balancer[A]) put(ctx context.Context, v A) error {
	for {
		if i := b.idlest(); i >= 0 {
			b.last = i
			return b.outs[i].put(ctx, v)
		}
		if b.isKilled() {
			b.s.p.dead(b.s, v, ErrKilled)
			return errAborted
		}
		<-b.writable
	}
}

// idlest returns the outlet with the fewest items, the next one after that which had its turn last
// if there are several, or -1 if all are full. Those of which nobody wants anything are the last choice.
func (b *balancer[A]) idlest() int {
	best, fewest, unwanted := -1, int64(0), -1
	for k := range b.outs {
		i := (b.last + 1 + k) % len(b.outs)
		e := b.outs[i].e
		switch {
		case e == nil: // fused: it is done when put returns
			return i
		case e.flow.Full():
			continue
		case e.isRefused():
			unwanted = i
			continue
		}
		written, taken := e.flow.Counts()
		if depth := written - taken; best < 0 || depth < fewest {
			best, fewest = i, depth
		}
	}
	if best < 0 && !b.isWanted() {
		return unwanted
	}
	return best
}

// isWanted reports whether any taker wants something.
func (b *balancer[A]) isWanted() bool {
	return slices.ContainsFunc(b.outs, func(o *outlet[A]) bool { return !o.e.isRefused() })
}

// isKilled is asked before a wait, of which it says on the edges that there was one.
func (b *balancer[A]) isKilled() (killed bool) {
	for _, o := range b.outs {
		killed = o.e.held() || killed
	}
	return killed
}
