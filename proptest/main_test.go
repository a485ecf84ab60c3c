package proptest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if err := errors.Join(checkChoice(*transportFlag, *patternFlag, *runsFlag), checkOrders(Ordered, *transportFlag, *orderFlag, *ordersFlag)); err != nil {
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

// checkOrders returns what is wrong with what the flags say of orders.
func checkOrders(ordered bool, transport string, first, orders int) error {
	m, err := mediumNamed(transport)
	switch {
	case first < 0:
		return fmt.Errorf("-order=%d: there can't be fewer than none", first)
	case orders < 1:
		return fmt.Errorf("-orders=%d: there is one at least", orders)
	case ordered && transport == "":
		return errors.New("-transport: inproc or sim is wanted, where goroutines have an order")
	case (ordered || first != 0 || orders != 1) && err == nil && !m.Virtual:
		return fmt.Errorf("-transport=%s: over it nothing decides the order of goroutines; there are inproc and sim", transport)
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
		ordered   bool
		transport string
		order     int
		orders    int
		want      string
	}{
		{false, "", 0, 1, ""},
		{false, "sim", 0, 1, ""},
		{true, "sim", 7, 100, ""},
		{true, "inproc", 7, 100, ""},
		{true, "sim", 0, 0, "-orders=0: there is one at least"},
		{false, "sim", 7, 2, ""},
		{false, "", 7, 2, ""},
		{false, "tcp", 0, 1, ""},
		{false, "tcp", 7, 1, "-transport=tcp: over it nothing decides"},
		{false, "ipc", 0, 2, "-transport=ipc: over it nothing decides"},
		{false, "sim", -1, 1, "-order=-1: there can't be fewer"},
		{true, "", 0, 1, "-transport: inproc or sim is wanted"},
		{true, "tcp", 0, 1, "-transport=tcp: over it nothing decides"},
	} {
		if err := checkOrders(c.ordered, c.transport, c.order, c.orders); (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
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
