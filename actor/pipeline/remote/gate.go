package remote

import (
	"context"
	"sync"
)

// A gate is shut while ends that connect have not met the other side. The zero gate is open.
type gate struct {
	mu      sync.Mutex
	waiting int           // guarded by mu
	open    chan struct{} // guarded by mu: closed when the gate opens; nil if it is open
}

// add shuts the gate until one more done.
func (g *gate) add() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiting++; g.open == nil {
		g.open = make(chan struct{})
	}
}

func (g *gate) done() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiting--; g.waiting == 0 {
		close(g.open)
		g.open = nil
	}
}

// wait waits until the gate is open, and returns false if told is done before.
func (g *gate) wait(told context.Context) bool {
	g.mu.Lock()
	open := g.open
	g.mu.Unlock()
	if open == nil {
		return true
	}
	select {
	case <-open:
		return true
	case <-told.Done():
		return false
	}
}
