//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package ipc

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
)

func TestAwait(t *testing.T) {
	other := errors.New("no locks here")
	for _, c := range []struct {
		name  string
		free  time.Duration // when the lock is
		bound time.Duration // of the context
		err   error         // what trying gives once it is free
		want  error
		took  time.Duration // at least, and hardly more
	}{
		{"free", 0, time.Hour, nil, nil, 0},
		{"soon free", 50 * time.Millisecond, time.Hour, nil, nil, 50 * time.Millisecond},
		{"never free", time.Hour, time.Hour, nil, errLockHeld, lockPatience},
		{"called off", time.Hour, time.Second, nil, context.DeadlineExceeded, time.Second},
		{"impossible", 0, time.Hour, other, other, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), c.bound)
				defer cancel()
				begin := time.Now()
				err := await(ctx, func() error {
					if time.Since(begin) < c.free {
						return errLockHeld
					}
					return c.err
				})
				if took := time.Since(begin); !errors.Is(err, c.want) || took < c.took || took > c.took+lastPause {
					t.Errorf("%v after %v, want %v after %v", err, took, c.want, c.took)
				}
			})
		})
	}
}

// TestHeldLock holds that whoever does not let go of the lock of a directory
// keeps nobody from making a new file there, and delays him for a time only.
// The kernel's lock knows no virtual time; the context cuts the wait short.
func TestHeldLock(t *testing.T) {
	path := socketPath(t)
	unlock, err := lockDir(t.Context(), filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := lockDir(ctx, filepath.Dir(path)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a held lock: %v", err)
	}
	if _, err := (Transport{}).Listen(ctx, path, nil); !errors.Is(err, context.DeadlineExceeded) || exists(t, path) {
		t.Errorf("Listen, called off: %v", err)
	}
	unlock()
	listen(t, path, nil)
}

// TestNoLock has a directory that one may write to and not read. Root reads it
// all the same, and cannot see this.
func TestNoLock(t *testing.T) {
	path := socketPath(t)
	leaveDead(t, path)
	dir := filepath.Dir(path)
	if err := os.Chmod(dir, 0o300); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	if f, err := os.Open(dir); err == nil {
		f.Close()
		t.Skip("whoever runs this may read everything")
	}
	_, err := Transport{}.Listen(t.Context(), path, nil)
	if !errors.Is(err, zmq.ErrAddrInUse) || !strings.Contains(err.Error(), "cannot be locked") || !exists(t, path) {
		t.Errorf("Listen at a dead file: %v", err)
	}
	listen(t, path+"-new", nil)
}
