package proptest

import "testing"

// The parts of a round have each of its plays once, in its order, and none has too many.
func TestParts(t *testing.T) {
	for _, r := range []Round{
		{Seed: 3, Runs: 0, Orders: 1},
		{Seed: 3, Runs: 1, Orders: 1, Order: 5},
		{Seed: -3, Runs: 50, Orders: 1, Before: 7},
		{Seed: 3, Runs: 5, Orders: 7},
		{Seed: 3, Runs: 2, Orders: 2*partPlays + 1, Order: 4},
	} {
		var got [][3]int64
		next := r.Parts()
		for p, ok := next(); ok; p, ok = next() {
			plays := playsOf(p)
			if len(plays) == 0 || len(plays) > partPlays {
				t.Errorf("%v has a part of %d plays", r, len(plays))
			}
			got = append(got, plays...)
		}
		want := playsOf(r)
		if len(got) != len(want) || len(want) != r.Runs*r.Orders {
			t.Fatalf("%v has %d plays in parts, and %d", r, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%v: play %d is %v, want %v", r, i, got[i], want[i])
			}
		}
	}
}

// playsOf returns the seed, the order and the number of each play.
func playsOf(r Round) (plays [][3]int64) {
	r.Pattern = "pair"
	for a := range r.attempts {
		plays = append(plays, [3]int64{a.seed, int64(a.order), int64(a.before)})
	}
	return plays
}

// What a round is called is what plays it again.
func TestRoundFlags(t *testing.T) {
	for want, r := range map[string]Round{
		"-transport=sim -pattern=pair -seed=42 -runs=1":                               {Transport: "sim", Pattern: "pair", Seed: 42, Runs: 1, Orders: 1},
		"-transport=sim -pattern=router -seed=-1 -runs=3 -order=2 -orders=4 -proxied": {Transport: "sim", Pattern: "router", Seed: -1, Runs: 3, Order: 2, Orders: 4, Proxied: true},
	} {
		if got := r.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Only those that have a proxy between their sides are played, if these are wanted.
func TestProxiedRounds(t *testing.T) {
	proxied, played := 0, 0
	r := Round{Pattern: "pipeline", Runs: 100, Orders: 1}
	for a := range r.attempts {
		if l := newLayout(a.h); l.proxied() {
			proxied++
		}
	}
	r.Proxied = true
	for range r.attempts {
		played++
	}
	if played != proxied || played == 0 || played == 100 {
		t.Errorf("%d of 100 are played, %d have a proxy", played, proxied)
	}
}
