package mutate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	one = `package p

type T[E any] struct{ n int }

func (t *T[E]) Add() { t.n++ }

func (t T[E]) Sub() { t.n-- }
`
	two = `package p

func add(t *T[int]) { t.n++ }

var zero, nought = 0, 0
`
	tagged = `//go:build special

package p

func more(t *T[int]) { t.n += 2 }
`
)

// write makes a package, with functions in files as given.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestApply(t *testing.T) {
	dir := write(t, map[string]string{"one.go": one, "two.go": two, "tagged.go": tagged, "one_test.go": one})
	for _, c := range []struct {
		change     Change
		tags       []string
		file, want string // the file, and what is in it
		wrong      string // or what the error says
	}{
		{change: Change{Old: "t.n--", New: "t.n"}, file: "one.go", want: "Sub() { t.n }"},
		{change: Change{In: "T.Add", Old: "t.n++", New: "t.n"}, file: "one.go", want: "Add() { t.n }"},
		{change: Change{In: "add", Old: "t.n++", New: "t.n"}, file: "two.go", want: "{ t.n }"},
		{change: Change{In: "T", Old: "n int", New: "n int8"}, file: "one.go", want: "n int8"},
		{change: Change{In: "zero", Old: "0, 0", New: "0, 1"}, file: "two.go", want: "0, 1"},
		{change: Change{In: "zero", Old: "0", New: "1", Every: true}, file: "two.go", want: "= 1, 1\n"},
		{change: Change{In: "zero", Old: "2", New: "1", Every: true}, wrong: "0 times"},
		{change: Change{Old: "t.n++", New: "t.n", Every: true}, wrong: "2 times, and should"}, // in two files
		{change: Change{Old: "t.n++", New: "t.n"}, wrong: `2 times, and should have it once: ["one.go T.Add" "two.go add"]`},
		{change: Change{In: "T.Sub", Old: "t.n++", New: "t.n"}, wrong: "in T.Sub has the text"},
		{change: Change{Old: "nowhere", New: "x"}, wrong: "0 times"},
		{change: Change{Old: "t.n--", New: "t.n--"}, wrong: "nothing"},
		{change: Change{Old: "", New: "t.n--"}, wrong: "nothing"},
		{change: Change{Old: "t.n += 2", New: "x"}, wrong: "0 times"},
		{change: Change{Old: "t.n += 2", New: "t.n"}, tags: []string{"special"}, file: "tagged.go", want: "{ t.n }"},
		{change: Change{Dir: t.TempDir(), Old: "x", New: "y"}, wrong: "no Go files"},
	} {
		if c.change.Dir == "" {
			c.change.Dir = dir
		}
		file, text, err := c.change.Apply(c.tags...)
		if c.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%+v: %v, want %q", c.change, err, c.wrong)
			}
			continue
		}
		if err != nil || filepath.Base(file) != c.file || !strings.Contains(string(text), c.want) || len(text) == 0 {
			t.Errorf("%+v: %s, %v:\n%s", c.change, file, err, text)
		}
	}
}

// What moves to another file is found there.
func TestMoved(t *testing.T) {
	c := Change{In: "T.Add", Old: "t.n++", New: "t.n"}
	for _, files := range []map[string]string{{"one.go": one, "two.go": two}, {"other.go": one, "one.go": two}} {
		c.Dir = write(t, files)
		if _, text, err := c.Apply(); err != nil || !strings.Contains(string(text), "Add() { t.n }") {
			t.Errorf("%v: %s", err, text)
		}
	}
}

func TestOverlay(t *testing.T) {
	c := Change{Dir: write(t, map[string]string{"one.go": one}), Old: "t.n--", New: "t.n -= 1"}
	dir := t.TempDir()
	name, err := c.Overlay(dir)
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := os.ReadFile(filepath.Join(dir, "one.go")); err != nil || !strings.Contains(string(changed), "t.n -= 1") || !strings.Contains(string(list), filepath.Join(c.Dir, "one.go")) {
		t.Errorf("%s, %v:\n%s", list, err, changed)
	}
	then := c
	then.Old, then.New = "t.n -= 1", "t.n -= 2"
	if _, err := Overlay(dir, []Change{c, then}); err != nil {
		t.Error(err)
	}
	if changed, err := os.ReadFile(filepath.Join(dir, "one.go")); err != nil || !strings.Contains(string(changed), "t.n -= 2") {
		t.Errorf("a file that is changed twice: %v:\n%s", err, changed)
	}
	c.Old = "nowhere"
	if _, err := c.Overlay(dir); err == nil {
		t.Error("a change that does not apply has an overlay")
	}
}
