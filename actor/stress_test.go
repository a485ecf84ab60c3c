package actor

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// TestStress lets goroutines spawn, stop and kill in one tree with no order
// between them, which the histories of TestHistories have, and then stops it.
// What must hold whatever happened: Stop returns, every node that was born has
// run and exited once and has ended, and none was outlived by a child.
func TestStress(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for round := range uint64(20) {
		stress(t, seed+round)
	}
}

// A census counts what happens to the nodes of a tree.
type census struct {
	t     *testing.T
	mu    sync.Mutex
	nodes []*Node
	exits map[*Node]int
	runs  map[*Node]int
}

func (c *census) pick(r *rand.Rand) *Node {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nodes[r.IntN(len(c.nodes))]
}

func (c *census) onExit(self *Node, _ error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.exits[self]++
	for child := range self.Children() {
		c.t.Errorf("%s has %s when it exits", self.Path(), child)
	}
}

func (c *census) spawn(parent *Node, r *rand.Rand) {
	spec := Spec{Ordered: r.IntN(2) == 0, OnExit: c.onExit}
	if r.IntN(3) > 0 {
		fate, late := r.IntN(4), r.Uint64()
		spec.Restart, spec.KeepChildren = Restart(r.IntN(3)), r.IntN(2) == 0
		spec.Run = func(ctx context.Context, self *Node) error {
			c.mu.Lock()
			c.runs[self]++
			c.mu.Unlock()
			switch fate {
			case 0:
				return errBoom
			case 1: // its last children are born while it stops
				c.spawn(self, rand.New(rand.NewPCG(late, 1)))
				return obedient(ctx, self)
			case 2:
				return stubborn(ctx, self)
			}
			return obedient(ctx, self)
		}
	}
	n, err := parent.Spawn("n", spec)
	if err != nil {
		if !errors.Is(err, ErrStopping) {
			c.t.Error(err)
		}
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nodes = append(c.nodes, n)
}

func stress(t *testing.T, seed uint64) {
	root := NewRoot("top", Options{})
	c := &census{t: t, nodes: []*Node{root}, exits: map[*Node]int{}, runs: map[*Node]int{}}
	var wg sync.WaitGroup
	for g := range uint64(4) {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed, g))
			for range 300 {
				n := c.pick(r)
				switch v := r.IntN(20); {
				case v < 17:
					c.spawn(n, r)
				case n == root:
				case v == 17:
					n.BeginStop()
				case v == 18:
					n.Kill()
				default:
					ctx, cancel := context.WithTimeout(t.Context(), time.Microsecond)
					if err := n.Stop(ctx); err != nil && !errors.Is(err, ErrKilled) {
						t.Error(err)
					}
					cancel()
				}
			}
		})
	}
	if seed%2 == 0 { // every other time the end comes while they are at it
		wg.Wait()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if err := root.Stop(ctx); err != nil && !errors.Is(err, ErrKilled) {
		t.Error(err)
	}
	wg.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.nodes {
		if !isEnded(n) {
			t.Errorf("%s did not end", n)
		}
		if n != root && c.exits[n] != 1 {
			t.Errorf("%s exited %d times", n, c.exits[n])
		}
		if n.life() != nil && c.runs[n] == 0 {
			t.Errorf("%s never ran", n)
		}
	}
}
