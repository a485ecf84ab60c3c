package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/zeroactor/zmq/patterns"
)

// A program is one process's run.
type program struct {
	config
	stdout   io.Writer
	stderr   io.Writer // may be written to by several goroutines at once
	terminal bool      // stderr is a terminal

	zmq *patterns.Context // of all sockets of the run

	onBegun func(pieces int) // see worker; nil outside of tests
}

var (
	errOver = errors.New("the run is over")
	errLost = errors.New("some files were lost")
)

// run plays the program's part to its end.
func (p *program) run(ctx context.Context) error {
	p.zmq = patterns.NewContext()
	return errors.Join(p.play(ctx), p.zmq.Close())
}

func (p *program) play(ctx context.Context) error {
	switch p.role {
	case roleVentilator:
		tasks, err := p.bindTasks(p.bind)
		if err != nil {
			return err
		}
		return p.ventilate(ctx, tasks.Push, p.connect[0])
	case roleWorker:
		return p.workAll(ctx, p.connect[0], p.connect[1])
	case roleSink:
		reports, err := p.bindReports(p.bind)
		if err != nil {
			return err
		}
		return p.gather(ctx, reports)
	}
	return p.all(ctx)
}

// all plays all parts, and is over when the sink is.
func (p *program) all(ctx context.Context) error {
	reports, err := p.bindReports(p.localEndpoint("reports"))
	if err != nil {
		return err
	}
	tasks, err := p.bindTasks(p.localEndpoint("tasks"))
	if err != nil {
		reports.CloseNow()
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	var others sync.WaitGroup
	others.Go(func() { stopOn(ctx, stop, p.ventilate(ctx, tasks.Push, reports.endpoint)) })
	others.Go(func() { stopOn(ctx, stop, p.workAll(ctx, tasks.endpoint, reports.endpoint)) })
	err = p.gather(ctx, reports)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx) // what made the sink's wait end
	}
	stop(errOver)
	others.Wait()
	return err
}

// stopOn ends a run because a part of it could not be played.
func stopOn(ctx context.Context, stop context.CancelCauseFunc, err error) {
	if err != nil && ctx.Err() == nil {
		stop(err)
	}
}

// localEndpoint returns where roles in one process meet for that purpose.
func (p *program) localEndpoint(purpose string) string {
	switch p.transport {
	case "inproc":
		return "inproc://" + purpose
	case "ipc":
		return "ipc://*"
	}
	return "tcp://127.0.0.1:*"
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
