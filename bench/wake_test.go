package main

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/bench/internal/wake"
)

// The program measures itself in another process, or says why it does not.
func TestMeasureWake(t *testing.T) {
	m := measureWake(t.Context())
	possible := runtime.GOOS == "linux" && runtime.NumCPU() > 1
	switch {
	case m.Why == "" && (m.Here <= 0 || m.Elsewhere <= 0 || m.Free <= 0):
		t.Errorf("measured %+v", m)
	case m.Why != "" && possible && !strings.Contains(m.Why, "slept"): // others have the processors
		t.Errorf("not measured: %s", m.Why)
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if m := measureWake(gone); m.Why == "" {
		t.Errorf("a process that was not started measured %+v", m)
	}
}

// Wake-ups are measured before the first setting and after each. The one after a setting is the one before the next.
func TestRunnerWakes(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ours := contender{name: "net", command: []string{self, "-peer", "net"}}
	n := 0.0
	r := &runner{dir: t.TempDir(), count: 10, rounds: 1, limit: 4 * time.Minute, progress: quietProgress{},
		wakes: func(context.Context) wake.Times { n++; return wake.Times{Here: n} }}
	var lines []line
	for range 2 {
		res, err := r.measure(t.Context(), at("push", "tcp", 10), []contender{ours, ours, ours})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, linesOf(res, host{}, time.Now())...)
	}
	var got []float64
	for _, t := range wakesIn(lines) {
		got = append(got, t.Here)
	}
	if len(lines) != 4 || len(got) != 3 || got[0] != 1 || got[1] != 2 || got[2] != 3 {
		t.Errorf("%d lines, wake-ups %v", len(lines), got)
	}
}

// A reader of the table, the page or the JSON sees what waking took.
func TestWakeShown(t *testing.T) {
	l := testLine(t, true)
	if head := headOf([]line{l}, "medians"); strings.Contains(head, "wake") {
		t.Errorf("nothing was measured, and the head says %q", head)
	}
	l.WakeBefore, l.WakeAfter = &wake.Times{Here: 3, Elsewhere: 40}, &wake.Times{Here: 3, Elsewhere: 160}
	const want = "3.0 µs on the same processor, 160 (40..160) on another"
	var table, page, json strings.Builder
	if err := writeTable(&table, []line{l}); err != nil || !strings.Contains(table.String(), "\nwake-up of a thread: "+want) {
		t.Errorf("table, error %v:\n%s", err, &table)
	}
	if err := pageOf([]line{l}).Write(&page); err != nil || !strings.Contains(page.String(), "<p>Wake-up of a thread: "+want) {
		t.Errorf("page, error %v:\n%s", err, &page)
	}
	if err := writeJSON(&json, []line{l}); err != nil {
		t.Fatal(err)
	}
	back, err := readLines(strings.NewReader(json.String()))
	if err != nil || len(back) != 1 || *back[0].WakeBefore != *l.WakeBefore || *back[0].WakeAfter != *l.WakeAfter {
		t.Errorf("read back, error %v:\n%s", err, &json)
	}
}
