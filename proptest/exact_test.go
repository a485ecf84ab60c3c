package proptest

import (
	"os"
	"slices"
	"testing"
)

// TestPlaysAreExact plays histories over the simulated network twice. They go the same way only with
// the runtime that ./proptest/exact builds.
func TestPlaysAreExact(t *testing.T) {
	if os.Getenv("ZMQ_EXACT") == "" {
		t.Skip("needs go run ./proptest/exact -check, which changes the runtime")
	}
	m := Sim()
	for _, p := range m.Patterns() {
		if *patternFlag != "" && *patternFlag != p {
			continue
		}
		t.Run(p, func(t *testing.T) {
			for s := *seedFlag; s < *seedFlag+int64(max(*runsFlag, 1)); s++ {
				h := generate(p, s)
				first, err := replay(t, m, h, patience)
				again, errAgain := replay(t, m, h, patience)
				if !slices.Equal(first, again) || (err == nil) != (errAgain == nil) {
					t.Errorf("seed %d goes two ways: at line %d:\n%q, %v\n%q, %v", s, differ(first, again),
						told(first, differ(first, again)), err, told(again, differ(first, again)), errAgain)
				}
			}
		})
	}
}

// differ returns the first line in which two traces do.
func differ(a, b []string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}

// told returns a line of a trace, or "" behind its end.
func told(trace []string, i int) string {
	if i < len(trace) {
		return trace[i]
	}
	return ""
}
