package patterns

import (
	"slices"
	"testing"
)

// TestFairQueueRemove takes pipes out of the middle of a round: the others keep
// their turns.
func TestFairQueueRemove(t *testing.T) {
	for n := 1; n <= 4; n++ {
		for next := range n {
			for gone := range n {
				var q fairQueue
				for range n {
					q.add(new(pipe))
				}
				q.next = next
				turn, out := q.active[next], q.active[gone]
				q.remove(out)
				q.remove(out) // is not there any more
				if len(q.active) != n-1 || slices.Contains(q.active, out) || out.queued {
					t.Fatalf("%d of %d: still there", gone, n)
				}
				if gone != next && q.active[q.next] != turn {
					t.Errorf("%d of %d: the turn of %d is lost", gone, n, next)
				}
				if n > 1 && q.next >= n-1 {
					t.Errorf("%d of %d, at %d: nobody's turn, %d", gone, n, next, q.next)
				}
			}
		}
	}
}
