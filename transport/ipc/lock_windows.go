package ipc

import (
	"context"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// lockDir takes the lock on a directory, and returns how to give it back.
// Directories have no locks here. A file that is opened for nobody else is one,
// and the system removes it when it is closed, or its holder dies.
func lockDir(ctx context.Context, dir string) (unlock func(), err error) {
	path := filepath.Join(dir, ".zmq-ipc-lock")
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	var handle windows.Handle
	err = await(ctx, func() error {
		const alone = 0
		var err error
		handle, err = windows.CreateFile(name, windows.GENERIC_WRITE|windows.DELETE, alone, nil,
			windows.OPEN_ALWAYS, windows.FILE_ATTRIBUTE_HIDDEN|windows.FILE_FLAG_DELETE_ON_CLOSE, 0)
		switch err {
		case nil:
			return nil
		case windows.ERROR_SHARING_VIOLATION, windows.ERROR_DELETE_PENDING:
			return errLockHeld
		}
		return &os.PathError{Op: "CreateFile", Path: path, Err: err}
	})
	if err != nil {
		return nil, err
	}
	return func() { windows.CloseHandle(handle) }, nil
}
