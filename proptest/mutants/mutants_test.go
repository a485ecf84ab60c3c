package main

import (
	"strings"
	"testing"
)

// TestMutantsApply holds that each mutant is still a change of the sources as
// they are, and that there are enough.
func TestMutantsApply(t *testing.T) {
	const least = 25
	if len(mutants) < least {
		t.Errorf("only %d mutants", len(mutants))
	}
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, m := range mutants {
		if names[m.name] {
			t.Errorf("two mutants are called %q", m.name)
		}
		names[m.name] = true
		text, err := m.mutate(root)
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
		} else if !strings.Contains(text, m.to) {
			t.Errorf("%s is not in the source", m.name)
		}
	}
}

func TestExplain(t *testing.T) {
	for out, want := range map[string]string{
		"x_test.go:1: pair over sim, seed 4, after 3 histories: order: socket 1":     "order: pair over sim, after 3 histories",
		"--- FAIL: TestProperties/sim/fair_queueing\n property \"fair queueing\"; w": "fair queueing over sim",
		"panic: test timed out after 1m0s":                                           "hangs",
		"panic: runtime error: index":                                                "panic: runtime error: index",
		"a\nexit status 2\n":                                                         "exit status 2",
	} {
		if got := explain(out); got != want {
			t.Errorf("%q is explained as %q, want %q", out, got, want)
		}
	}
}
