package pipeline

import (
	"context"
	"fmt"
	"sync"

	"github.com/zeroactor/zmq/actor"
)

// MapN makes a stage that gives f of each item, in the order of the items,
// with n workers, from 1 to [MaxParallel], that call f at the same time. Each takes the next item as soon as
// it is free; one that takes long holds up those behind it only when 4n of
// them have been begun since. f may wait, and should end when its context is
// done, which is only when the pipeline is killed.
//
// Handing an item to a worker and back costs several times what an edge does: f should
// take a microsecond at least.
func MapN[A, B any](in Stream[A], n int, f func(ctx context.Context, v A) (B, error), opts ...Option) Stream[B] {
	s, c := newCrew(in, "mapn", n, f, opts)
	o := &ordered[A, B]{crew: c, slots: make([]slot[B], aheadPerWorker*c.n)}
	for i := range o.slots {
		o.slots[i] = slot[B]{free: make(chan struct{}, 1), ready: make(chan struct{}, 1)}
		o.slots[i].free <- struct{}{}
	}
	c.begin, c.give = o.begin, o.give
	s.body = o
	return Stream[B]{c.out}
}

// MapUnordered is [MapN] that gives each result as soon as there is one.
func MapUnordered[A, B any](in Stream[A], n int, f func(ctx context.Context, v A) (B, error), opts ...Option) Stream[B] {
	s, c := newCrew(in, "mapunordered", n, f, opts)
	turn := newTurn()
	c.begin = func() int { return 0 }
	c.give = func(ctx context.Context, _ int, r B, ok bool) error {
		if !ok {
			return nil
		}
		<-turn
		defer wake(turn)
		return c.out.put(ctx, r)
	}
	s.body = c
	return Stream[B]{c.out}
}

// aheadPerWorker is how many items, times the number of workers, may have been begun
// when the oldest of them is not done: enough that one slow item does not stop
// the other workers.
const aheadPerWorker = 4

// newTurn returns a turn that nobody has. It is a channel and no mutex, as who has
// it may wait for an edge.
func newTurn() chan struct{} {
	turn := make(chan struct{}, 1)
	turn <- struct{}{}
	return turn
}

// A crew is the workers of a stage.
type crew[A, B any] struct {
	s   *stage
	n   int
	f   func(context.Context, A) (B, error)
	out *outlet[B]

	turn    chan struct{} // the right to the fields below
	in      *edge[A]
	refused error // why what comes is not handled any more

	// begin is called in the turn, for each item that is taken; give, outside of
	// it, with what begin returned and what became of the item, if ok.
	begin func() int
	give  func(ctx context.Context, ticket int, r B, ok bool) error

	mu      sync.Mutex
	failed  outcome // the worst of the workers'; guarded by mu
	workers sync.WaitGroup
}

func newCrew[A, B any](in Stream[A], kind string, n int, f func(context.Context, A) (B, error), opts []Option) (*stage, *crew[A, B]) {
	s := newStage(pipelineOf(in), kind, opts)
	s.require(f != nil)
	s.noFusing()
	if n <= 0 || n > MaxParallel {
		s.p.problem("stage %s: %d workers; there must be from 1 to %d", s.name, n, MaxParallel)
		n = 1
	}
	out := newOutlet[B](s)
	return s, &crew[A, B]{s: s, n: n, f: f, out: out, turn: newTurn(), in: take(in, s, make(chan struct{}, 1))}
}

// start starts the workers, each an actor below the stage's.
func (c *crew[A, B]) start(ctx context.Context) error {
	for i := range c.n {
		w := &worker[A, B]{crew: c, t: settler{s: c.s}}
		c.workers.Add(1)
		spec := actor.Spec{
			Run:    func(ctx context.Context, _ *actor.Node) error { w.live(ctx); return nil },
			OnExit: func(*actor.Node, error) { c.workers.Done() },
		}
		if _, err := c.s.node.Spawn(fmt.Sprintf("worker#%d", i+1), spec); err != nil {
			c.workers.Done()
			if i > 0 && ctx.Err() == nil {
				return nil // fewer will do: the actors above are about to end
			}
			return err
		}
	}
	return nil
}

func (c *crew[A, B]) run(ctx context.Context, _ *stage) error {
	if err := c.start(ctx); err != nil {
		return c.unstaffed(ctx, err)
	}
	c.workers.Wait()
	return c.outcome(ctx)
}

// unstaffed is the end of a stage whose workers cannot be started.
func (c *crew[A, B]) unstaffed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errAborted
	}
	c.s.p.fail(c.s, err)
	return ErrFailed
}

func (c *crew[A, B]) outcome(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case ctx.Err() != nil || c.failed == ended:
		return errAborted
	case c.failed == broken:
		return ErrFailed
	}
	return nil
}

func (c *crew[A, B]) crashed(context.Context, error) outcome { return broken }

func (c *crew[A, B]) refuse(ctx context.Context, reason error) { c.in.refuse(ctx, reason) }

// A worker is one that calls f.
type worker[A, B any] struct {
	*crew[A, B]
	t settler

	hand   A // the item that it works on, if busy
	ticket int
	busy   bool
}

// live works until there is nothing more to do.
func (w *worker[A, B]) live(ctx context.Context) {
	var crash error
	for {
		var how outcome
		if how, crash = w.try(ctx, crash); crash == nil {
			w.leave(how)
			return
		}
		w.s.count(func(c *StageStats) { c.Restarts++ })
	}
}

// leave tells the crew how the worker ended.
func (w *worker[A, B]) leave(how outcome) {
	w.mu.Lock()
	w.failed = max(w.failed, how)
	w.mu.Unlock()
}

// try is one run, after the crash of the one before has been settled.
func (w *worker[A, B]) try(ctx context.Context, before error) (how outcome, crash error) {
	defer func() {
		if v := recover(); v != nil {
			crash = crashOf(v)
		}
	}()
	for how == goOn && (w.busy || w.take(ctx)) {
		err := before
		before = nil
		if err == nil {
			err = w.work(ctx)
		}
		if err != nil {
			how = w.fail(ctx, err)
		}
		w.busy = false
	}
	return how, nil
}

// work does the item in hand.
func (w *worker[A, B]) work(ctx context.Context) error {
	r, err := w.f(ctx, w.hand)
	if err != nil {
		return err
	}
	return w.give(ctx, w.ticket, r, true)
}

// fail settles a failure of the item in hand. It still has its place among the
// results, which is left empty.
func (w *worker[A, B]) fail(ctx context.Context, err error) outcome {
	done := false
	how := w.t.settle(ctx, w.hand, err, func() error {
		err := w.work(ctx)
		done = err == nil
		return err
	})
	if !done {
		var none B
		if w.give(ctx, w.ticket, none, false) != nil {
			how = ended
		}
	}
	if how == broken {
		w.s.refuseInputs()
		<-w.turn
		w.refused = ErrFailed
		wake(w.turn)
		return goOn // to refuse what still comes
	}
	return how
}

// take takes the next item.
func (w *worker[A, B]) take(ctx context.Context) bool {
	<-w.turn
	defer wake(w.turn)
	if w.refused != nil {
		w.in.refuse(ctx, w.refused)
		w.leave(broken)
		return false
	}
	if !w.in.more(ctx) {
		return false
	}
	w.hand, w.busy = w.in.view[w.in.at], true
	w.in.at++
	w.ticket = w.begin()
	return true
}

// ordered is the body of a MapN: its own goroutine gives what the workers have
// done, in order.
type ordered[A, B any] struct {
	*crew[A, B]
	slots []slot[B]
	begun int // items; in the turn
}

// A slot is the place of one item's result.
type slot[B any] struct {
	free  chan struct{} // a token: it may be used
	ready chan struct{} // a token: the result is there
	r     B
	ok    bool // there is a result
	last  bool // there will be no more
}

func (o *ordered[A, B]) begin() int {
	i := o.begun % len(o.slots)
	o.begun++
	<-o.slots[i].free
	return i
}

func (o *ordered[A, B]) give(_ context.Context, i int, r B, ok bool) error {
	p := &o.slots[i]
	p.r, p.ok = r, ok
	p.ready <- struct{}{}
	return nil
}

func (o *ordered[A, B]) run(ctx context.Context, _ *stage) error {
	if err := o.start(ctx); err != nil {
		return o.unstaffed(ctx, err)
	}
	go o.end()
	var failed error
	for i := 0; ; i = (i + 1) % len(o.slots) {
		p := &o.slots[i]
		<-p.ready
		if p.last {
			break
		}
		if p.ok {
			if err := o.out.put(ctx, p.r); err != nil {
				failed = err
			}
		}
		var none B
		p.r = none
		p.free <- struct{}{}
	}
	if failed != nil {
		return failed
	}
	return o.outcome(ctx)
}

// end tells run, behind the last result, that there will be no more.
func (o *ordered[A, B]) end() {
	o.workers.Wait()
	p := &o.slots[o.begun%len(o.slots)]
	<-p.free
	p.last = true
	p.ready <- struct{}{}
}
