package main

import (
	"math"
	"slices"
	"time"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

// A spread is the middle and the ends of some samples.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// spreadOf returns the spread of samples, which stay as they are. The median
// of an even number of samples is the mean of the two in the middle; the
// spread of none is zero.
func spreadOf(samples []float64) spread {
	n := len(samples)
	if n == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(samples))
	return spread{
		Median: (sorted[(n-1)/2] + sorted[n/2]) / 2,
		Min:    sorted[0],
		Max:    sorted[n-1],
	}
}

// ratios divides each of a by the one of b of the same round, so that what
// slowed the machine down for a while touches both. Rounds in which either is
// zero, which means "not measured", are left out.
func ratios(a, b []float64) []float64 {
	var quotients []float64
	for i := range min(len(a), len(b)) {
		if a[i] != 0 && b[i] != 0 {
			quotients = append(quotients, a[i]/b[i])
		}
	}
	return quotients
}

// oneSided reports whether so many of n samples on one side of a bound, and the others on the other one, tell on which
// side the median is: if it were on the bound, as few as the fewer would come in one of twenty times (a sign test).
func oneSided(some, n int) bool {
	few := min(some, n-some)
	p, term := 0.0, math.Pow(0.5, float64(n)) // of k heads in n tosses
	for k := 0; k <= few; k++ {
		p += term
		term *= float64(n-k) / float64(k+1)
	}
	return p < 0.05
}

const (
	// maxCount bounds a sample's messages.
	maxCount = peer.MaxCount

	// maxGrowth bounds the step from one trial to the next: a trial too short
	// for the caches and the scheduler to settle foretells too much.
	maxGrowth = 20
)

// nextCount says how many messages to try next, if count of them took elapsed
// and a sample should take target. done means that the trial was long enough
// to rely on next.
func nextCount(count int, elapsed, target time.Duration) (next int, done bool) {
	growth := float64(maxGrowth)
	if elapsed > 0 {
		growth = min(growth, target.Seconds()/elapsed.Seconds())
	}
	next = int(math.Round(float64(count) * growth))
	next = min(max(next, 1), maxCount)
	return next, elapsed >= target/4 || next == maxCount
}

// warmUp returns how many messages go before count measured ones: a tenth, but
// enough to fill both high-water marks, and not so many that they cost time.
func warmUp(count int) int {
	return min(max(count/10, min(count, 2000), 1), 1_000_000)
}
