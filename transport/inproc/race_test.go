package inproc

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// A caller is a connecter of the race, and what became of it.
type caller struct {
	from, number int // its goroutine, and its turn there

	accepts  atomic.Int32
	binding  atomic.Int32 // the last one that accepted it
	bound    bool         // what Connect said
	canceled bool         // what Cancel said
}

// TestRaces lets everybody loose on one name, and then holds accounts: each
// caller was accepted once, or cancelled, or is pending, and never two of
// these; each binding accepted one at a time, and each goroutine's callers in
// the order of their Connects.
func TestRaces(t *testing.T) {
	const rounds, connecters, each = 30, 4, 300
	seed := rand.Uint64()
	t.Logf("seed %d", seed) // replays the choices, not the schedule
	for round := range uint64(rounds) {
		var r Registry[*caller]
		callers := make([][]*caller, connecters)
		var binding atomic.Int32
		stop := make(chan struct{})
		var connecting, binders sync.WaitGroup
		for i := range callers {
			connecting.Go(func() {
				callers[i] = connectAll(&r, i, each, rand.New(rand.NewPCG(seed, round<<8|uint64(i))))
			})
		}
		competitors := 1 + int(round%2)
		for range competitors {
			binders.Go(func() { bindAndUnbind(t, &r, &binding, stop) })
		}
		connecting.Wait()
		close(stop)
		binders.Wait()
		// A binding that was taken away may still be at its last callers, in a
		// goroutine that is waited for by now.
		pending := make(map[*caller]int)
		for _, c := range r.Pending()["a"] {
			pending[c]++
		}
		settle(t, callers, pending, competitors == 1)
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
}

// connectAll connects n callers, and cancels some of them.
func connectAll(r *Registry[*caller], from, n int, rnd *rand.Rand) []*caller {
	var all []*caller
	for number := range n {
		c := &caller{from: from, number: number}
		all = append(all, c)
		c.bound = r.Connect("a", c)
		if rnd.IntN(4) == 0 {
			victim := all[max(0, len(all)-1-rnd.IntN(8))]
			if r.Cancel("a", victim) {
				victim.canceled = true
			}
		}
		if rnd.IntN(16) == 0 {
			runtime.Gosched()
		}
	}
	return all
}

// bindAndUnbind binds and unbinds until told to stop, in competition with
// others of its kind.
func bindAndUnbind(t *testing.T, r *Registry[*caller], counter *atomic.Int32, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		id := counter.Add(1)
		var busy atomic.Bool
		last := make(map[int]int) // by goroutine; only touched within accept
		err := r.Bind("a", func(c *caller) {
			if !busy.CompareAndSwap(false, true) {
				t.Errorf("binding %d accepts two at a time", id)
			}
			if before, ok := last[c.from]; ok && before >= c.number {
				t.Errorf("binding %d accepts %d of %d after %d", id, c.number, c.from, before)
			}
			last[c.from] = c.number
			c.accepts.Add(1)
			c.binding.Store(id)
			if c.number%16 == 0 {
				runtime.Gosched() // let the others come while one is accepted
			}
			busy.Store(false)
		})
		runtime.Gosched()
		if err == nil {
			if err := r.Unbind("a"); err != nil {
				t.Errorf("Unbind: %v", err)
			}
		}
	}
}

// settle holds the accounts. Bindings are numbered in the order of their Binds
// only if there is one binder.
func settle(t *testing.T, callers [][]*caller, pending map[*caller]int, numbered bool) {
	for _, all := range callers {
		binding := int32(0)
		for _, c := range all {
			ends := int(c.accepts.Load()) + pending[c]
			if c.canceled {
				ends++
			}
			if ends != 1 {
				t.Errorf("%d of %d: accepted %d times, cancelled %t, pending %d times",
					c.number, c.from, c.accepts.Load(), c.canceled, pending[c])
			}
			if c.bound && c.accepts.Load() != 1 {
				t.Errorf("%d of %d found a binder, and was not accepted", c.number, c.from)
			}
			// Who came later was not accepted by an earlier binding.
			if b := c.binding.Load(); b != 0 {
				if numbered && b < binding {
					t.Errorf("%d of %d: accepted by binding %d after %d", c.number, c.from, b, binding)
				}
				binding = b
			}
		}
	}
}
