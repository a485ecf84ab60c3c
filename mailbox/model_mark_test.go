//go:build ypipemodel

package mailbox

import (
	"fmt"
	"testing"

	"github.com/zeroactor/zmq/internal/modeltest"
)

// A mark that was put once is taken once, by whomever, if not by the others then by the last.
func TestModelMark(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: -1}, func(w *modeltest.World) {
		world = w
		var m Mark
		taken := 0
		take := func() {
			if m.Take() {
				taken++
			}
		}
		w.Go("puts", m.Put)
		w.Go("takes", take)
		w.Go("takes too", take)
		w.Finally(func() error {
			if left := int(m.put.v); taken+left != 1 {
				return fmt.Errorf("put once, taken %d times, and %d left", taken, left)
			}
			return nil
		})
	})
}

// Whoever adds is counted.
func TestModelTally(t *testing.T) {
	modeltest.Explore(t, modeltest.Config{Preemptions: -1}, func(w *modeltest.World) {
		world = w
		var n Tally
		add := func() {
			before := n.Count()
			n.Add()
			w.Require(n.Count() > before, "it has not grown from %d", before)
		}
		w.Go("adds", add)
		w.Go("adds too", add)
		w.Finally(func() error {
			if n.n.v != 2 {
				return fmt.Errorf("2 were added, and it is %d", n.n.v)
			}
			return nil
		})
	})
}
