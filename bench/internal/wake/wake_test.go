package wake

import (
	"errors"
	"testing"
	"time"
)

func TestText(t *testing.T) {
	one := Times{Here: 2.94, Elsewhere: 38.2, Free: 16.4, Crossed: 0.4, CPUs: [2]int{0, 1}}
	other := Times{Here: 2.91, Elsewhere: 152, Free: 9.96, Crossed: 0.005, CPUs: [2]int{0, 1}}
	none := failed(errors.New("no\nreason"))
	for _, test := range []struct {
		all  []Times
		want string
	}{
		{nil, ""},
		{[]Times{one}, "wake-up of a thread: 2.9 µs on the same processor, 38 on another; left to the system 16, 40% on another"},
		{[]Times{one, none, other, one}, "wake-up of a thread: 2.9 µs on the same processor, 38 (38..152) on another; " +
			"left to the system 16 (10.0..16), 40% (0%..40%) on another"},
		{[]Times{none, none}, "wake-up of a thread: not measured: no; reason"},
	} {
		if got := Text(test.all); got != test.want {
			t.Errorf("Text(%v) = %q, want %q", test.all, got, test.want)
		}
	}
	if got, want := none.String(), "wake-up of a thread: not measured: no; reason"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// The first quarter of what was measured says nothing, and the order of the rest does not matter.
func TestMedian(t *testing.T) {
	var took []time.Duration
	for _, micros := range []time.Duration{900, 800, 3, 1, 9, 5, 4, 2} {
		took = append(took, micros*time.Microsecond)
	}
	if got := (thread{took: took}).p50(); got != 4 {
		t.Errorf("p50 %v µs, want 4", got)
	}
	if got := (thread{}).p50(); got != 0 {
		t.Errorf("p50 of nothing %v", got)
	}
}

func TestCrossed(t *testing.T) {
	if got := crossed(thread{woken: 10, crossed: 1}, thread{woken: 30, crossed: 9}); got != 0.25 {
		t.Errorf("crossed %v, want 0.25", got)
	}
	if got := crossed(); got != 0 {
		t.Errorf("crossed of nobody %v", got)
	}
}
