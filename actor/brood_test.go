package actor

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A brood has the children that a plain slice has, in the same order, whichever leave
// first; it neither keeps one alive that has left, nor much more room than it needs.
func TestBrood(t *testing.T) {
	for _, seed := range seeds(t, 5) {
		if err := playBrood(seed); err != nil {
			t.Fatalf("%v\nto see this again: ACTOR_SEED=%d go test -run TestBrood ./actor", err, seed)
		}
	}
}

func playBrood(seed uint64) error {
	random := rand.New(rand.NewPCG(seed, 0))
	for _, leaver := range []func(n int) int{
		func(int) int { return 0 },
		func(n int) int { return n - 1 },
		random.IntN,
	} {
		b, twin := new(brood), []*Node(nil)
		for range 20 {
			births, deaths := random.IntN(200), random.IntN(200)
			for range births {
				c := new(Node)
				b.add(c)
				twin = append(twin, c)
			}
			for range min(deaths, len(twin)) {
				i := leaver(len(twin))
				b.remove(twin[i])
				twin = slices.Delete(twin, i, i+1)
				if err := checkBrood(b, twin); err != nil {
					return err
				}
			}
		}
		for len(twin) > 0 {
			b.remove(twin[0])
			twin = twin[1:]
		}
		if err := checkBrood(b, nil); err != nil {
			return err
		}
	}
	return nil
}

func checkBrood(b *brood, want []*Node) error {
	if got := b.list(nil); !slices.Equal(got, want) {
		return fmt.Errorf("%d children, want %d, or another order", len(got), len(want))
	}
	switch {
	case b.empty() != (len(want) == 0):
		return fmt.Errorf("empty with %d children", len(want))
	case len(want) > 0 && b.last() != want[len(want)-1], len(want) == 0 && b.last() != nil:
		return errors.New("another one is the last")
	case cap(b.table) > roomy+4*len(want):
		return fmt.Errorf("room for %d with %d children", cap(b.table), len(want))
	}
	for _, c := range b.table[len(b.table):cap(b.table)] {
		if c != nil {
			return errors.New("keeps one that has left")
		}
	}
	return nil
}
