//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package ipc

import (
	"context"
	"errors"
	"time"
)

const (
	// lockPatience bounds the wait for the lock of a directory. Its rightful
	// holders take microseconds, or newFile once; whoever can read a directory
	// can also hold its lock for ever, and shall not hold us up for longer.
	lockPatience = 2 * time.Second

	// pauses between two attempts at the lock grow from first to last.
	firstPause = time.Millisecond
	lastPause  = 20 * time.Millisecond
)

var errLockHeld = errors.New("somebody else holds the lock")

// await calls try until it succeeds, fails other than with errLockHeld, or
// lockPatience or the context is over. (A blocking flock(2) could not be called
// off.)
func await(ctx context.Context, try func() error) error {
	patience := time.NewTimer(lockPatience)
	defer patience.Stop()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := try()
		if !errors.Is(err, errLockHeld) {
			return err
		}
		select {
		case <-time.After(pause):
		case <-patience.C:
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
