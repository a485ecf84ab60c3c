package pipeline

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/zeroactor/zmq/actor"
)

// A stage is one actor of the graph, whatever its items are.
type stage struct {
	p      *Pipeline
	kind   string
	name   string
	policy Policy
	buffer int
	role   string         // "": that of the stages it is joined with
	ready  []func() error // called before any stage runs
	fused  bool
	before *stage // whose output it takes without an edge, if it is fused

	computes bool // its function does not wait
	lazy     bool // and neither do those that are fused with it: see Flow.FlushLazily

	inputs  []joint
	outlets []ender

	// body is the stage's work. It is called again after a panic.
	body body

	// stopSource cancels the context of a source's sequence.
	stopSource context.CancelCauseFunc

	node *actor.Node // while it runs

	// Guarded by p.mu.
	counts  StageStats
	refused int  // outputs whose takers want no more
	refuses bool // it wants no more itself
	ended   bool
}

// body is what a stage does.
type body interface {
	// run works until the input has ended (nil), the stage has failed for
	// good (ErrFailed) or was killed (errAborted).
	run(ctx context.Context, s *stage) error

	// crashed settles a panic of the run before.
	crashed(ctx context.Context, err error) outcome

	// refuse takes what comes on the input, until it ends, and makes dead letters
	// of it.
	refuse(ctx context.Context, reason error)
}

// ender is an outlet, whatever its items are.
type ender interface {
	end()
	flush()   // publishes what has been put
	setLazy() // flush will be called before every wait
	kill()
	isTaken() bool
}

// newStage adds a stage to the graph.
func newStage(p *Pipeline, kind string, opts []Option) *stage {
	s := &stage{p: p, kind: kind, policy: p.cfg.OnError, buffer: p.cfg.Buffer}
	s.name = fmt.Sprintf("%s#%d", kind, len(p.stages)+1)
	p.stages = append(p.stages, s)
	for _, o := range opts {
		if o == nil {
			p.problem("stage %s: a nil Option", s.name)
			continue
		}
		o(s)
	}
	s.counts.Name = s.name
	return s
}

// count changes the counters.
func (s *stage) count(change func(*StageStats)) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	change(&s.counts)
}

// failure counts a failure and tells of it.
func (s *stage) failure(err error) {
	s.count(func(c *StageStats) { c.Failures++ })
	s.p.tell(s, err)
}

// crashOf makes a failure of a panic that was recovered.
func crashOf(v any) error { return &actor.PanicError{Value: v, Stack: debug.Stack()} }

// live is the stage's actor. A panic ends one run of the body; what becomes of the
// item in hand is for the policy to say, and what waits on the edges stays. The
// body is run again here, and not by its node, which would not do so once it has
// been asked to stop: a pipeline that drains has still to be worked off.
func (s *stage) live(ctx context.Context, _ *actor.Node) error {
	defer context.AfterFunc(ctx, s.abort)()
	var crash error
	for {
		var how outcome
		if how, crash = s.try(ctx, crash); crash == nil {
			s.finish(ctx, how)
			return nil
		}
		s.count(func(c *StageStats) { c.Restarts++ })
	}
}

// try is one run of the body, after the crash of the one before has been settled.
func (s *stage) try(ctx context.Context, before error) (how outcome, crash error) {
	defer func() {
		if v := recover(); v != nil {
			crash = crashOf(v)
		}
	}()
	if before != nil {
		if how := s.body.crashed(ctx, before); how != goOn {
			return how, nil
		}
	}
	switch s.body.run(ctx, s) {
	case nil:
		return goOn, nil
	case errAborted:
		return ended, nil
	}
	return broken, nil
}

// finish ends the stage: all that still comes is refused, and what comes after it
// is told that there is nothing more.
func (s *stage) finish(ctx context.Context, how outcome) {
	reason := ErrEnded
	if how == broken {
		reason = ErrFailed
	}
	s.refuseInputs()
	s.endOutlets()
	if how != ended {
		s.body.refuse(ctx, reason)
	}
}

// setLazy makes all edges that are written on the goroutine of s lazy, if none of
// the functions that are called there may wait.
func (s *stage) setLazy(fused []*stage) {
	if !s.computes || !allCompute(fused) {
		return
	}
	for _, s := range append([]*stage{s}, fused...) {
		s.lazy = true
		for _, o := range s.outlets {
			o.setLazy()
		}
	}
}

func allCompute(stages []*stage) bool {
	return !slices.ContainsFunc(stages, func(s *stage) bool { return !s.computes })
}

// host returns the stage that s is run by: itself, unless it is fused.
func (s *stage) host() *stage {
	for s.before != nil {
		s = s.before
	}
	return s
}

func (s *stage) flushOutlets() {
	for _, o := range s.outlets {
		o.flush()
	}
}

func (s *stage) endOutlets() {
	for _, o := range s.outlets {
		o.end()
	}
}

// refuseInputs tells the stages before s, once, that it wants no more.
func (s *stage) refuseInputs() {
	s.p.mu.Lock()
	was := s.refuses
	s.refuses = true
	s.p.mu.Unlock()
	if was {
		return
	}
	if s.before != nil {
		s.before.outputRefused()
	}
	for _, in := range s.inputs {
		in.setRefused()
		from, _ := in.ends()
		from.outputRefused()
	}
}

// outputRefused is told when one that takes from s wants no more. If nobody does,
// the sources behind s have nothing to do.
func (s *stage) outputRefused() {
	s.p.mu.Lock()
	s.refused++
	all := s.refused == len(s.outlets)
	s.p.mu.Unlock()
	switch {
	case !all:
	case s.stopSource != nil:
		s.stopSource(ErrEnded)
	default:
		s.refuseInputs()
	}
}

// abort wakes the stage out of its waits at edges: it is killed.
func (s *stage) abort() {
	for _, in := range s.inputs {
		in.kill()
	}
	for _, o := range s.outlets {
		o.kill()
	}
}
