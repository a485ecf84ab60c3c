//go:build ypipemodel

package mailbox

import (
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/internal/modeltest"
)

// An heir is somebody who is to run once.
type heir struct {
	w    *modeltest.World
	runs int
	name string // so that no two have one address
}

func (h *heir) run() {
	h.w.Step()
	h.runs++
	h.w.Require(h.runs == 1, "%s runs twice", h.name)
}

func (h *heir) hasRun() bool { return h.runs > 0 }

// A race is a relay with one baton, and those who are left in it.
type race struct {
	*Relay[heir]
	w     *modeltest.World
	baton Baton[heir]
	heirs []*heir
}

func newRace(w *modeltest.World) *race {
	c := &race{w: w}
	c.Relay = NewRelay(func(h *heir) {
		w.Reached("taken away")
		start(h.run)
	})
	w.Finally(func() error {
		for _, h := range c.heirs {
			if h.runs != 1 {
				return fmt.Errorf("%s ran %d times", h.name, h.runs)
			}
		}
		if c.baton.heir.v != nil || c.baton.inUse.v != 0 || c.due || len(c.inUse) != 0 {
			return fmt.Errorf("left behind: %v, in use %d, due %v, %d in the list", c.baton.heir.v, c.baton.inUse.v, c.due, len(c.inUse))
		}
		return nil
	})
	return c
}

// wake has another one run by way of the baton.
func (c *race) wake(name string) *heir {
	h := &heir{w: c.w, name: name}
	c.heirs = append(c.heirs, h)
	if !c.Leave(&c.baton, h) {
		start(h.run)
	}
	return h
}

func (c *race) passOn() {
	if h, _ := c.Close(&c.baton); h != nil {
		start(h.run)
	}
}

// An activation wakes others, one after the other, and after each does what activations do.
func (c *race) activation(names ...string) {
	for _, name := range names {
		c.Open(&c.baton)
		h := c.wake(name)
		switch c.w.Choose(4) {
		case 0: // has more to do
			if c.Filled(&c.baton) {
				c.passOn()
				c.w.Reached("passed on")
				continue
			}
		case 1: // waits for something of which nothing is known here
			c.w.Block(h.hasRun)
			c.w.Reached("waited")
		case 2: // waits, and says so
			if h := c.Take(&c.baton); h != nil {
				start(h.run)
			}
			c.w.Block(h.hasRun)
		}
		if h, late := c.Close(&c.baton); h != nil {
			c.w.Reached("inherits")
			h.run()
		} else if late {
			c.w.Reached("too late")
		}
	}
}

// Somebody is left in a baton by its activation, and by a goroutine that has the context of
// that, while there are looks at it: everybody runs, once.
func TestModelRelay(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 2, Random: 20_000, Reach: []string{"taken away", "passed on", "waited", "inherits", "too late"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		c := newRace(w)
		w.Go("activation", func() { c.activation("first") })
		w.Go("stranger", func() { c.wake("stranger's") })
	})
}

// The activation alone, and the looks.
func TestModelRelayLooks(t *testing.T) {
	cfg := modeltest.Config{Preemptions: 3, Random: 20_000, Reach: []string{"taken away", "passed on", "waited", "inherits", "too late"}}
	modeltest.Explore(t, cfg, func(w *modeltest.World) {
		world = w
		c := newRace(w)
		w.Go("activation", func() { c.activation("first", "second") })
	})
}
