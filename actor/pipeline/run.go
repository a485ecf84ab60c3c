package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zeroactor/zmq/actor"
)

// Run runs the pipeline, and returns when it has ended. It may be called once.
//
// The error is nil if the sources ended and everything was handled; what is wrong
// with the graph, each mistake an [ErrGraph]; the [StageError] of a stage that
// failed; the cause of ctx, wrapped, if that ended it and it drained; or, if it did
// not drain in time, a [DrainError] along with these. No goroutine outlives Run
// but those of functions that do not return even when killed, which the error
// names.
func (p *Pipeline) Run(ctx context.Context) error {
	if err := p.begin(); err != nil {
		return err
	}
	root, told, err := p.root()
	if err == nil {
		err = p.spawn(root)
	}
	if err == nil {
		err = p.await(ctx, told)
	}
	p.mu.Lock()
	p.why = err
	p.mu.Unlock()
	drained := p.finish(root)
	p.mu.Lock()
	failures := errors.Join(p.failures...)
	p.mu.Unlock()
	if err = errors.Join(failures, err, drained); err != nil {
		return fmt.Errorf("pipeline %s: %w", p.cfg.Name, err)
	}
	return nil
}

// begin checks the graph.
func (p *Pipeline) begin() error {
	p.mu.Lock()
	was := p.began
	p.began = true
	p.mu.Unlock()
	if was {
		return fmt.Errorf("pipeline %s: %w", p.cfg.Name, ErrUsed)
	}
	if len(p.stages) == 0 {
		p.problem("there are no stages")
	}
	for _, s := range p.stages {
		for i, o := range s.outlets {
			switch {
			case o.isTaken():
			case len(s.outlets) == 1:
				p.problem("nobody takes what stage %s gives", s.name)
			default:
				p.problem("nobody takes branch %d of what stage %s gives", i, s.name)
			}
		}
	}
	if err := errors.Join(p.problems...); err != nil {
		return fmt.Errorf("pipeline %s: %w", p.cfg.Name, err)
	}
	for _, s := range p.stages {
		for _, ready := range s.ready {
			if err := ready(); err != nil {
				return fmt.Errorf("pipeline %s: %w", p.cfg.Name, &StageError{Stage: s.name, Err: err})
			}
		}
	}
	return nil
}

// root makes the node below which the stages are. What it returns is closed
// when the actor above it is to stop.
func (p *Pipeline) root() (root *actor.Node, told chan struct{}, err error) {
	if p.cfg.Under == nil {
		return actor.NewRoot(p.cfg.Name, actor.Options{}), nil, nil
	}
	if root, err = p.cfg.Under.Spawn(p.cfg.Name, actor.Spec{}); err != nil {
		return nil, nil, err
	}
	told = make(chan struct{})
	_, err = root.Spawn("drain", actor.Spec{Run: func(_ context.Context, self *actor.Node) error {
		<-self.Stopping()
		close(told)
		return nil
	}})
	return root, told, err
}

// spawn starts the stages, all or none.
func (p *Pipeline) spawn(root *actor.Node) error {
	fused := make(map[*stage][]*stage)
	for _, s := range p.stages {
		if s.before != nil {
			fused[s.host()] = append(fused[s.host()], s)
		}
	}
	ready := make(chan struct{})
	defer close(ready)
	for _, s := range p.stages {
		if s.before != nil {
			continue // it has no actor of its own
		}
		s.setLazy(fused[s])
		node, err := root.Spawn(s.name, actor.Spec{
			Run: func(ctx context.Context, self *actor.Node) error {
				<-ready
				return s.live(ctx, self)
			},
			OnExit: func(*actor.Node, error) { p.exited(s) },
			Look:   func(to *actor.Snapshot) { s.look(to, fused[s]) },
		})
		if err != nil {
			root.Kill()
			return err
		}
		s.node = node
		p.running++
		if src, ok := s.body.(interface{ prepare(*stage) }); ok {
			src.prepare(s)
		}
	}
	return nil
}

// exited is told that the stage's actor has ended.
func (p *Pipeline) exited(s *stage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.ended = true
	if p.running--; p.running == 0 {
		close(p.over)
	}
}

// await waits until the pipeline is over, or is to end, and returns why, if it was
// told from outside.
func (p *Pipeline) await(ctx context.Context, told <-chan struct{}) error {
	select {
	case <-p.over:
		return nil
	case <-p.failed:
		return nil
	case <-told:
		return actor.ErrStopping
	case <-ctx.Done():
	}
	if isDone(p.over) {
		return nil
	}
	return context.Cause(ctx)
}

// finish ends the sources, lets what is under way be worked off, kills what does
// not end in time, and takes the pipeline out of the tree.
func (p *Pipeline) finish(root *actor.Node) error {
	if root == nil {
		return nil
	}
	for _, s := range p.stages {
		if s.stopSource != nil {
			s.stopSource(ErrDraining)
		}
	}
	err := p.drain(root)
	for _, e := range p.edges {
		if p.atRest(e) {
			e.sweep(ErrKilled)
		}
	}
	if err != nil {
		err.Dead = p.deadLetters()
	}
	root.BeginStop()
	if err == nil {
		<-root.Done()
		return nil
	}
	if len(err.Stuck) == 0 {
		<-root.Done()
	}
	return err
}

// drain waits for the stages, and kills them if it takes too long.
func (p *Pipeline) drain(root *actor.Node) *DrainError {
	if p.stages[0].node == nil || p.endsWithin(p.cfg.DrainTimeout) {
		return nil
	}
	err := &DrainError{Pipeline: p.cfg.Name, Timeout: p.cfg.DrainTimeout, Stages: p.unfinished()}
	root.Kill()
	grace := p.cfg.KillGrace
	if grace == 0 {
		grace = actor.DefaultKillGrace
	}
	if !p.endsWithin(max(grace, 0)) {
		err.Stuck = p.unfinished()
	}
	return err
}

// endsWithin waits until all stages have ended, or the time is over. A negative
// one is without end.
func (p *Pipeline) endsWithin(d time.Duration) bool {
	if d < 0 {
		<-p.over
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-p.over:
		return true
	case <-timer.C:
		return isDone(p.over)
	}
}

// unfinished returns the names of the stages that have not ended.
func (p *Pipeline) unfinished() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for _, s := range p.stages {
		if s.before == nil && !s.ended {
			names = append(names, s.name)
		}
	}
	return names
}

// atRest reports whether nobody is at either end of an edge.
func (p *Pipeline) atRest(e joint) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	from, to := e.ends()
	return from.host().ended && to.ended
}

func (p *Pipeline) deadLetters() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.letters
}
