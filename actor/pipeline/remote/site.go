package remote

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/patterns"
)

// Defaults of a Site.
const (
	// DefaultQuiet is many times what passes between two signs of life on a busy
	// machine.
	DefaultQuiet = 5 * time.Second

	// DefaultPatience is for processes that are started by hand.
	DefaultPatience = 30 * time.Second
)

// signsPerQuiet is how often a worker gives a sign of life while it takes the stage to
// call a silent one dead.
const signsPerQuiet = 4

// A Site is the part that this process plays. The zero Site runs the whole pipeline
// here.
type Site struct {
	// Role is "" to run the whole pipeline; or a role that an edge of the plan names, to run the
	// part of that role; or the name of the stage whose work this process does.
	Role string

	// Plan says which stages and edges lead to other processes.
	Plan

	// Quiet is how long a worker may be silent before its work is given to
	// others. 0 is [DefaultQuiet]; negative is an error of Run.
	Quiet time.Duration

	// Patience is how long a worker waits to hear of the pipeline before it
	// gives up, and an end of an edge for somebody at the other one. 0 is [DefaultPatience]; negative is an
	// error of Run.
	Patience time.Duration

	// Context is that of the sockets. nil is the default one.
	Context *patterns.Context

	// OnBound is told of each endpoint that is bound, as it really is: with the
	// port of tcp://127.0.0.1:*. nil tells nobody.
	OnBound func(stage, endpoint string)

	// Log is told what happens to workers, a line at a time, by one goroutine for
	// each stage. nil tells nobody.
	Log func(line string)

	serve    map[string]func(context.Context) error
	edges    map[string]*crossing // of the definition; nil if it is not one of sockets
	problems []error              // in the definition
	sockets  []socket             // of edges
	gate     *gate                // of this run
	exits    []exit               // of this run; written before anything runs
}

// ErrNoPipeline is the error of a worker that has not heard of its pipeline for as
// long as it has patience.
var ErrNoPipeline = errors.New("remote: nobody gives work")

// ErrSite is what is wrong with a site, wrapped.
var ErrSite = errors.New("remote: bad site")

// Run plays the site's part of the pipeline, which must have been built with it: it runs
// the pipeline, or does the work of one of its stages until the pipeline has ended
// or ctx is done. It may be called once. The error is the pipeline's, or the cause of ctx, wrapped, or says why
// no work can be done: an [ErrSite] for what is wrong with the site, all of it at once.
func (s *Site) Run(ctx context.Context, p *pipeline.Pipeline) error {
	if err := s.check(); err != nil {
		return err
	}
	if serve := s.serve[s.Role]; s.Role != "" && serve != nil {
		if s.Stages[s.Role] == "" {
			return fmt.Errorf("%w: no endpoint for %q", ErrSite, s.Role)
		}
		return serve(ctx)
	}
	if s.Role != "" {
		if err := p.Only(s.Role); err != nil {
			return fmt.Errorf("%w: the role %q is no stage to be run elsewhere, and no part: %w", ErrSite, s.Role, err)
		}
	}
	defer func() {
		for _, sock := range s.sockets {
			sock.CloseNow() // those of stages that did not come to run
		}
	}()
	s.gate = new(gate)
	return p.Run(ctx)
}

// check returns all that is wrong with the site and its plan.
func (s *Site) check() error {
	all := append([]error{s.Plan.check()}, s.problems...)
	if s.Quiet < 0 || s.Patience < 0 {
		all = append(all, fmt.Errorf("%w: negative Quiet or Patience", ErrSite))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Stages)) {
		if s.serve[name] == nil {
			all = append(all, fmt.Errorf("%w: an endpoint for %q, which is no stage to be run elsewhere", ErrSite, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Plan.Edges)) {
		if _, is := s.edges[name]; !is {
			all = append(all, wrong(name, fmt.Errorf("the pipeline has no such edge; it has %q", slices.Sorted(maps.Keys(s.edges)))))
		}
	}
	return errors.Join(all...)
}

func (s *Site) quiet() time.Duration {
	if s.Quiet == 0 {
		return DefaultQuiet
	}
	return s.Quiet
}

func (s *Site) patience() time.Duration {
	if s.Patience == 0 {
		return DefaultPatience
	}
	return s.Patience
}

func (s *Site) log(format string, args ...any) {
	if s.Log != nil {
		s.Log(fmt.Sprintf(format, args...))
	}
}

// A Stage is what may be done in other processes.
type Stage[A, B any] struct {
	// Name names the stage, in the site's Role and in Plan.Stages.
	Name string

	// Workers is how many goroutines of a process do items at the same time, at
	// least 1.
	Workers int

	// Do does one item. An error is dealt with as the stage's policy says; over
	// a socket its text is kept, and [pipeline.Retry] counts as what is to follow.
	Do func(ctx context.Context, v A) (B, error)

	// In and Out turn items and results into bytes. nil is [JSON].
	In  Codec[A]
	Out Codec[B]
}

// Map makes a stage that gives Do of each item, as the results come. It is that of
// [pipeline.MapUnordered] if the site has no endpoint for it.
func Map[A, B any](in pipeline.Stream[A], site *Site, stage Stage[A, B], opts ...pipeline.Option) pipeline.Stream[B] {
	opts = append([]pipeline.Option{pipeline.Name(stage.Name)}, opts...)
	if stage.In == nil {
		stage.In = JSON[A]{}
	}
	if stage.Out == nil {
		stage.Out = JSON[B]{}
	}
	if site.serve == nil {
		site.serve = make(map[string]func(context.Context) error)
	}
	site.serve[stage.Name] = func(ctx context.Context) error {
		if stage.Do == nil || stage.Workers < 1 {
			return fmt.Errorf("%w: stage %s has no Do, or no Workers", ErrSite, stage.Name)
		}
		return newServer(site, stage).run(ctx)
	}
	if site.Stages[stage.Name] == "" {
		return pipeline.MapUnordered(in, stage.Workers, stage.Do, opts...)
	}
	return pipeline.Exchange(in, func(ctx context.Context, port pipeline.Port[A, B]) error {
		return newDispatcher(site, stage, port).run(ctx)
	}, opts...)
}
