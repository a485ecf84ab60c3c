package proptest

import (
	"cmp"
	"runtime"
	"slices"
	"testing"
)

// patternHoles are the media that a pattern has no histories over, and why.
var patternHoles = map[string]map[string]string{
	"stream": {"inproc": "a STREAM has bytes, and inproc only messages"},
}

// proxyHoles are the patterns that have no histories with a proxy, and why.
var proxyHoles = map[string]string{
	"pair":     "a PAIR has one peer, and so has one of a proxy's: it would be a pipeline of two",
	"conflate": "a proxy takes all that comes, and what replaces it comes behind it",
	"stream":   "the ids of a STREAM's connections mean nothing to another one",
}

// everywhere is the medium of what is so over all of them.
const everywhere = "all"

// propertyHoles are the media that a property is not checked over, and why, and
// what looks there instead.
var propertyHoles = map[string]map[string]string{
	KeepsQueued: {"inproc": "there is no connection to lose"},
	HeartbeatBound: {
		"inproc": "a peer of the same process is not silent without being told of",
		"ipc":    "the other end is of the same system, and does not go down alone; engine tests its times",
		"tcp":    "nobody falls silent: proptest/real checks it over a line that is cut",
	},
	ByteStream: {"inproc": "a STREAM has bytes, and inproc only messages"},
	WholeMessages: {
		"inproc": "there is no connection to reset",
		"ipc":    "nobody can reset it from outside: proptest/real kills processes instead",
		"tcp":    "nobody can reset it from outside: proptest/real checks it over a line that does",
	},
	Cancellation: {everywhere: "nobody is connected: that is what the calls wait for; histories cancel those of sockets that are"},
	Baseline:     {everywhere: "it plays histories, which connect in all ways"},
}

// wayHoles are the ways of connecting that a property is not checked with, and why.
var wayHoles = map[string]map[way]string{
	KeepsQueued: {
		secondBinds: "who binds does not keep what is queued for who is gone, and is not promised to",
		early:       "that is how the second connection is made: it is tried before its address is bound again",
	},
	Handover: {early: "who is cut off must not come again, and so does not try twice"},
	OnePeer: {
		secondBinds: "a PAIR that connects to two knows both by itself",
		early:       "a PAIR that is connected to by two before it is bound has no first and no second",
	},
}

// hole returns why a property is not checked over a medium with a way of connecting,
// or "".
func hole(property, medium string, w way) string {
	if medium == "tcp" && w == early && runtime.GOOS != "linux" {
		return "see TCP"
	}
	over := propertyHoles[property]
	return cmp.Or(over[medium], over[everywhere], wayHoles[property][w])
}

// TestHoles holds that every pattern is over every medium, but where it is said why it
// is not, and with every way of connecting. TestProperties does so for properties.
func TestHoles(t *testing.T) {
	for _, m := range Media() {
		for _, p := range Patterns() {
			has, why := slices.Contains(m.Patterns(), p), patternHoles[p][m.Name]
			if has == (why != "") {
				t.Errorf("histories of %s over %s: %t, and the reason why there are none is %q", p, m.Name, has, why)
			}
		}
	}
	for _, p := range allPatterns() {
		if why := proxyHoles[p.name]; (p.gates[0] == "") != (why != "") {
			t.Errorf("a proxy in histories of %s: %q, and the reason why there is none is %q", p.name, p.gates, why)
		}
	}
	for _, of := range []map[string]map[string]string{patternHoles, propertyHoles} {
		for what := range of {
			if !slices.Contains(Patterns(), what) && !slices.ContainsFunc(Properties(), func(p Property) bool { return p.Name == what }) {
				t.Errorf("%q, which has a hole, is neither a pattern nor a property", what)
			}
		}
	}
}

// checkHoles holds that a property was checked with the ways of connecting that it has
// no reason not to be checked with.
func checkHoles(t *testing.T, property string, m Medium, seen map[way]bool) {
	t.Helper()
	for _, w := range ways {
		if why := hole(property, m.Name, w); seen[w] == (why != "") {
			t.Errorf("%s over %s when %s: %t, and the reason why it is not checked is %q", property, m.Name, w, seen[w], why)
		}
	}
}

// TestHistoriesCover holds that the histories that belong to every change have
// every way of connecting over every medium, and every mode and every verb that their
// pattern can have.
func TestHistoriesCover(t *testing.T) {
	for _, p := range Patterns() {
		verbs, modes := make(map[Verb]bool), make(map[string]bool)
		through := make(map[Verb]bool) // those that are done to the sockets of a proxy
		for seed := range int64(150) { // as many as over the simulated network
			h := Generate(p, seed+1)
			l := newLayout(h)
			for _, s := range h.Steps {
				verbs[s.Do] = true
				through[s.Do] = through[s.Do] || l.isGate(s.Who)
			}
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
		for _, v := range []Verb{Bind, Unbind, Connect, Disconnect, Close, Kill, Reset, Cut, Heal, Hold, Resume} {
			if !through[v] && proxyHoles[p] == "" {
				t.Errorf("%s: no history has %s of a proxy's socket", p, v)
			}
		}
		for _, m := range Media() {
			played, proxied := wayCounts(p, fullShare(m))
			if proxied == 0 && proxyHoles[p] == "" {
				t.Errorf("%s over %s: no history has a proxy", p, m.Name)
			}
			for _, w := range allWays {
				if played[w] == 0 && patternHoles[p][m.Name] == "" {
					t.Errorf("%s over %s: in no history %s", p, m.Name, w)
				}
			}
		}
	}
}

// wayCounts returns in how many histories of a pattern, but of no more than the first
// hundred, the sockets are connected in each way, and in how many through a proxy.
func wayCounts(pattern string, runs int) (counts map[way]int, proxied int) {
	counts = make(map[way]int)
	for seed := range int64(min(runs, 100)) {
		h := Generate(pattern, seed+1)
		for _, w := range h.ways() {
			counts[w]++
		}
		if l := newLayout(h); l.proxied() {
			proxied++
		}
	}
	return counts, proxied
}
