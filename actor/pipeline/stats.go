package pipeline

import (
	"fmt"
	"io"

	"github.com/zeroactor/zmq/actor"
)

// EdgeStats is how it stands with an edge. Counting costs its items nothing: the
// queue's own positions are read. Taken may lag behind by a quarter of Capacity and by
// what the taker has at hand.
type EdgeStats struct {
	From, To string // stages
	Capacity int    // items
	Written  int64  // items that came
	Taken    int64  // of these, items that have left
	Blocked  int64  // times that From waited, as the edge was full
	Starved  int64  // times that To looked and found nothing
}

// Depth is how many items are on the edge.
func (e EdgeStats) Depth() int64 { return e.Written - e.Taken }

// StageStats is how it stands with a stage.
type StageStats struct {
	Name        string
	Failures    int64 // errors and panics
	Retries     int64
	Restarts    int64 // after panics
	Skipped     int64 // items
	DeadLetters int64 // items
	Ended       bool
}

// Edges returns the figures of all edges, in the order in which they were made. Any
// goroutine may ask, also while the pipeline runs.
func (p *Pipeline) Edges() []EdgeStats {
	p.mu.Lock()
	edges := p.edges
	p.mu.Unlock()
	all := make([]EdgeStats, len(edges))
	for i, e := range edges {
		all[i] = e.stats()
	}
	return all
}

// Stages returns the figures of all stages, in the order in which they were made. Any
// goroutine may ask, also while the pipeline runs.
func (p *Pipeline) Stages() []StageStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]StageStats, len(p.stages))
	for i, s := range p.stages {
		all[i] = s.counts
		all[i].Ended = s.host().ended
	}
	return all
}

// look adds the figures of a stage, and of those that are fused with it, to a snapshot of its actor: the edges
// that it takes from are its pipes.
func (s *stage) look(to *actor.Snapshot, fused []*stage) {
	for _, in := range s.inputs {
		e := in.stats()
		to.Pipes = append(to.Pipes, actor.PipeSnapshot{
			Name: e.From, In: e.Written, Taken: e.Taken, HWM: e.Capacity, Full: e.Depth() >= int64(e.Capacity),
			Waited: e.Blocked, Starved: e.Starved,
		})
	}
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	for _, s := range append([]*stage{s}, fused...) {
		to.Restarts += int(s.counts.Restarts)
		to.Failures += s.counts.Failures
		to.Lost += s.counts.DeadLetters
	}
}

// Dump writes the edges as text, one a line: who gives to whom, how much has passed,
// how full it is, and, where the giver has waited for the taker, how often. The error
// is w's.
func (p *Pipeline) Dump(w io.Writer) error {
	for _, e := range p.Edges() {
		line := fmt.Sprintf("%s -> %s: %d passed, %d of %d waiting", e.From, e.To, e.Taken, e.Depth(), e.Capacity)
		if e.Blocked > 0 {
			line += fmt.Sprintf(", held up %d times", e.Blocked)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}
