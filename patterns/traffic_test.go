package patterns

import "testing"

// Connections of one context's sockets know of each other's traffic, and not of that of other contexts.
func TestTrafficIsShared(t *testing.T) {
	c, d := NewContext(), NewContext()
	var of []any
	for _, ctx := range []*Context{c, c, d} {
		s, err := NewPull(InContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if a, b := s.engineConfig(true).Traffic, s.engineConfig(false).Traffic; a == nil || a != b {
			t.Errorf("of who is accepted %p, of who is connected %p", a, b)
		}
		of = append(of, s.engineConfig(true).Traffic)
	}
	if of[0] != of[1] || of[1] == of[2] {
		t.Errorf("of two sockets of one context %p and %p, of one of another %p", of[0], of[1], of[2])
	}
}
