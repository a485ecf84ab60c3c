package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestFlags(t *testing.T) {
	c, err := parse([]string{"-pattern=pubsub", "-seed=42", "-order=17", "-runs=1"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"-transport=sim", "-pattern=pubsub", "-seed=42", "-runs=1", "-order=17", "-orders=1"} {
		if !slices.Contains(c.flags(), want) {
			t.Errorf("no %s in %q", want, c.flags())
		}
	}
	for _, bad := range [][2]string{
		{"-runs=0", "-runs=0 -orders=1: each is at least 1"},
		{"-orders=-1", "-runs=100 -orders=-1: each is at least 1"},
		{"-order=-1", "invalid value"},
		{"42", `["42"] besides the flags`},
		{"-orders=2.5", "invalid value"},
	} {
		if _, err := parse(bad[:1], io.Discard); err == nil || !strings.Contains(err.Error(), bad[1]) {
			t.Errorf("%s: %v, want %q", bad[0], err, bad[1])
		}
	}
}

// What goes two ways is told of, with both, and so is what only one process has told of.
func TestTwoWaysAreFound(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, lines ...string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	abc := file("abc", "a: 1", "b: 2", "c: 3")
	for _, c := range []struct {
		other string
		n     int
		want  string // in the error; "" if there is none
	}{
		{abc, 3, ""},
		{file("abd", "a: 1", "b: 2", "c: 4"), 3, "goes two ways:\n  c: 3\n  c: 4"},
		{file("ab", "a: 1", "b: 2"), 0, "3 plays, and the other one of 2"},
		{filepath.Join(dir, "none"), 0, "none"},
	} {
		n, err := same(abc, c.other)
		if n != c.n || (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %d, %v", c.other, n, err)
		}
	}
	if _, err := same(file("empty"), file("empty")); err == nil {
		t.Error("no plays at all are the same")
	}
}
