package actor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
)

// A twin is what a node should be, worked out by brute force: after each event
// the rules of the package documentation are applied until nothing changes.
type twin struct {
	parent   *twin
	children []*twin // that have not ended

	// Traits.
	passive, stubborn, ordered, keep bool
	restart                          Restart

	stopping, killed, ended bool
	running                 bool
	restarting              bool // waits for its children before the next run
	runs                    int
}

const modelMaxRestarts = 2

func (w *twin) sealed() bool { return w.stopping || !w.passive && !w.running }

func (w *twin) stop() {
	if w.stopping {
		return
	}
	w.stopping = true
	w.stopChildren()
}

func (w *twin) stopChildren() {
	for _, c := range w.children {
		if !w.ordered || c == w.children[len(w.children)-1] {
			c.stop()
		}
	}
}

func (w *twin) kill() {
	w.stopping, w.killed = true, true
	for _, c := range w.children {
		c.kill()
	}
}

// runEnds is what a run that ends so does to the node.
func (w *twin) runEnds(failed, final bool) {
	w.running = false
	w.restarting = !final && !w.stopping && (w.restart == Permanent || w.restart == Transient && failed)
	if w.restarting && w.runs > modelMaxRestarts {
		w.restarting, failed = false, true
	}
	if w.restarting && w.keep {
		return
	}
	for _, c := range w.children {
		if failed && !w.killed {
			c.kill()
		}
	}
	w.stopChildren()
}

// step applies one rule and reports whether there was one to apply.
func (w *twin) step() bool {
	switch {
	case w.ended:
		return false
	case w.running && (w.killed || w.stopping && len(w.children) == 0 && !w.stubborn):
		w.runEnds(false, true)
	case w.restarting && w.stopping:
		w.restarting = false
		w.stopChildren()
	case w.restarting && (w.keep || len(w.children) == 0):
		w.restarting, w.running = false, true
		w.runs++
	case len(w.children) == 0 && (w.passive && w.stopping || !w.passive && !w.running && !w.restarting):
		w.ended = true
		if p := w.parent; p != nil {
			p.children = slices.DeleteFunc(p.children, func(c *twin) bool { return c == w })
		}
	case w.ordered && w.sealed() && len(w.children) > 0 && !w.children[len(w.children)-1].stopping:
		w.stopChildren()
	default:
		return false
	}
	return true
}

func settle(all []*subject) {
	for again := true; again; {
		again = false
		for _, s := range all {
			for s.twin.step() {
				again = true
			}
		}
	}
}

// A subject is a node with its twin, and what was seen of it.
type subject struct {
	twin     *twin
	node     *Node
	orders   chan order
	children []*subject // ever

	runs, returns, exits int
	bad                  string // a rule that was seen broken
}

// An order makes a run end.
type order int

const (
	orderDone order = iota
	orderFail
	orderPanic
	orderGoexit
	orderStop
	orderFinal
	orders
)

func (s *subject) run(ctx context.Context, self *Node) error {
	s.runs++
	defer func() { s.returns++ }()
	told := self.Stopping()
	if s.twin.stubborn {
		told = nil
	}
	select {
	case o := <-s.orders:
		return s.obey(o)
	case <-told:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *subject) obey(o order) error {
	switch o {
	case orderFail:
		return errBoom
	case orderPanic:
		panic(errBoom)
	case orderGoexit:
		runtime.Goexit()
	case orderStop:
		return ErrStop
	case orderFinal:
		return Final(errBoom)
	}
	return nil
}

func (s *subject) onExit(*Node, error) {
	s.exits++
	if s.runs != s.returns {
		s.bad = "OnExit during a run"
	}
	for _, c := range s.children {
		if c.exits != 1 || !isEnded(c.node) {
			s.bad = "outlived by " + c.node.Name()
		}
	}
}

// A history is a tree that random events happen to.
type history struct{ all []*subject }

// happen applies the event that is encoded in v: what, to whom, and how.
func (h *history) happen(v uint32) error {
	s := h.all[int(v>>8&0xff)%len(h.all)]
	how := v >> 16
	switch v % 8 {
	case 0, 1, 2, 3:
		return h.spawn(s, how)
	case 4, 5:
		if s.twin.running {
			o := order(how) % orders
			s.orders <- o
			s.twin.runEnds(o != orderDone && o != orderStop, o == orderStop || o == orderFinal)
		}
	case 6:
		if s.node.parent != nil || how%4 == 0 { // a root's end ends the history
			s.node.BeginStop()
			s.twin.stop()
		}
	case 7:
		if s.node.parent != nil || how%4 == 0 {
			s.node.Kill()
			s.twin.kill()
		}
	}
	return nil
}

func (h *history) spawn(parent *subject, how uint32) error {
	s := &subject{orders: make(chan order)}
	s.twin = &twin{parent: parent.twin, ordered: how&1 != 0}
	spec := Spec{Ordered: s.twin.ordered, OnExit: s.onExit}
	if s.twin.passive = how>>1&3 == 0; !s.twin.passive {
		s.twin.running, s.twin.runs = true, 1
		s.twin.stubborn = how>>3&3 == 0
		s.twin.keep = how>>5&1 != 0
		s.twin.restart = Restart(how>>6) % 3
		spec.Run, spec.KeepChildren, spec.Restart = s.run, s.twin.keep, s.twin.restart
		spec.MaxRestarts = modelMaxRestarts
	}
	var err error
	s.node, err = parent.node.Spawn(fmt.Sprint(len(h.all)), spec)
	if sealed := parent.twin.sealed(); sealed != errors.Is(err, ErrStopping) {
		return fmt.Errorf("spawn under %s: %v, want refusal %v", parent.node, err, sealed)
	}
	if err == nil {
		parent.twin.children = append(parent.twin.children, s.twin)
		parent.children = append(parent.children, s)
		h.all = append(h.all, s)
	}
	return nil
}

// check compares every node with its twin.
func (h *history) check() error {
	for _, s := range h.all {
		w := s.twin
		var children, want []string
		for c := range s.node.Children() {
			children = append(children, c.Name())
		}
		for _, c := range s.children {
			if !c.twin.ended {
				want = append(want, c.node.Name())
			}
		}
		exits := 0
		if w.ended && s.node.parent != nil { // a root has no OnExit
			exits = 1
		}
		switch {
		case s.bad != "":
			return fmt.Errorf("%s: %s", s.node, s.bad)
		case isEnded(s.node) != w.ended:
			return fmt.Errorf("%s, want ended %v", s.node, w.ended)
		case s.runs != w.runs:
			return fmt.Errorf("%s: %d runs, want %d", s.node, s.runs, w.runs)
		case (s.runs > s.returns) != w.running:
			return fmt.Errorf("%s: %d runs, %d returned, want running %v", s.node, s.runs, s.returns, w.running)
		case s.exits != exits:
			return fmt.Errorf("%s: %d exits, want %d", s.node, s.exits, exits)
		case !slices.Equal(children, want):
			return fmt.Errorf("%s: children %v, want %v", s.node, children, want)
		}
	}
	return nil
}

// replay lets all events happen and then stops what is left.
func replay(events []uint32) error {
	root := &subject{node: NewRoot("top", Options{}), twin: &twin{passive: true}}
	h := &history{all: []*subject{root}}
	var first error
	for i, v := range events {
		first = h.happen(v)
		synctest.Wait()
		settle(h.all)
		if first = cmp.Or(first, h.check()); first != nil {
			first = fmt.Errorf("event %d (%#x): %w", i, v, first)
			break
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := root.node.Stop(ctx)
	if first != nil {
		return first
	}
	if err != nil && !errors.Is(err, ErrKilled) {
		return err
	}
	root.twin.kill()
	settle(h.all)
	return h.check()
}

// TestHistories compares random trees of spawns, ends of runs, stops and kills
// with the model.
func TestHistories(t *testing.T) {
	parameters := gopter.DefaultTestParameters()
	parameters.MinSuccessfulTests = 500
	parameters.MaxSize = 80
	properties := gopter.NewProperties(parameters)
	properties.Property("nodes do as their twins", prop.ForAll(
		func(events []uint32) (broken string) {
			synctest.Test(t, func(*testing.T) {
				if err := replay(events); err != nil {
					broken = err.Error()
				}
			})
			return broken
		},
		gen.SliceOf(gen.UInt32()),
	))
	properties.TestingRun(t)
}
