package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"

	"github.com/zeroactor/zmq/patterns"
)

// reportsHWM bounds the reports queued for the sink by each worker, and from
// each at the sink, in messages. Most are tiny; a result is as large as the
// different words of its piece.
const reportsHWM = 64

// A boundPush is the tasks' socket and where it is to be found, a boundPull the
// reports' one.
type (
	boundPush struct {
		*patterns.Push
		endpoint string
	}
	boundPull struct {
		*patterns.Pull
		endpoint string
	}
)

// bindTasks makes the socket that tasks go out of.
func (p *program) bindTasks(endpoint string) (*boundPush, error) {
	s, err := patterns.NewPush(patterns.InContext(p.zmq), patterns.SendHWM(p.hwm), patterns.Linger(p.patience))
	if err != nil {
		return nil, err
	}
	bound, err := s.Bind(endpoint)
	if err != nil {
		s.CloseNow()
		return nil, err
	}
	p.announce("tasks", bound.String())
	return &boundPush{s, bound.String()}, nil
}

// bindReports makes the socket that reports come in by.
func (p *program) bindReports(endpoint string) (*boundPull, error) {
	s, err := patterns.NewPull(patterns.InContext(p.zmq), patterns.RecvHWM(reportsHWM))
	if err != nil {
		return nil, err
	}
	bound, err := s.Bind(endpoint)
	if err != nil {
		s.CloseNow()
		return nil, err
	}
	p.announce("reports", bound.String())
	return &boundPull{s, bound.String()}, nil
}

// announce says where the other processes are to connect: the port may have
// been chosen by the system.
func (p *program) announce(what, endpoint string) {
	if p.role != roleAll {
		fmt.Fprintf(p.stderr, "%s at %s\n", what, endpoint)
	}
}

// newReports makes a socket that is to be connected to the sink.
func (p *program) newReports() (*patterns.Push, error) {
	return patterns.NewPush(patterns.InContext(p.zmq), patterns.SendHWM(reportsHWM), patterns.Linger(p.patience))
}

// ventilate hands out the files over tasks, and tells the sink. It closes tasks.
func (p *program) ventilate(ctx context.Context, tasks *patterns.Push, sink string) error {
	paths, err := p.sources(ctx)
	if err != nil {
		tasks.CloseNow()
		return err
	}
	reports, err := p.newReports()
	if err == nil {
		err = reports.Connect(sink)
	}
	if err != nil {
		tasks.CloseNow()
		return err // what is open is closed with the context
	}
	v := &ventilator{
		tasks:    tasks,
		reports:  reports,
		open:     func(path string) (io.ReadCloser, error) { return os.Open(path) },
		piece:    p.chunk,
		patience: p.patience,
	}
	err = v.run(ctx, paths)
	return errors.Join(err, shut(ctx, reports))
}

// workAll runs the workers of this process.
func (p *program) workAll(ctx context.Context, ventilator, sink string) error {
	errs := make([]error, p.workers)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = p.work(ctx, i+1, ventilator, sink) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// work is one worker.
func (p *program) work(ctx context.Context, index int, ventilator, sink string) error {
	tasks, err := patterns.NewPull(patterns.InContext(p.zmq), patterns.RecvHWM(p.hwm))
	if err != nil {
		return err
	}
	defer tasks.CloseNow()
	reports, err := p.newReports()
	if err != nil {
		return err
	}
	var watchers sync.WaitGroup
	defer watchers.Wait()
	watching, stop := context.WithCancel(ctx)
	defer stop()
	taskLink := watch(watching, tasks, &watchers)
	sinkLink := watch(watching, reports, &watchers)
	if err := errors.Join(reports.Connect(sink), tasks.Connect(ventilator)); err != nil {
		reports.CloseNow()
		return err
	}
	w := &worker{
		number:   rand.Uint64(),
		name:     fmt.Sprintf("worker %d/%d", os.Getpid(), index),
		tasks:    tasks,
		reports:  reports,
		beat:     p.quiet / beatsPerQuiet,
		patience: p.patience,
		workless: taskLink.left,
		sinkless: sinkLink.left,
		onBegun:  p.onBegun,
	}
	err = w.run(ctx)
	p.remark(ctx, w)
	if err != nil || sinkLink.left() || w.pieces == 0 && !sinkLink.came() {
		reports.CloseNow() // nobody waits for what is in there
		return err
	}
	return shut(ctx, reports)
}

// remark says what was odd about a worker's time.
func (p *program) remark(ctx context.Context, w *worker) {
	if w.strange > 0 {
		fmt.Fprintf(p.stderr, "%s: %d tasks made no sense and were passed over\n", w.name, w.strange)
	}
	if p.role == roleWorker && w.pieces == 0 && ctx.Err() == nil {
		fmt.Fprintf(p.stderr, "%s: no work came\n", w.name)
	}
}

// gather is the sink. It closes reports, and prints what it has gathered.
func (p *program) gather(ctx context.Context, reports *boundPull) error {
	defer reports.CloseNow()
	s := &sink{
		reports:  reports,
		quiet:    p.quiet,
		patience: p.patience,
		progress: newProgress(p.stderr, p.terminal),
	}
	sum, err := s.run(ctx)
	if err != nil {
		return err
	}
	if err := sum.writeTo(p.stdout); err != nil {
		return err
	}
	if files, _ := sum.missing(); files > 0 || sum.deserted {
		return errLost
	}
	return nil
}
