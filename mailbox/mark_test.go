//go:build !ypipemodel

package mailbox

import (
	"sync"
	"testing"
)

func TestMark(t *testing.T) {
	var m Mark
	if m.Take() {
		t.Error("taken before it was put")
	}
	m.Put()
	m.Put()
	if !m.Take() || m.Take() {
		t.Error("not taken once")
	}
	m.Put()
	if !m.Take() {
		t.Error("not taken again")
	}
}

func TestTally(t *testing.T) {
	const goroutines, times = 4, 1000
	var n Tally
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range times {
				before := n.Count()
				if n.Add(); n.Count() <= before {
					t.Error("it has not grown")
				}
			}
		})
	}
	if wg.Wait(); n.Count() != goroutines*times {
		t.Errorf("%d, want %d", n.Count(), goroutines*times)
	}
}
