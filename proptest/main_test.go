package proptest

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if err := checkChoice(*transportFlag, *patternFlag, *runsFlag); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if only := chosenTests(*transportFlag, *patternFlag, *runsFlag); only != "" && flag.Lookup("test.run").Value.String() == "" {
		flag.Set("test.run", only)
	}
	leaktest.Main(m)
}

// checkChoice returns what is wrong with what the flags say.
func checkChoice(transport, pattern string, runs int) error {
	var names, patterns []string
	for _, m := range Media() {
		names = append(names, m.Name)
		if transport == "" || transport == m.Name {
			patterns = append(patterns, m.Patterns()...)
		}
	}
	if transport != "" && !slices.Contains(names, transport) {
		return fmt.Errorf("-transport=%s: there are %q", transport, names)
	}
	if _, err := findPattern(pattern); pattern != "" && err != nil {
		return fmt.Errorf("-pattern=%s: there are %q", pattern, Patterns())
	}
	if pattern != "" && !slices.Contains(patterns, pattern) {
		return fmt.Errorf("-pattern=%s: not over %s", pattern, transport)
	}
	if runs < 0 {
		return fmt.Errorf("-runs=%d: there can't be fewer than none", runs)
	}
	return nil
}

// chosenTests returns what is to be run, if it is not said: who wants some histories wants no
// other tests. "" is all.
func chosenTests(transport, pattern string, runs int) string {
	switch {
	case pattern != "" || runs > 0:
		return "^TestHistories$"
	case transport != "":
		return "^(TestHistories|TestProperties)$"
	}
	return ""
}

// TestChoices: each name that there is can be chosen, and others are refused with those that
// there are.
func TestChoices(t *testing.T) {
	for _, m := range append(Media(), Medium{}) {
		for _, p := range append(m.Patterns(), "") {
			if err := checkChoice(m.Name, p, 1); err != nil {
				t.Error(err)
			}
		}
	}
	for _, c := range []struct {
		transport, pattern string
		runs               int
		want               string
	}{
		{"udp", "pair", 1, `-transport=udp: there are ["inproc" "ipc" "tcp" "sim"]`},
		{"tcp", "pubsubs", 1, `-pattern=pubsubs: there are ["pair" "pipeline" "conflate" "dealer" "router" "reqrep" "pubsub" "stream"]`},
		{"inproc", "stream", 1, "-pattern=stream: not over inproc"},
		{"", "", -1, "-runs=-1: there can't be fewer than none"},
	} {
		if err := checkChoice(c.transport, c.pattern, c.runs); err == nil || err.Error() != c.want {
			t.Errorf("%v: %v", c, err)
		}
	}
}
