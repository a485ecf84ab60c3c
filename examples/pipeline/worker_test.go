package main

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
)

func newTestWorker(tasks, reports *wire) *worker {
	return &worker{
		number: 7, name: "w", tasks: tasks, reports: reports,
		beat: time.Second, patience: time.Minute,
		workless: tasks.left, sinkless: func() bool { return false },
	}
}

func give(t *testing.T, w *wire, what task, content string) {
	t.Helper()
	var m zmq.Message
	appendTask(&m, what, []byte(content), nil)
	if err := w.Send(t.Context(), &m); err != nil {
		t.Fatal(err)
	}
}

func TestWorkerCountsAndReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tasks, reports := newWire(9), newWire(99)
		give(t, tasks, task{3, 0, false}, "b a b\n")
		give(t, tasks, task{3, 1, true}, "ail b")
		if err := tasks.Send(t.Context(), zmq.NewMessage("nonsense")); err != nil {
			t.Fatal(err)
		}
		give(t, tasks, task{4, 0, false}, "")
		tasks.Close()
		w := newTestWorker(tasks, reports)
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		words := func(w ...tally) []byte {
			b := []byte{}
			for _, x := range w {
				b = appendText(appendUint(b, x.n), x.word)
			}
			return b
		}
		want := []report{
			hello{7, "w"},
			begun{7, 3, 0}, result{7, 3, 0, counts{1, 3, 6}, words(tally{"b", 2}, tally{"a", 1})},
			begun{7, 3, 1}, result{7, 3, 1, counts{0, 1, 5}, words(tally{"b", 1})},
			begun{7, 4, 0}, result{7, 4, 0, counts{}, words()},
			bye{7},
		}
		if got := reports.reports(); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		if w.strange != 1 {
			t.Errorf("%d strange tasks", w.strange)
		}
	})
}

// A worker takes what comes late, after the ventilator has left, and leaves
// when for a beat nothing has come.
func TestWorkerLeavesWhenNothingComesAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tasks, reports := newWire(9), newWire(99)
		time.AfterFunc(10*time.Second, func() { tasks.Close() })
		// Within the beat in which the ventilator left, and in the one after.
		time.AfterFunc(10*time.Second+400*time.Millisecond, func() { give(t, tasks, task{file: 1}, "x") })
		time.AfterFunc(11*time.Second+300*time.Millisecond, func() { give(t, tasks, task{file: 2}, "y") })
		begin := time.Now()
		if err := newTestWorker(tasks, reports).run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 12*time.Second+300*time.Millisecond {
			t.Errorf("left after %v", took)
		}
		got := reports.reports()
		idles, results := 0, 0
		for _, r := range got {
			switch r.(type) {
			case idle:
				idles++
			case result:
				results++
			}
		}
		if idles < 9 || idles > 10 || results != 2 || got[len(got)-1] != report(bye{7}) {
			t.Errorf("idle %d times, %d results, last %+v", idles, results, got[len(got)-1])
		}
	})
}

func TestWorkerWithoutWorkLosesPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tasks, reports := newWire(9), newWire(999)
		// Work in between makes it patient anew.
		time.AfterFunc(50*time.Second+time.Millisecond, func() { give(t, tasks, task{}, "x") })
		begin := time.Now()
		if err := newTestWorker(tasks, reports).run(t.Context()); err != nil {
			t.Fatal(err)
		}
		took := time.Since(begin)
		if took < 110*time.Second || took > 112*time.Second || !slices.Contains(reports.reports(), report(bye{7})) {
			t.Errorf("left after %v", took)
		}
	})
}

func TestWorkerLeavesWithTheSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tasks, reports := newWire(9), newWire(99)
		gone := make(chan struct{})
		w := newTestWorker(tasks, reports)
		w.sinkless = func() bool {
			select {
			case <-gone:
				return true
			default:
				return false
			}
		}
		time.AfterFunc(5*time.Second+time.Millisecond, func() { close(gone) })
		begin := time.Now()
		if err := w.run(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took != 6*time.Second {
			t.Errorf("left after %v", took)
		}
	})
}

// A sink that takes nothing, without having left, is waited for as long as a
// worker's patience lasts.
func TestWorkerWithoutSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tasks, reports := newWire(9), newWire(2)
		give(t, tasks, task{}, "x")
		begin := time.Now()
		if err := newTestWorker(tasks, reports).run(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if took := time.Since(begin); took != time.Minute {
			t.Errorf("failed after %v", took)
		}
	})
}

func TestWorkerStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		over := errors.New("over")
		time.AfterFunc(5*time.Second+time.Millisecond, func() { cancel(over) })
		if err := newTestWorker(newWire(0), newWire(99)).run(ctx); !errors.Is(err, over) {
			t.Error(err)
		}
	})
}
