package pipeline

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zeroactor/zmq/actor"
)

// Limits that a Config and options set.
const (
	// DefaultBuffer is how many items an edge holds. Queues of 256 items are as
	// fast as longer ones, and shorter ones are slower.
	DefaultBuffer = 256

	// MaxBuffer is the most that an edge may be made to hold.
	MaxBuffer = 1 << 24

	// MaxParallel is how many workers or branches a stage may have.
	MaxParallel = 1 << 16

	// DefaultDrainTimeout is how long stages may take to work off what is under
	// way: longer than the usual time-outs of what they may be waiting for.
	DefaultDrainTimeout = 30 * time.Second
)

// Config is what a whole pipeline has in common. The zero value will do.
type Config struct {
	// Name is for people: it is in errors and in the paths of actors. "" is
	// "pipeline".
	Name string

	// Buffer is how many items each edge may hold, unless the stage that takes
	// from it has an option [Buffer]: from 1 to [MaxBuffer]. 0 is [DefaultBuffer].
	Buffer int

	// OnError is the policy of the stages without an option [OnError]. The zero
	// Policy stops.
	OnError Policy

	// DeadLetter gets each item that can be handled no more. It is called by
	// stages, by several at once, and should return soon. nil: such items are
	// only counted.
	DeadLetter func(Letter)

	// DrainTimeout is how long a pipeline that has been told to end may take to
	// work off what is under way, before it is killed. 0 is
	// [DefaultDrainTimeout]; negative is no limit.
	DrainTimeout time.Duration

	// KillGrace is how long Run waits for stages that it had to kill. 0 is
	// [actor.DefaultKillGrace]; negative is no wait.
	KillGrace time.Duration

	// OnFailure is told of each error and panic in a stage, whatever its policy
	// makes of it. It is called by several goroutines at once, and should return
	// soon. nil tells nobody.
	OnFailure func(stage string, err error)

	// Under is the actor below which the pipeline has its place: if that is
	// stopped, the pipeline drains. If it takes no children, Run returns an [actor.ErrStopping], wrapped. nil is
	// a tree of its own.
	Under *actor.Node
}

// A Letter is an item that can be handled no more.
type Letter struct {
	Stage string // that had it last, or for which it was waiting
	Item  any    // nil if a source failed without one
	Err   error  // why
}

// A Pipeline is a graph of stages, to be run once.
type Pipeline struct {
	cfg Config

	// Written while the graph is built, by one goroutine.
	stages   []*stage
	edges    []joint
	problems []error

	mu       sync.Mutex // guards the rest, and the counters and marks of stages
	began    bool
	running  int           // stages
	over     chan struct{} // closed when no stage is running
	failed   chan struct{} // closed at the first failure
	failures []error       // at most maxFailures
	why      error         // why it drains, if it was told to from outside
	letters  int64
}

// maxFailures is how many failures the error of Run keeps: one is to be
// understood, and the rest mostly follows from it.
const maxFailures = 16

// joint is an edge, whatever its items are.
type joint interface {
	kill()
	setRefused()
	sweep(reason error)
	stats() EdgeStats
	ends() (from, to *stage)
}

// ErrGraph is what is wrong with a graph, wrapped.
var ErrGraph = errors.New("pipeline: bad graph")

// New returns an empty pipeline. What is wrong with cfg is returned by [Pipeline.Run].
func New(cfg Config) *Pipeline {
	p := &Pipeline{cfg: cfg, over: make(chan struct{}), failed: make(chan struct{})}
	if p.cfg.Name == "" {
		p.cfg.Name = "pipeline"
	}
	switch b := cfg.Buffer; {
	case b == 0:
		p.cfg.Buffer = DefaultBuffer
	case b < 0 || b > MaxBuffer:
		p.problem("Config.Buffer is %d; it must be from 1 to %d, or 0 for the default", b, MaxBuffer)
		p.cfg.Buffer = DefaultBuffer
	}
	if cfg.OnError.wrong != "" {
		p.problem("Config.OnError: %s", cfg.OnError.wrong)
	}
	if cfg.DrainTimeout == 0 {
		p.cfg.DrainTimeout = DefaultDrainTimeout
	}
	return p
}

// problem records a mistake in building, for Run to return.
func (p *Pipeline) problem(format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf("%w: "+format, append([]any{ErrGraph}, args...)...))
}

// fail records the failure of a stage that ends the pipeline.
func (p *Pipeline) fail(s *stage, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.failures) < maxFailures {
		p.failures = append(p.failures, &StageError{Stage: s.name, Err: err})
	}
	if len(p.failures) == 1 {
		close(p.failed)
	}
}

// dead hands an item to the dead-letter function.
func (p *Pipeline) dead(s *stage, item any, err error) {
	p.mu.Lock()
	p.letters++
	s.counts.DeadLetters++
	p.mu.Unlock()
	if p.cfg.DeadLetter == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			p.tell(s, fmt.Errorf("the dead-letter function panicked: %v", v))
		}
	}()
	p.cfg.DeadLetter(Letter{Stage: s.name, Item: item, Err: err})
}

// tell reports a failure to who wants to know.
func (p *Pipeline) tell(s *stage, err error) {
	if p.cfg.OnFailure == nil {
		return
	}
	defer func() { _ = recover() }() // as of actor.Options.OnFailure
	p.cfg.OnFailure(s.name, err)
}
