package wake

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// twoProcessors returns two that this process may use.
func twoProcessors(t *testing.T) (all unix.CPUSet, two [2]int) {
	t.Helper()
	all, two, err := allowed()
	if err != nil {
		t.Skip(err)
	}
	return all, two
}

// A machine that others use may keep a thread from sleeping for a while, but not always.
func TestMeasure(t *testing.T) {
	_, two := twoProcessors(t)
	var m Times
	for range 5 {
		if m = Measure(); m.Why == "" {
			break
		}
		t.Log(m.Why)
	}
	if m.Why != "" || m.Here <= 0 || m.Elsewhere <= 0 || m.Free <= 0 || m.Crossed < 0 || m.Crossed > 1 || m.CPUs != two {
		t.Errorf("measured %+v", m)
	}
}

// Who is bound stays where it is: all wake-ups go to the other processor, or none does.
func TestBound(t *testing.T) {
	_, two := twoProcessors(t)
	for _, test := range []struct {
		sleeper int
		want    float64
	}{{two[0], 0}, {two[1], 1}} {
		all, err := play([]unix.CPUSet{only(two[0]), only(test.sleeper)}, pause, 5*time.Millisecond)
		if err != nil || crossed(all...) != test.want || all[1].woken == 0 {
			t.Errorf("from processor %d to %d: %v of %d wake-ups crossed, error %v", two[0], test.sleeper, crossed(all...), all[1].woken, err)
		}
	}
}

// A round takes as long as all wake-ups in it together, and a little longer. Before each there is a pause.
func TestRounds(t *testing.T) {
	any, _ := twoProcessors(t)
	const pause, span = 2 * time.Millisecond, 30 * time.Millisecond
	began := time.Now()
	all, err := play([]unix.CPUSet{any, any, any}, pause, span)
	if err != nil {
		t.Fatal(err)
	}
	n := len(all[0].took)
	if n == 0 || len(all[1].took) != n || len(all[2].took) != n || time.Since(began) < time.Duration(n)*pause {
		t.Fatalf("%d, %d and %d wake-ups in %v", n, len(all[1].took), len(all[2].took), time.Since(began))
	}
	for i, round := range all[0].took {
		one, two := all[1].took[i], all[2].took[i]
		if one <= 0 || two <= 0 || round < one+two {
			t.Errorf("round %d took %v, its wake-ups %v and %v", i, round, one, two)
		}
	}
	for i, one := range all {
		if one.woken != n+1 {
			t.Errorf("thread %d was woken %d times in %d rounds and a last one", i, one.woken, n)
		}
	}
	// The system may have kept one of them from running until it was woken, but not each time.
	if all[1].slept < n/2 {
		t.Errorf("of %d wake-ups %d were of a thread that slept", n, all[1].slept)
	}
}

// Where there is no such processor that is said, and nobody waits for a thread that is not there.
func TestNoSuchProcessor(t *testing.T) {
	_, two := twoProcessors(t)
	if _, err := bound(two[0], 1000, time.Millisecond); err == nil {
		t.Error("a thread on processor 1000 gave no error")
	}
}

func TestOneProcessor(t *testing.T) {
	_, two := twoProcessors(t)
	done := make(chan Times)
	go func() {
		runtime.LockOSThread() // and never unlocked: it ends with the goroutine
		one := only(two[1])
		if err := unix.SchedSetaffinity(0, &one); err != nil {
			t.Error(err)
		}
		done <- Measure()
	}()
	if m := <-done; !strings.Contains(m.Why, "one processor only") {
		t.Errorf("measured %+v", m)
	}
}
