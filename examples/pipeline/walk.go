package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// An entry is a file to count, or what stood in the way of finding some.
type entry struct {
	path string
	size int64 // bytes, as the directory has it; the file may change yet
	err  error // why path cannot be read, or nil
}

var errNotRegular = errors.New("neither a regular file nor a directory")

// list returns the files that the paths stand for, in lexical order within
// each path. A path to a file is that file, a path to a directory all regular
// files below it. A symbolic link is followed if it is itself one of the
// paths; below a directory, links, devices, sockets and pipes are passed over.
// What cannot be listed is an entry with its error. The error of list is that
// of a done context.
func list(ctx context.Context, paths []string) ([]entry, error) {
	var all []entry
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			all = append(all, entry{path: path, err: err})
		case info.IsDir():
			if all, err = listDir(ctx, path, all); err != nil {
				return nil, err
			}
		case info.Mode().IsRegular():
			all = append(all, entry{path: path, size: info.Size()})
		default:
			all = append(all, entry{path: path, err: errNotRegular})
		}
	}
	return all, nil
}

func listDir(ctx context.Context, root string, all []entry) ([]entry, error) {
	// WalkDir does not follow a link, not even at its root: the separator
	// behind it makes the operating system do so.
	err := filepath.WalkDir(withSeparator(root), func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			all = append(all, entry{path: path, err: err})
		case d.Type().IsRegular():
			e := entry{path: path}
			if info, err := d.Info(); err != nil {
				e.err = err
			} else {
				e.size = info.Size()
			}
			all = append(all, e)
		}
		return nil
	})
	return all, err
}

func withSeparator(path string) string {
	if os.IsPathSeparator(path[len(path)-1]) {
		return path
	}
	return path + string(filepath.Separator)
}
