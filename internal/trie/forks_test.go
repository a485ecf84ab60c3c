package trie

import (
	"slices"
	"strings"
	"testing"
)

// TestForks has nodes become forks and cease to be, in each way there is. The references to them
// are checked after each step: a stale one leads to memory that may be anything's.
func TestForks(t *testing.T) {
	long := strings.Repeat("l", maxLabel)
	for _, test := range []struct {
		name  string
		steps string // + adds a topic, - removes it
	}{
		{"a topic ends there, and does no longer", "+ax1 +ax2 +b +ax -ax"},
		{"it begins below one that ends there", "+b +ax +ax1 +ax2 -ax"},
		{"the edges need more room", "+b +ax0 +ax1 +ax2 +ax3 +ax4 +ax5 +ax6 +ax7 +ax8 +ax9 +axA +axB +axC"},
		{"and less", "+b +ax0 +ax1 +ax2 +ax3 +ax4 +ax5 +ax6 +ax7 +ax8 -ax3 -ax0 -ax8 -ax1 -ax2 -ax7 -ax4"},
		{"one kid is left, and takes its place", "+b +a1 +a2 -a1"},
		{"one kid is left, and can't take its place", "+b +a1 +a" + long + " -a1 +a2 -a2"},
		{"and it goes as well", "+b +a1 +a" + long + " -a1 -a" + long},
		{"fork above fork above fork", "+xa11 +xa12 +xa21 +xa22 +xb11 +xb12 +y -xa11 -xa12 -xa22 +xa -xa +xa3"},
		{"a label is split before it", "+abcd1 +abcd2 +ab +abc +z -abc -ab"},
		{"below the root, with a link above", "+" + long + "a1 +" + long + "a2 +" + long + "b +m -" + long + "b -m"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var c Counted
			var m Multi[int]
			twin := make(dumbMulti)
			steps := strings.Fields(test.steps)
			for _, step := range slices.Clone(steps) { // what is left goes in the end
				if !slices.Contains(steps, "-"+step[1:]) {
					steps = append(steps, "-"+step[1:])
				}
			}
			for _, step := range steps {
				topic := []byte(step[1:])
				if step[0] == '+' {
					c.Add(topic)
					m.Add(topic, 1)
					twin.Add(step[1:], 1)
				} else {
					c.Remove(topic)
					m.Remove(topic, 1)
					twin.Remove(step[1:], 1)
				}
				if err := c.tree.check(); err != nil {
					t.Fatalf("Counted, after %.20q: %v", step, err)
				}
				if err := m.check(); err != nil {
					t.Fatalf("Multi, after %.20q: %v", step, err)
				}
				for _, other := range steps {
					b := other[1:] + "behind"
					hits := 0
					m.Match([]byte(b), func(int) { hits++ })
					if want := len(twin.Match(b)); hits != want || c.Match([]byte(b)) != (want > 0) {
						t.Fatalf("after %.20q, %.20q matches %d topics, want %d", step, b, hits, want)
					}
				}
			}
			if c.Len() != 0 {
				t.Fatalf("%d topics are left", c.Len())
			}
		})
	}
}
