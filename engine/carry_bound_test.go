package engine

import (
	"testing"
	"time"
)

// A bound ends when the system has taken nothing for its slack, and in any case at its last
// time. It is not set anew for each small piece.
func TestBoundOfWait(t *testing.T) {
	start := time.Now()
	b := newBound(start, 64<<20)
	if b.next != start.Add(b.slack) || b.last.Sub(start) <= 2*b.slack {
		t.Fatalf("it begins with %v of %v, slack is %v", b.next.Sub(start), b.last.Sub(start), b.slack)
	}
	if now := start.Add(b.slack / 3); b.moved(now) {
		t.Error("it is set anew long before it is over")
	}
	now := start.Add(b.slack * 2 / 3)
	if !b.moved(now) || b.next != now.Add(b.slack) {
		t.Errorf("progress makes it %v", b.next.Sub(now))
	}
	for range 1000 {
		before := b.next
		now = now.Add(b.slack * 2 / 3)
		if later := b.moved(now); later != b.next.After(before) || b.next.After(b.last) {
			t.Fatalf("later: %v, from %v to %v of %v", later, before.Sub(start), b.next.Sub(start), b.last.Sub(start))
		}
	}
	if b.next != b.last {
		t.Errorf("it ends at %v of %v", b.next.Sub(start), b.last.Sub(start))
	}
	if b := (bound{slack: maxPace}); b.moved(start) {
		t.Error("one that is not to be longer is")
	}
}
