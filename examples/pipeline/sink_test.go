package main

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zeroactor/zmq"
)

func newTestSink(reports *wire) *sink {
	return &sink{reports: reports, quiet: testQuiet, patience: testPatience, progress: newProgress(io.Discard, false)}
}

func tell(t *testing.T, w *wire, reports ...report) {
	t.Helper()
	for _, r := range reports {
		if err := sendReport(t.Context(), w, r, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSinkEndsWithTheLastReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := newWire(99)
		tell(t, reports, story[:4]...)
		if err := reports.Send(t.Context(), zmq.NewMessage("nonsense")); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(testPatience, func() { tell(t, reports, story[4:]...) })
		begin := time.Now()
		s, err := newTestSink(reports).run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != testPatience {
			t.Errorf("took %v", took)
		}
		if s.files != 2 || s.totals != (counts{2, 5, 9}) || len(s.unreadable) != 1 || len(s.lost) != 0 || len(s.remarks) != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// Idle workers do not keep a sink from seeing that something is lost.
func TestSinkDeclaresLosses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := newWire(99)
		tell(t, reports, story[:9]...)
		tell(t, reports, unreadable{2, "c", "no"}, hello{2, "w2"}, ended{})
		for i := range 100 {
			time.AfterFunc(time.Duration(i)*testQuiet/beatsPerQuiet, func() { tell(t, reports, idle{2}) })
		}
		begin := time.Now()
		s, err := newTestSink(reports).run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != testQuiet {
			t.Errorf("took %v", took)
		}
		if len(s.lost) != 1 || s.lost[0].path != "b" || s.lost[0].holder != "w1" || len(s.silent) != 1 || s.silent[0].name != "w1" {
			t.Errorf("%+v", s)
		}
		time.Sleep(100 * testQuiet) // virtual: the timers end
	})
}

func TestSinkAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		s, err := newTestSink(newWire(0)).run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took < testPatience || took > testPatience+2*testQuiet || !s.deserted {
			t.Errorf("took %v: %+v", took, s)
		}
	})
}

func TestSinkStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		over := errors.New("over")
		time.AfterFunc(5*time.Second+time.Millisecond, func() { cancel(over) })
		if _, err := newTestSink(newWire(0)).run(ctx); !errors.Is(err, over) {
			t.Error(err)
		}
	})
}
