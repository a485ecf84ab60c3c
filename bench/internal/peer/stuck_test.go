package peer

import (
	"testing"
	"time"
)

// The median of the turns counts, each by its own neighbours: here a stuck subscriber
// costs a tenth of the rate, while the machine becomes four times slower, and once stands
// still.
func TestStuckOf(t *testing.T) {
	at := func(slow time.Duration) turn {
		return turn{free: window{90 * slow, 100 * slow}, stuck: window{100 * slow, 120 * slow}}
	}
	halt := turn{free: window{90, 100}, stuck: window{9000, 100}}
	got := stuckOf([]turn{at(1), at(2), halt, at(3), at(4)}, 22)
	if want := (Stuck{Rate: 0.9, CPU: 1.2, SendCPUNS: (10*220 + 200) / 110.0}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// What was not measured is zero, and not infinite.
func TestStuckOfNothing(t *testing.T) {
	if got := stuckOf([]turn{{}, {}}, 4); got != (Stuck{}) {
		t.Errorf("%+v, want zeros", got)
	}
}
