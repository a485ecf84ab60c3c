package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
)

func osOpen(path string) (io.ReadCloser, error) { return os.Open(path) }

// received returns the content of the tasks that wait on w, by file and piece,
// and checks that they came in that order.
func received(t *testing.T, w *wire) map[task]string {
	t.Helper()
	all := make(map[task]string)
	last := task{}
	for len(w.messages) > 0 {
		m := <-w.messages
		got, content, err := decodeTask(m)
		if err != nil {
			t.Fatal(err)
		}
		if got.file < last.file || got.file == last.file && got.piece < last.piece {
			t.Errorf("%+v after %+v", got, last)
		}
		last = got
		all[got] = string(content)
		m.Release()
	}
	return all
}

func TestVentilatorHandsOutAllAndSaysSo(t *testing.T) {
	root := plant(t, "a", "b")
	large := strings.Repeat("word ", 2*minChunk/5+1)
	write(t, filepath.Join(root, "c"), []byte(large))
	write(t, filepath.Join(root, "d"), nil)
	tasks, reports := newWire(100), newWire(100)
	v := &ventilator{tasks: tasks, reports: reports, open: osOpen, piece: minChunk, patience: time.Second}
	if err := v.run(t.Context(), []string{root, filepath.Join(root, "missing")}); err != nil {
		t.Fatal(err)
	}
	if !tasks.left() {
		t.Error("the tasks' socket is not closed")
	}
	in := func(name string) string { return filepath.Join(root, name) }
	got := reports.reports()
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
	content := received(t, tasks)
	if len(content) != 6 || content[task{file: 0}] != "a" || content[task{file: 3}] != "" ||
		content[task{file: 2}]+content[task{file: 2, piece: 1}]+content[task{file: 2, piece: 2}] != large {
		t.Errorf("%d tasks: %.20q", len(content), slices.Collect(maps.Values(content)))
	}
}

func TestVentilatorOfNothing(t *testing.T) {
	tasks, reports := newWire(0), newWire(9)
	v := &ventilator{tasks: tasks, reports: reports, open: osOpen, piece: minChunk, patience: time.Second}
	if err := v.run(t.Context(), []string{t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	if got, want := reports.reports(), []report{planned{0}, ended{}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%#v", got)
	}
}

// A file that turns bad halfway is unreadable, though some of it has gone out.
func TestVentilatorReportsFilesThatTurnBad(t *testing.T) {
	for _, good := range []int{0, 10, 2*minChunk + 10} {
		root := plant(t, "bad", "good")
		tasks, reports := newWire(100), newWire(100)
		v := &ventilator{tasks: tasks, reports: reports, piece: minChunk, patience: time.Second}
		v.open = func(path string) (io.ReadCloser, error) {
			if filepath.Base(path) == "good" {
				return os.Open(path)
			}
			text := bytes.Repeat([]byte{' '}, good)
			return io.NopCloser(io.MultiReader(bytes.NewReader(text), iotest.ErrReader(errors.New("bad sector")))), nil
		}
		if err := v.run(t.Context(), []string{root}); err != nil {
			t.Fatal(err)
		}
		want := []report{
			planned{2},
			unreadable{0, filepath.Join(root, "bad"), "bad sector"},
			sent{1, 1, 4, filepath.Join(root, "good")},
			ended{},
		}
		if got := reports.reports(); !reflect.DeepEqual(got, want) {
			t.Errorf("after %d good bytes: %#v", good, got)
		}
	}
}

// Without anybody to take tasks, the ventilator ends when its patience does,
// and names every file.
func TestVentilatorGivesUp(t *testing.T) {
	root := plant(t, "a", "b", "c", "d")
	synctest.Test(t, func(t *testing.T) {
		tasks, reports := newWire(2), newWire(100)
		v := &ventilator{tasks: tasks, reports: reports, open: osOpen, piece: minChunk, patience: time.Minute}
		begin := time.Now()
		if err := v.run(t.Context(), []string{root, filepath.Join(root, "missing")}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != time.Minute {
			t.Errorf("took %v", took)
		}
		l := newLedger(begin, testQuiet, testPatience)
		for _, r := range reports.reports() {
			l.note(time.Now(), r)
		}
		s := summarize(l, l.verdict(time.Now().Add(testQuiet)), time.Now())
		if len(s.lost) != 4 || len(s.unreadable) != 1 || s.unlisted != 0 || l.strange != 0 || !l.ended {
			t.Errorf("%+v, %d strange", s, l.strange)
		}
		if len(s.remarks) == 0 || !strings.Contains(s.remarks[0], "no worker took a task for 1m0s") {
			t.Errorf("remarks %q", s.remarks)
		}
	})
}

func TestVentilatorSaysWhatItsCloseDropped(t *testing.T) {
	tasks, reports := newWire(9), newWire(9)
	tasks.dropped = &zmq.DroppedError{Messages: 1}
	v := &ventilator{tasks: tasks, reports: reports, open: osOpen, piece: minChunk, patience: time.Second}
	if err := v.run(t.Context(), []string{plant(t, "a")}); err != nil {
		t.Fatal(err)
	}
	got := reports.reports()
	if want := (ended{"1 messages dropped"}); got[len(got)-1] != want {
		t.Errorf("%#v", got[len(got)-1])
	}
}

func TestVentilatorWithoutSink(t *testing.T) {
	root := plant(t, "a")
	synctest.Test(t, func(t *testing.T) {
		tasks := newWire(9)
		v := &ventilator{tasks: tasks, reports: newWire(0), open: osOpen, piece: minChunk, patience: time.Minute}
		begin := time.Now()
		if err := v.run(t.Context(), []string{root}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if took := time.Since(begin); took != time.Minute || !tasks.left() {
			t.Errorf("took %v, closed: %v", took, tasks.left())
		}
	})
}

func TestVentilatorStops(t *testing.T) {
	root := plant(t, "a", "b")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		over := errors.New("over")
		time.AfterFunc(time.Second, func() { cancel(over) })
		tasks := newWire(1)
		v := &ventilator{tasks: tasks, reports: newWire(9), open: osOpen, piece: minChunk, patience: time.Minute}
		begin := time.Now()
		if err := v.run(ctx, []string{root}); !errors.Is(err, over) {
			t.Error(err)
		}
		if took := time.Since(begin); took != time.Second || !tasks.left() {
			t.Errorf("took %v, closed: %v", took, tasks.left())
		}
	})
}
