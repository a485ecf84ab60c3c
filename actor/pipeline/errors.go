package pipeline

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

var (
	// ErrEnded is why an item is a dead letter that came to a stage after it had
	// ended by itself.
	ErrEnded = errors.New("pipeline: the stage has ended")

	// ErrFailed is why an item is a dead letter that came to a stage after it had
	// failed for good.
	ErrFailed = errors.New("pipeline: the stage has failed")

	// ErrKilled is why an item is a dead letter that was under way when the
	// pipeline was killed.
	ErrKilled = errors.New("pipeline: killed")

	// ErrDraining is why a source is told to end when the pipeline drains.
	ErrDraining = errors.New("pipeline: draining")

	// ErrUsed is the error of running a pipeline a second time.
	ErrUsed = errors.New("pipeline: has been run")

	// errAborted ends a stage that was killed while it waited at an edge.
	errAborted = errors.New("pipeline: aborted")
)

// A StageError is a failure that ended a pipeline.
type StageError struct {
	Stage string
	Err   error
}

func (e *StageError) Error() string { return fmt.Sprintf("stage %s: %v", e.Stage, e.Err) }

func (e *StageError) Unwrap() error { return e.Err }

// A DrainError says that a pipeline did not drain in time.
type DrainError struct {
	Pipeline string
	Timeout  time.Duration
	Stages   []string // that had not ended at the deadline, and were killed
	Stuck    []string // of these, what did not end even then: a function that never returns
	Dead     int64    // items that became dead letters in the whole run
}

func (e *DrainError) Error() string {
	s := fmt.Sprintf("pipeline %s did not drain within %v: %s had not ended", e.Pipeline, e.Timeout, strings.Join(e.Stages, ", "))
	if len(e.Stuck) > 0 {
		s += "; not even when killed: " + strings.Join(e.Stuck, ", ")
	}
	return fmt.Sprintf("%s; %d dead letters", s, e.Dead)
}
