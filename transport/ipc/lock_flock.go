//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package ipc

import (
	"context"
	"os"

	"golang.org/x/sys/unix"
)

// lockDir takes the lock on a directory, and returns how to give it back.
// Descriptors opened apart exclude each other within a process as well.
func lockDir(ctx context.Context, dir string) (unlock func(), err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	err = await(ctx, func() error {
		err := unix.Flock(int(d.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == unix.EWOULDBLOCK {
			return errLockHeld
		}
		return os.NewSyscallError("flock", err)
	})
	if err != nil {
		d.Close()
		return nil, err
	}
	return func() { d.Close() }, nil
}
