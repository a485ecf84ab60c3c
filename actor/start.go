package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime/pprof"
	"strings"
)

// Start runs the actor that build makes, under s. A name must not be that of another
// actor of s that has not ended; without one the actor is named by a number, which
// costs less. self is the actor's own address, for it to give away.
//
// build is called again after each failure: state that must survive lives outside of
// the actor, and what must be fresh is made in build. Messages wait in the mailbox
// meanwhile. The first time build, and the actor's Started if it has one, are called
// by Start itself.
//
// The error is what the actor failed with at that; [ErrDuplicate], [ErrStopping] if s
// is ending, [ErrSpec] for options that make no sense, [ErrNoBehaviour], or
// [ErrStoppedInStart], all wrapped. There is no actor then, and what was sent to self
// is dead letters.
func Start[M any](s *Supervisor, name string, build func(self Ref[M]) Actor[M], opts ...Option) (Ref[M], error) {
	c, err := start(s, name, build, opts)
	if err != nil {
		if name == "" {
			name = "an actor"
		}
		return Ref[M]{}, fmt.Errorf("start %s under %s: %w", name, s.path, err)
	}
	return Ref[M]{c}, nil
}

func start[M any](s *Supervisor, name string, build func(self Ref[M]) Actor[M], opts []Option) (*cell[M], error) {
	if build == nil {
		return nil, ErrNoBehaviour
	}
	if strings.Contains(name, "/") {
		return nil, fmt.Errorf("%w: a name with a slash", ErrSpec)
	}
	o, err := s.sys.defaults.with(opts)
	if err != nil {
		return nil, err
	}
	c := &cell[M]{build: build}
	c.node = Node{name: name, parent: s.node, tree: s.node.tree, body: c}
	c.sup, c.opts, c.named = s, o, name != ""
	c.q.Init(&o.Limits, c.runner())
	path := ""
	if name != "" {
		path = c.path()
	}
	if !s.sys.register(&c.core, path, c) {
		return nil, ErrDuplicate
	}
	if !s.node.adopt(&c.node) {
		if name != "" {
			s.sys.forget(path)
		}
		return nil, ErrStopping
	}
	if err := c.begin(); err != nil {
		c.finish(err)
		return nil, err
	}
	c.q.Leave()
	return c, nil
}

// runner returns what an activation begins with.
func (c *cell[M]) runner() func() {
	tree := c.node.tree
	if tree.turns == nil && !tree.Labels {
		return c.activate
	}
	var labelled context.Context // owned by the activation
	return func() {
		if tree.Labels {
			if labelled == nil { // not before, as the actor need not have its name yet
				labelled = pprof.WithLabels(context.Background(), pprof.Labels("actor", c.path()))
			}
			pprof.SetGoroutineLabels(labelled)
		}
		c.node.turn()
		c.activate()
	}
}

// begin is the first incarnation. The caller is the reader of the mailbox.
func (c *cell[M]) begin() error {
	returned := false
	defer func() {
		if !returned { // Goexit: the actor goes with the caller
			c.finish(ErrGoexit)
		}
	}()
	err := c.incarnate()
	returned = true
	if err != nil {
		return startError(err)
	}
	if !c.alive() {
		if !c.sup.node.takes() {
			return ErrStopping
		}
		return ErrStoppedInStart
	}
	return nil
}

func startError(err error) error {
	if errors.Is(err, ErrStop) || errors.Is(err, ErrDone) {
		return ErrStoppedInStart
	}
	return unwrapFinal(err)
}
