package proptest

import (
	"maps"
	"slices"
	"testing"
)

// patternHoles are the media that a pattern has no histories over, and why.
var patternHoles = map[string]map[string]string{
	"stream": {"inproc": "a STREAM has bytes, and inproc only messages"},
}

// propertyHoles are the media that a property is not checked over, and why, and
// what looks there instead.
var propertyHoles = map[string]map[string]string{
	KeepsQueued: {"inproc": "there is no connection to lose"},
	HeartbeatBound: {
		"inproc": "a peer of the same process is not silent without being told of",
		"ipc":    "the other end is of the same system, and does not go down alone; engine tests its times",
		"tcp":    "a system would have to go down: proptest/real cuts a line instead",
	},
	ByteStream: {"inproc": "a STREAM has bytes, and inproc only messages"},
	WholeMessages: {
		"inproc": "there is no connection to reset",
		"ipc":    "nobody can reset it from outside: proptest/real kills processes instead",
		"tcp":    "nobody can reset it from outside: proptest/real kills processes instead",
	},
}

// TestHoles holds that every pattern, and every property, is over every medium,
// but where it is said why it is not.
func TestHoles(t *testing.T) {
	for _, m := range Media() {
		for _, p := range Patterns() {
			has, why := slices.Contains(m.Patterns(), p), patternHoles[p][m.Name]
			if has == (why != "") {
				t.Errorf("histories of %s over %s: %t, and the reason why there are none is %q", p, m.Name, has, why)
			}
		}
		for _, p := range Properties() {
			if p.Name == Baseline {
				continue // it plays histories, which are above
			}
			counted, opened := m, 0
			counted.Open = func(seed uint64) (*Ground, error) {
				opened++
				return m.Open(seed)
			}
			if p.Name == WholeMessages { // which has a network of its own
				opened = map[bool]int{true: 1}[m.Name == "sim"]
			} else {
				p.Check(t, counted)
			}
			if why := propertyHoles[p.Name][m.Name]; (opened > 0) == (why != "") {
				t.Errorf("%s over %s is checked %d times, and the reason why it is not is %q", p.Name, m.Name, opened, why)
			}
		}
	}
}

// TestHistoriesCover holds that the histories that belong to every change have
// every way of binding, every mode and every verb that their pattern can have.
func TestHistoriesCover(t *testing.T) {
	for _, p := range Patterns() {
		verbs, ways, modes := make(map[Verb]bool), make(map[string]bool), make(map[string]bool)
		for seed := range int64(150) { // as many as over the simulated network
			h := generate(p, seed+1)
			binds := [2]bool{}
			for _, s := range h.Steps {
				verbs[s.Do] = true
				if s.Do == Bind {
					binds[side(h, s.Who)] = true
				}
			}
			ways[map[[2]bool]string{{true, false}: "the first binds", {false, true}: "the second binds", {true, true}: "both bind"}[binds]] = true
			for _, s := range h.Sockets {
				modes[s.Kind+" "+s.Mode] = true
			}
		}
		want := []Verb{Bind, Unbind, Connect, Disconnect, Send, Recv, Await, GiveUp, Watch, Unwatch, Close, Kill, Reset, Cut, Heal, Pause, Settle}
		if p == "pubsub" {
			want = append(want, Subscribe, Unsubscribe)
			for _, mode := range []string{"XPUB ", "XPUB " + Verbose, "XPUB " + Manual, "XPUB " + Inverted, "SUB ", "SUB " + Inverted, "XSUB ", "PUB ", "PUB " + Inverted} {
				if !modes[mode] {
					t.Errorf("%s: no %s", p, mode)
				}
			}
		}
		for _, v := range want {
			if !verbs[v] {
				t.Errorf("%s: no history has %s", p, v)
			}
		}
		for _, way := range []string{"the first binds", "the second binds", "both bind"} {
			if !ways[way] {
				t.Errorf("%s: in no history %s: %q", p, way, slices.Collect(maps.Keys(ways)))
			}
		}
	}
}
