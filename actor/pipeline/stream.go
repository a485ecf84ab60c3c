package pipeline

import (
	"context"
)

// A Stream is what a stage gives: items of one type, for one other stage to
// take. It is made by [Source] and by stages; using the zero Stream panics.
type Stream[T any] struct {
	o *outlet[T]
}

// Pipeline returns the pipeline that the stream is part of.
func (s Stream[T]) Pipeline() *Pipeline { return pipelineOf(s) }

// outlet is where a stage puts what it gives. It belongs to the stage's
// goroutine.
type outlet[T any] struct {
	s *stage

	// One of these is set once somebody takes the stream.
	e      *edge[T]
	direct *fusion[T]

	writable chan struct{} // see edge; nil: the edge has its own
}

// newOutlet adds an outlet to a stage.
func newOutlet[T any](s *stage) *outlet[T] {
	o := &outlet[T]{s: s}
	s.outlets = append(s.outlets, o)
	return o
}

// put passes an item on. The error is errAborted: the stage is killed, and the
// item a dead letter.
func (o *outlet[T]) put(ctx context.Context, v T) error {
	if o.e != nil {
		if o.e.put(v) {
			return nil
		}
		o.s.p.dead(o.s, v, ErrKilled)
		return errAborted
	}
	return o.direct.step(ctx, v)
}

// end says that nothing comes any more.
func (o *outlet[T]) end() {
	if o.e != nil {
		o.e.close()
	} else {
		o.direct.t.s.endOutlets()
	}
}

func (o *outlet[T]) flush() {
	if o.e != nil {
		o.e.flow.Flush()
	} else {
		o.direct.t.s.flushOutlets()
	}
}

func (o *outlet[T]) setLazy() {
	if o.e != nil {
		o.e.lazy = true
	}
}

func (o *outlet[T]) kill() {
	if o.e != nil {
		o.e.kill()
	} else {
		o.direct.t.s.abort()
	}
}

func (o *outlet[T]) isTaken() bool { return o.e != nil || o.direct != nil }

// pipelineOf returns the pipeline that a stream belongs to.
func pipelineOf[T any](in Stream[T]) *Pipeline {
	if in.o == nil {
		panic("pipeline: the zero Stream belongs to no pipeline; streams come from Source and from stages")
	}
	return in.o.s.p
}

// take makes an edge from the stream to the stage.
func take[T any](in Stream[T], s *stage, readable chan struct{}) *edge[T] {
	writable := in.o.writable
	if writable == nil {
		writable = make(chan struct{}, 1)
	}
	e := newEdge[T](in.o.s, s, readable, writable)
	s.inputs = append(s.inputs, e)
	s.p.edges = append(s.p.edges, e)
	if s.checkFree(in.o.s, in.o.isTaken()) {
		in.o.e = e
	}
	return e
}

// checkFree records the mistakes of taking a stream.
func (s *stage) checkFree(from *stage, taken bool) bool {
	switch {
	case from.p != s.p:
		s.p.problem("stage %s takes a stream of another pipeline", s.name)
		return false
	case taken:
		s.p.problem("stage %s takes a stream of %s that another stage takes; use Broadcast or Partition", s.name, from.name)
		return false
	}
	return true
}

// fusion runs a stage on the goroutine of the one before it.
type fusion[T any] struct {
	t      settler
	do     func(context.Context, T) error
	broken bool // the stage has failed for good
}

// step does one item. A panic is dealt with here: a defer for each item is cheaper
// than another call, of which chains of fused stages have many.
func (f *fusion[T]) step(ctx context.Context, v T) (err error) {
	if f.broken {
		f.t.s.p.dead(f.t.s, v, ErrFailed)
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = f.settle(ctx, v, crashOf(p))
		}
	}()
	if err := f.do(ctx, v); err != nil {
		return f.settle(ctx, v, err)
	}
	return nil
}

// settle deals with a failure. The error is errAborted, or nil.
func (f *fusion[T]) settle(ctx context.Context, v T, err error) error {
	switch f.t.settle(ctx, v, err, func() error { return f.try(ctx, v) }) {
	case broken:
		f.broken = true
		f.t.s.refuseInputs()
	case ended:
		return errAborted
	}
	return nil
}

// try is do, with a panic as an error.
func (f *fusion[T]) try(ctx context.Context, v T) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = crashOf(p)
		}
	}()
	return f.do(ctx, v)
}
