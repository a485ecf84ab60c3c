package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// plant makes files, with their paths as content, and returns the directory.
func plant(t *testing.T, paths ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, path := range paths {
		write(t, filepath.Join(root, path), []byte(path))
	}
	return root
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestListWalksDirectories(t *testing.T) {
	root := plant(t, "b/2", "b/1", "a", "c/d/e/f")
	if err := os.Mkdir(filepath.Join(root, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, link := range []struct{ to, name string }{{"a", "file-link"}, {"b", "dir-link"}, {"nowhere", "dead-link"}} {
		if err := os.Symlink(link.to, filepath.Join(root, link.name)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	for _, test := range []struct {
		args, want []string
	}{
		{[]string{""}, []string{"a", "b/1", "b/2", "c/d/e/f"}},
		{[]string{"empty"}, nil},
		{[]string{"c", "a", "a"}, []string{"c/d/e/f", "a", "a"}},
		{[]string{"file-link", "dir-link"}, []string{"file-link", "dir-link/1", "dir-link/2"}},
	} {
		var args, got []string
		for _, a := range test.args {
			args = append(args, filepath.Join(root, a))
		}
		entries, err := list(t.Context(), args)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			rel, _ := filepath.Rel(root, e.path)
			got = append(got, filepath.ToSlash(rel))
			if content, err := os.ReadFile(e.path); err != nil || int64(len(content)) != e.size || e.err != nil {
				t.Errorf("%+v has %d bytes, %v", e, len(content), err)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, want %q", test.args, got, test.want)
		}
	}
}

func TestListReportsWhatItCannotList(t *testing.T) {
	root := plant(t, "file")
	entries, err := list(t.Context(), []string{
		filepath.Join(root, "missing"), os.DevNull, filepath.Join(root, "file"), filepath.Join(root, "file", "below"),
	})
	if err != nil || len(entries) != 4 {
		t.Fatal(entries, err)
	}
	if !errors.Is(entries[0].err, fs.ErrNotExist) {
		t.Error("missing:", entries[0].err)
	}
	if !errors.Is(entries[1].err, errNotRegular) {
		t.Error("device:", entries[1].err)
	}
	if entries[2].err != nil {
		t.Error("a good file:", entries[2].err)
	}
	if entries[3].err == nil {
		t.Error("below a file: no error")
	}
}

func TestListOfUnreadableDirectoryGoesOn(t *testing.T) {
	if os.Getuid() <= 0 {
		t.Skip("nothing is unreadable for the superuser, or there are no permissions here")
	}
	root := plant(t, "a/1", "b/2", "c/3")
	if err := os.Chmod(filepath.Join(root, "b"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(root, "b"), 0o755) })
	entries, err := list(t.Context(), []string{root})
	if err != nil || len(entries) != 3 || !errors.Is(entries[1].err, fs.ErrPermission) {
		t.Error(entries, err)
	}
}

func TestListStops(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	over := errors.New("over")
	cancel(over)
	if _, err := list(ctx, []string{plant(t, "a")}); !errors.Is(err, over) {
		t.Error(err)
	}
}
