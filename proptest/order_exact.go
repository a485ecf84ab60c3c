//go:build zmqorders

package proptest

import (
	"runtime"
	"sync"
	"testing"
	_ "unsafe" // some functions are the runtime's
)

// Ordered says whether this is built with the runtime of proptest/internal/orders, in which a number decides in
// which order the goroutines of a history go on.
const Ordered = true

// setOrder has the goroutines of this bubble go on in another order.
//
//go:linkname setOrder
func setOrder(order uint64)

// choices is how many there were in this bubble.
//
//go:linkname choices
func choices() uint64

// prepare has nothing be left of what was played before: what a pool has depends on it, and a collection in the midst
// of a history would depend on how much there was. Before the first one it plays some that nobody looks at, as the
// libraries do some things once.
func prepare(t *testing.T) {
	warm.Do(func() {
		for _, m := range []Medium{Inproc(), Sim()} {
			for _, p := range m.Patterns() {
				for seed := range int64(warmHistories) {
					h := Generate(p, seed)
					h.Order = 1
					_, _ = inBubble(t, m, h, patience) // what fails does so again, where that is looked at
				}
			}
		}
	})
	runtime.GC()
	runtime.GC()
}

// warmHistories is how many of each pattern it takes until everything has been done once.
const warmHistories = 3

var warm sync.Once
