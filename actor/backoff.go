package actor

import (
	"math"
	"math/rand/v2"
	"time"
)

// Exponential is a back-off: First, then each delay Factor times the one
// before, up to Max. Its method Delay is a [Spec.Backoff].
type Exponential struct {
	First  time.Duration // before the first restart; 0 and negative are none, for all
	Max    time.Duration // of all delays; 0 and negative are no maximum
	Factor float64       // 0 is 2; less than 1 makes delays shorter; it must not be negative
	Jitter float64       // 0 to 1: the part of each delay that is left to chance; it only shortens. More is 1, negative 0
	Tries  int           // give up after that many restarts in a row; 0 and negative are never

	// Rand gives the chance, in [0, 1). nil is math/rand/v2. It must be safe
	// for concurrent use if the back-off serves several nodes.
	Rand func() float64
}

// Delay returns the delay before a restart, and false if there is to be none.
// attempt counts from 1. It may be called from any goroutine.
func (e Exponential) Delay(attempt int, _ time.Duration) (time.Duration, bool) {
	if e.Tries > 0 && attempt > e.Tries {
		return 0, false
	}
	factor := e.Factor
	if factor == 0 {
		factor = 2
	}
	limit := float64(math.MaxInt64)
	if e.Max > 0 {
		limit = float64(e.Max)
	}
	delay := min(float64(max(e.First, 0))*math.Pow(factor, float64(attempt-1)), limit)
	if e.Jitter > 0 {
		chance := rand.Float64
		if e.Rand != nil {
			chance = e.Rand
		}
		delay *= 1 - min(e.Jitter, 1)*chance()
	}
	if !(delay < math.MaxInt64) { // also where 0 * +Inf is not a number
		if e.First <= 0 {
			return 0, true
		}
		return math.MaxInt64, true
	}
	return time.Duration(delay), true
}
