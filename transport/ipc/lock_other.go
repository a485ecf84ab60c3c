//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package ipc

import (
	"context"
	"errors"
)

// lockDir fails: this system has no lock on directories, so that dead files
// are not taken over.
func lockDir(context.Context, string) (unlock func(), err error) { return nil, errors.ErrUnsupported }
