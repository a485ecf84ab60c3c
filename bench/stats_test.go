package main

import (
	"slices"
	"testing"
	"time"
)

func TestSpread(t *testing.T) {
	for _, test := range []struct {
		samples []float64
		want    spread
	}{
		{nil, spread{}},
		{[]float64{3}, spread{3, 3, 3}},
		{[]float64{9, 1}, spread{5, 1, 9}},
		{[]float64{5, 1, 9}, spread{5, 1, 9}},
		{[]float64{100, 2, 4, 1}, spread{3, 1, 100}},
	} {
		before := slices.Clone(test.samples)
		if got := spreadOf(test.samples); got != test.want {
			t.Errorf("spreadOf(%v) = %v, want %v", before, got, test.want)
		}
		if !slices.Equal(test.samples, before) {
			t.Errorf("spreadOf changed %v to %v", before, test.samples)
		}
	}
}

// The median of ratios is not the ratio of medians: here each round says 2,
// while the machine was four times slower in the second.
func TestRatiosArePaired(t *testing.T) {
	got := ratios([]float64{8, 2, 8}, []float64{4, 1, 4})
	if want := []float64{2, 2, 2}; !slices.Equal(got, want) {
		t.Errorf("ratios = %v, want %v", got, want)
	}
	got = ratios([]float64{0, 6, 1}, []float64{1, 3, 0})
	if want := []float64{2}; !slices.Equal(got, want) {
		t.Errorf("ratios with unmeasured rounds = %v, want %v", got, want)
	}
	if got := ratios([]float64{1, 2}, nil); got != nil {
		t.Errorf("ratios with nothing = %v, want none", got)
	}
}

// By the table of the binomial distribution.
func TestOneSided(t *testing.T) {
	for n, most := range map[int]int{0: -1, 4: -1, 5: 0, 7: 0, 8: 1, 10: 1, 15: 3, 20: 5, 25: 7, 100: 41} {
		for some := range n + 1 {
			if got, want := oneSided(some, n), min(some, n-some) <= most; got != want {
				t.Errorf("%d of %d: %v", some, n, got)
			}
		}
	}
}

func TestNextCount(t *testing.T) {
	for _, test := range []struct {
		count   int
		elapsed time.Duration
		next    int
		done    bool
	}{
		{1000, 0, 20_000, false},
		{1000, time.Millisecond, 20_000, false},
		{1000, 100 * time.Millisecond, 10_000, false},
		{1000, 250 * time.Millisecond, 4000, true},
		{1000, time.Second, 1000, true},
		{1000, 4 * time.Second, 250, true},
		{1, time.Hour, 1, true},
		{maxCount / 2, time.Millisecond, maxCount, true},
	} {
		next, done := nextCount(test.count, test.elapsed, time.Second)
		if next != test.next || done != test.done {
			t.Errorf("nextCount(%d, %v) = %d, %v, want %d, %v",
				test.count, test.elapsed, next, done, test.next, test.done)
		}
	}
}

func TestWarmUp(t *testing.T) {
	for count, want := range map[int]int{
		1: 1, 500: 500, 10_000: 2000, 1_000_000: 100_000, maxCount: 1_000_000,
	} {
		if got := warmUp(count); got != want {
			t.Errorf("warmUp(%d) = %d, want %d", count, got, want)
		}
	}
}
