package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
	"github.com/zeroactor/zmq/patterns"
)

// A program is one process's run: what the stages of the pipeline share, and how it ends.
type program struct {
	config
	stdout   io.Writer
	stderr   io.Writer // may be written to by several goroutines at once
	terminal bool      // stderr is a terminal

	onBegun func(pieces int) // nil, or told of each piece that a worker begins, before the work on it; for tests

	ventilator ventilator
	crew       []*worker
	ledger     *ledger
	progress   progress

	stop  context.CancelCauseFunc
	alarm *time.Timer // set off if nothing moves for long
}

var (
	errStill = errors.New("nothing moves")
	errLost  = errors.New("some files were lost")
)

// run plays the program's part to its end.
func (p *program) run(ctx context.Context) error {
	ctx, p.stop = context.WithCancelCause(ctx)
	defer p.stop(nil)
	p.alarm = time.AfterFunc(p.stillness(), func() { p.stop(fmt.Errorf("%w for %v", errStill, p.stillness())) })
	defer p.alarm.Stop()
	p.ventilator = ventilator{
		paths: p.sources,
		open:  func(path string) (io.ReadCloser, error) { return os.Open(path) },
		piece: p.chunk,
		moved: p.moved,
	}
	p.ledger = newLedger()
	p.progress = newProgress(p.stderr, p.terminal)
	sockets := patterns.NewContext()
	site := &remote.Site{
		Role: p.role, Plan: p.plan(), Quiet: p.quiet, Patience: p.patience, Context: sockets,
		OnBound: p.announce, Log: func(line string) { fmt.Fprintln(p.stderr, line) },
	}
	err := site.Run(ctx, p.define(site))
	p.progress.done()
	return errors.Join(p.outcome(ctx, err), sockets.Close())
}

// stillness is how long nothing may move: longer than the ends of an edge wait for each other.
func (p *program) stillness() time.Duration { return p.patience + 2*p.quiet }

// moved is told of each step.
func (p *program) moved() { p.alarm.Reset(p.stillness()) }

// outcome is what the run comes to: a sink prints what there is, also when it was
// left alone, but not if somebody wanted to end it, as half a count is of no use to anybody.
func (p *program) outcome(ctx context.Context, err error) error {
	isAlone := errors.Is(err, remote.ErrNoPeer)
	isStill := errors.Is(context.Cause(ctx), errStill)
	switch {
	case p.role == roleWorker && isAlone:
		p.sayIdle()
		return nil
	case p.role == roleWorker:
		p.sayIdle()
		return err
	case p.role == roleVentilator:
		return err
	case err != nil && !isAlone && !isStill:
		return err
	}
	s := summarize(p.ledger)
	if err := s.writeTo(p.stdout); err != nil {
		return err
	}
	if isStill {
		return context.Cause(ctx)
	}
	if files, _ := s.missing(); files > 0 || s.deserted {
		return errLost
	}
	return nil
}

// sayIdle says which workers have had nothing to do.
func (p *program) sayIdle() {
	for _, w := range p.crew {
		if w.pieces == 0 {
			fmt.Fprintf(p.stderr, "%s: no work came\n", w.name)
		}
	}
}

// worker makes the i-th worker of this process.
func (p *program) worker(i int) *worker {
	w := &worker{number: rand.Uint64(), name: fmt.Sprintf("worker %d/%d", os.Getpid(), i+1)}
	w.begun = func(pieces int) {
		p.moved()
		if p.onBegun != nil {
			p.onBegun(pieces)
		}
	}
	p.crew = append(p.crew, w)
	return w
}

// announce says where the other processes are to connect: the port may have
// been chosen by the system.
func (p *program) announce(edge, endpoint string) {
	if p.role != roleAll {
		fmt.Fprintf(p.stderr, "%s at %s\n", edge, endpoint)
	}
}

// remark is told of each failure in a stage.
func (p *program) remark(stage string, err error) { fmt.Fprintf(p.stderr, "%s: %v\n", stage, err) }

// bury is told of each item that can be handled no more. A task that nobody takes makes the ventilator give up.
func (p *program) bury(l pipeline.Letter) {
	if _, is := l.Item.(task); is && (errors.Is(l.Err, remote.ErrNoPeer) || errors.Is(l.Err, remote.ErrPeerLost)) {
		p.ventilator.giveUp(fmt.Sprintf("no worker took a task for %v: %v", p.patience, l.Err))
	}
}

// sources returns the paths to count: those given or, without any, Go's own
// source tree.
func (p *program) sources(ctx context.Context) ([]string, error) {
	if len(p.paths) > 0 {
		return p.paths, nil
	}
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("no PATH is given, and Go's own tree is not found: %w", err)
	}
	return []string{filepath.Join(strings.TrimSpace(string(out)), "src")}, nil
}
