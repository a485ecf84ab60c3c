package peer

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// A Troupe is a library of actors, or what does their work: all of it is in one
// process. Its methods set something up, and are each called once in a process;
// what is set up is there until that ends.
type Troupe interface {
	// Name returns the library's name, with its version if it is another's.
	Name() string

	// Counter starts an actor that calls Hit of the goal for each message. The
	// flood sends so many to it; several goroutines call it at once.
	Counter(g *Goal) (Flood, error)

	// Ring starts a ring of actors. The flood sends a Note to one, which makes so
	// many hops before the last one calls Hit.
	Ring(size int, g *Goal) (Flood, error)

	// Chain starts actors that each pass on what they get, but for the last,
	// which calls Hit. The flood sends so many to the first.
	Chain(size int, g *Goal) (Flood, error)

	// Asker starts an actor that answers questions. The flood asks so many, one
	// after the other.
	Asker() (Flood, error)

	// Spawner returns what starts an actor and stops it, so many times, and waits
	// each time until it has ended.
	Spawner() (Flood, error)

	// Crowd starts so many actors, which have nothing to do, and returns what keeps
	// them.
	Crowd(size int) (crowd any, err error)
}

// A Stager is a Troupe that has something of its own for what [Troupe.Chain]
// does. Here the flood returns when all is through.
type Stager interface {
	Troupe

	// Stages is Chain, by that.
	Stages(size int) (Flood, error)
}

// A Flood does something n times. It is a loop of the library's, so that nothing
// of ours is in what is measured.
type Flood func(n int) error

// A Note is the message: everybody passes pointers, which no library has to box.
type Note struct {
	Left int // hops
}

// A Goal tells when an actor has been told often enough. Set it while the actor has
// nothing to do; what is sent after that makes the setting known to it.
type Goal struct {
	left int
	done chan struct{}
}

// NewGoal returns one that is to be set.
func NewGoal() *Goal { return &Goal{done: make(chan struct{}, 1)} }

// Hit counts. Only the actor calls it.
func (g *Goal) Hit() {
	if g.left--; g.left == 0 {
		g.done <- struct{}{}
	}
}

// after sets the goal to n hits, calls flood, and waits until they have come.
func (g *Goal) after(n int, flood func() error) error {
	g.left = n
	if err := flood(); err != nil {
		return err
	}
	<-g.done
	return nil
}

// RunTroupe is Run for a library of actors.
func RunTroupe(t Troupe) int { return Run(Actors(t)) }

// Actors returns a library that has actors only.
func Actors(t Troupe) Library { return stage{t} }

type stage struct{ Troupe }

// Open opens nothing.
func (s stage) Open(_ context.Context, typ string, _ Job) (Socket, error) {
	return nil, Unsupported(s.Name(), typ)
}

// troupe returns the actors of the library.
func (p *player) troupe() (Troupe, error) {
	if t, ok := p.library.(Troupe); ok {
		return t, nil
	}
	return nil, Unsupported(p.library.Name(), "actors")
}

// act plays one of the roles that are for actors, and that is all of the work.
func (p *player) act(context.Context) error {
	t, err := p.troupe()
	if err != nil {
		return err
	}
	do, err := p.rehearse(t)
	if err != nil {
		return err
	}
	if err := do(p.job.WarmUp); err != nil {
		return err
	}
	runtime.GC()
	m, err := p.begin()
	if err != nil {
		return err
	}
	if err := do(p.job.Count); err != nil {
		return err
	}
	return p.finish(m, Report{Seconds: m.seconds()})
}

// rehearse sets up what the role takes.
func (p *player) rehearse(t Troupe) (Flood, error) {
	g := NewGoal()
	hits := func(flood Flood, err error) (Flood, error) {
		return func(n int) error { return g.after(n, func() error { return flood(n) }) }, err
	}
	size := p.job.Peers
	switch p.job.Role {
	case "tell":
		flood, err := t.Counter(g)
		return func(n int) error { return g.after(n, func() error { return atOnce(size, n/size, flood) }) }, err
	case "hop":
		flood, err := t.Ring(size, g)
		return func(n int) error { return g.after(1, func() error { return flood(n) }) }, err
	case "stages":
		if s, ok := t.(Stager); ok {
			return s.Stages(size)
		}
		return hits(t.Chain(size, g))
	case "chain":
		return hits(t.Chain(size, g))
	case "ask":
		return t.Asker()
	case "spawn":
		return t.Spawner()
	}
	return nil, fmt.Errorf("no role %q", p.job.Role)
}

// atOnce calls flood on so many goroutines, each for n.
func atOnce(goroutines, n int, flood Flood) error {
	var all sync.WaitGroup
	errs := make(chan error, goroutines)
	for range goroutines {
		all.Go(func() {
			if err := flood(n); err != nil {
				errs <- err
			}
		})
	}
	all.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// crowd starts actors that do nothing, and tells what they are to the collector.
func (p *player) crowd(context.Context) error {
	t, err := p.troupe()
	if err != nil {
		return err
	}
	before := inUse()
	m, err := p.begin()
	if err != nil {
		return err
	}
	crowd, err := t.Crowd(p.job.Count)
	if err != nil {
		return err
	}
	r := Report{Seconds: m.seconds()}
	r.HeapBytes = inUse() - before
	start := time.Now()
	runtime.GC()
	r.GCSeconds = time.Since(start).Seconds()
	err = p.finish(m, r)
	runtime.KeepAlive(crowd)
	return err
}

// inUse returns the memory of what is reachable, and of stacks, in bytes.
func inUse() int64 {
	runtime.GC()
	runtime.GC() // what the first one has found out is swept now, and freed
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc + s.StackInuse)
}
