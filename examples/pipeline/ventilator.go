package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/zeroactor/zmq"
)

// A ventilator hands out the files. It is used once.
type ventilator struct {
	tasks    taskSocket
	reports  sender // to the sink
	open     func(path string) (io.ReadCloser, error)
	piece    int           // bytes, the largest piece of a file that goes into one message
	patience time.Duration // how long to wait for somebody to take a message

	buffers buffers
	m       zmq.Message
}

type taskSocket interface {
	sender
	closer
}

// run hands out the files that the paths stand for, closes the tasks' socket
// when the last is handed over, and tells the sink. Its error means that the
// sink does not know how things stand: ctx is done, or the sink is not there.
func (v *ventilator) run(ctx context.Context, paths []string) error {
	entries, err := list(ctx, paths)
	if err != nil {
		v.tasks.CloseNow()
		return err
	}
	if err := v.report(ctx, planned{files: uint64(len(entries))}); err != nil {
		v.tasks.CloseNow()
		return err
	}
	giveUp, err := v.handOut(ctx, entries)
	if err != nil {
		v.tasks.CloseNow()
		return err
	}
	if giveUp == "" {
		// Files of which a piece was dropped are missed by the sink, by name.
		if err := v.tasks.Close(); err != nil {
			giveUp = err.Error()
		}
	} else {
		v.tasks.CloseNow()
	}
	return v.report(ctx, ended{reason: giveUp})
}

// handOut sends the content of the entries as tasks and the manifest as
// reports. GiveUp says why it stopped sending content, if it did.
func (v *ventilator) handOut(ctx context.Context, entries []entry) (giveUp string, err error) {
	for i, e := range entries {
		number := uint64(i)
		switch {
		case e.err != nil:
			err = v.report(ctx, unreadable{number, e.path, e.err.Error()})
		case giveUp != "":
			err = v.report(ctx, unsent{number, uint64(e.size), e.path})
		default:
			var sendErr *taskError
			err = v.sendFile(ctx, number, e)
			if errors.As(err, &sendErr) {
				giveUp = fmt.Sprintf("no worker took a task for %v: %v", v.patience, sendErr.err)
				err = v.report(ctx, unsent{number, uint64(e.size), e.path})
			}
		}
		if err != nil {
			return "", err
		}
	}
	return giveUp, nil
}

// A taskError says that nobody took a task in time.
type taskError struct{ err error }

func (e *taskError) Error() string { return e.err.Error() }

// sendFile hands out one file, piece by piece, and reports it.
func (v *ventilator) sendFile(ctx context.Context, number uint64, e entry) error {
	f, err := v.open(e.path)
	if err != nil {
		return v.report(ctx, unreadable{number, e.path, err.Error()})
	}
	defer f.Close() // read only: nothing is lost by an error
	c := newCutter(f, v.piece, e.size, &v.buffers)
	defer c.close()
	bytes := uint64(0)
	for n := uint64(0); ; n++ {
		p, err := c.next()
		if err != nil {
			return v.report(ctx, unreadable{number, e.path, err.Error()})
		}
		bytes += uint64(len(p.data))
		if p.last {
			// The sink is to know the file before its last piece can be back.
			if err := v.report(ctx, sent{number, n + 1, bytes, e.path}); err != nil {
				v.buffers.put(p.data)
				return err
			}
		}
		if err := v.sendTask(ctx, task{number, n, p.continues}, p.data); err != nil || p.last {
			return err
		}
	}
}

// sendTask hands out one piece. The error is a taskError if nobody took it.
func (v *ventilator) sendTask(ctx context.Context, t task, content []byte) error {
	defer v.m.Reset() // does nothing if the piece is sent
	appendTask(&v.m, t, content, v.buffers.put)
	err := sendWithin(ctx, v.tasks, &v.m, v.patience)
	if timedOut(ctx, err) {
		return &taskError{err}
	}
	return err
}

func (v *ventilator) report(ctx context.Context, r report) error {
	if err := sendReport(ctx, v.reports, r, v.patience); err != nil {
		return fmt.Errorf("telling the sink: %w", err)
	}
	return nil
}
