package engine

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Handshakes in the memory of others come to the same as in memory of their own, and what
// they have found out stays what it is when others use that.
func TestHandshakesInSpareMemory(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	all := transcripts(t)
	var names []string
	for name := range all {
		names = append(names, name, name, name)
	}
	slices.Sort(names) // or the seed would not do
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var spare Spare
	outcomes := make([]outcome, len(names))
	for i, name := range names {
		tr := all[name]
		x := spare.take(tr.cfg)
		outcomes[i] = shakeOn(&x.Handshake, append(tr.input(), tr.rest...))
		spare.give(x)
	}
	for i, name := range names {
		if err := all[name].check(outcomes[i]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	kept := 1
	if all[names[len(names)-1]].cfg.Mechanism != nil { // it may be in use
		kept = 0
	}
	if len(spare.list) != kept {
		t.Errorf("%d handshakes are kept of one at a time, want %d", len(spare.list), kept)
	}
}

// No more is kept than a socket needs that makes its connections a few at a time; and a
// mechanism that is not ours keeps its handshake.
func TestSpareMemoryIsBounded(t *testing.T) {
	var spare Spare
	taken := make([]*exchange, 3*mostSpare)
	for i := range taken {
		taken[i] = spare.take(HandshakeConfig{SocketType: "PUSH"})
	}
	for _, x := range taken {
		spare.give(x)
	}
	if len(spare.list) != mostSpare {
		t.Errorf("%d are kept", len(spare.list))
	}
	own := spare.take(HandshakeConfig{SocketType: "PUSH", Mechanism: NewNull})
	if spare.give(own); len(spare.list) != mostSpare-1 {
		t.Errorf("%d are kept, with one that somebody may use", len(spare.list))
	}
}
