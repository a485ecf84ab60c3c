package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// newTestVentilator returns one of those paths.
func newTestVentilator(paths ...string) *ventilator {
	return &ventilator{
		paths: func(context.Context) ([]string, error) { return paths, nil },
		open:  func(path string) (io.ReadCloser, error) { return os.Open(path) },
		piece: minChunk,
		moved: func() {},
	}
}

// all returns what a ventilator gives: the content of tasks, by file and piece, and reports.
func all(t *testing.T, v *ventilator) (tasks map[[2]uint64]string, reports []report) {
	t.Helper()
	tasks = make(map[[2]uint64]string)
	for p, err := range v.parcels(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for x := range p.tasks() {
			tasks[[2]uint64{x.file, x.piece}] = string(x.content.bytes)
		}
		for r := range p.reports() {
			reports = append(reports, r)
		}
	}
	return tasks, reports
}

func TestVentilatorHandsOutAllAndSaysSo(t *testing.T) {
	root := plant(t, "a", "b")
	large := strings.Repeat("word ", 2*minChunk/5+1)
	write(t, filepath.Join(root, "c"), []byte(large))
	write(t, filepath.Join(root, "d"), nil)
	content, got := all(t, newTestVentilator(root, filepath.Join(root, "missing")))
	in := func(name string) string { return filepath.Join(root, name) }
	if u, ok := got[5].(unreadable); !ok || u.file != 4 || u.path != in("missing") || u.reason == "" {
		t.Errorf("%#v", got[5])
	}
	got[5] = nil
	want := []report{
		planned{5}, sent{0, 1, 1, in("a")}, sent{1, 1, 1, in("b")}, sent{2, 3, uint64(len(large)), in("c")}, sent{3, 1, 0, in("d")}, nil, ended{},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %#v\nwant %#v", got, want)
	}
	if len(content) != 6 || content[[2]uint64{0, 0}] != "a" || content[[2]uint64{3, 0}] != "" ||
		content[[2]uint64{2, 0}]+content[[2]uint64{2, 1}]+content[[2]uint64{2, 2}] != large {
		t.Errorf("%d tasks: %.200v", len(content), content)
	}
}

func TestVentilatorOfNothing(t *testing.T) {
	tasks, got := all(t, newTestVentilator(t.TempDir()))
	if want := []report{planned{0}, ended{}}; !reflect.DeepEqual(got, want) || len(tasks) > 0 {
		t.Errorf("%#v, %v", got, tasks)
	}
}

// A file that turns bad halfway is unreadable, though some of it has gone out.
func TestVentilatorReportsFilesThatTurnBad(t *testing.T) {
	for _, good := range []int{0, 10, 2*minChunk + 10} {
		root := plant(t, "bad", "good")
		v := newTestVentilator(root)
		v.open = func(path string) (io.ReadCloser, error) {
			if filepath.Base(path) == "good" {
				return os.Open(path)
			}
			text := bytes.Repeat([]byte{' '}, good)
			return io.NopCloser(io.MultiReader(bytes.NewReader(text), iotest.ErrReader(errors.New("bad sector")))), nil
		}
		want := []report{
			planned{2},
			unreadable{0, filepath.Join(root, "bad"), "bad sector"},
			sent{1, 1, 4, filepath.Join(root, "good")},
			ended{},
		}
		if _, got := all(t, v); !reflect.DeepEqual(got, want) {
			t.Errorf("after %d good bytes: %#v", good, got)
		}
	}
}

// A ventilator that has given up, as nobody takes a task, names every file.
func TestVentilatorGivesUp(t *testing.T) {
	root := plant(t, "a", "b", "c", "d")
	v := newTestVentilator(root, filepath.Join(root, "missing"))
	l := newLedger()
	tasks := 0
	for p := range v.parcels(t.Context()) {
		for range p.tasks() {
			tasks++
			v.giveUp("nobody is there")
			v.giveUp("and that is still so")
		}
		for r := range p.reports() {
			l.note(r)
		}
	}
	s := summarize(l)
	if tasks != 1 || len(s.lost) != 4 || len(s.unreadable) != 1 || s.unlisted != 0 || l.strange != 0 || s.deserted {
		t.Errorf("%d tasks, %+v, %d strange", tasks, s, l.strange)
	}
	if len(s.remarks) != 1 || s.remarks[0] != "the ventilator gave up: nobody is there" {
		t.Errorf("remarks %q", s.remarks)
	}
}

// A ventilator that is told to end says no more, not even that it has ended.
func TestVentilatorStops(t *testing.T) {
	root := plant(t, "a", "b")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []report
	for p, err := range newTestVentilator(root).parcels(ctx) {
		if got = append(got, p.report); err != nil || len(got) == 2 {
			cancel()
		}
	}
	if want := []report{planned{2}, sent{0, 1, 1, filepath.Join(root, "a")}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%#v", got)
	}
	over := errors.New("over")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(over)
	for _, err := range newTestVentilator(root).parcels(ctx) {
		if !errors.Is(err, over) {
			t.Error(err)
		}
	}
}
