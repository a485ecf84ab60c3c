package proptest

import (
	"fmt"
	"slices"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
)

// shrinkHistory offers simpler histories.
func shrinkHistory(v any) gopter.Shrink {
	h := v.(History)
	with := func(change func(h *History)) any {
		c := h
		c.Sockets = slices.Clone(h.Sockets)
		change(&c)
		return c
	}
	steps := gen.SliceShrinker(shrinkStep)(h.Steps)
	others := []any{
		with(func(c *History) { c.Seed = 0 }),
		with(func(c *History) {
			for i := range c.Sockets {
				c.Sockets[i].SendHWM, c.Sockets[i].RecvHWM = 1000, 1000
			}
		}),
		with(withoutLast),
		with(withoutProxy),
	}
	return func() (any, bool) {
		if s, ok := steps(); ok {
			return with(func(c *History) { c.Steps = s.([]Step) }), true
		}
		for len(others) > 0 {
			c := others[0]
			others = others[1:]
			if fmt.Sprint(c) != fmt.Sprint(h) {
				return c, true
			}
		}
		return nil, false
	}
}

// withoutLast takes away the last socket, but for a proxy's, if nobody uses it any
// more.
func withoutLast(h *History) {
	last := len(h.Sockets) - 1
	proxied := h.Proxy[1] == last
	if proxied {
		last = h.Proxy[0] - 1
	}
	if last <= 1 || slices.ContainsFunc(h.Steps, func(s Step) bool { return s.Who == last || s.With == last }) {
		return
	}
	h.Sockets = slices.Delete(h.Sockets, last, last+1)
	if !proxied {
		return
	}
	h.Proxy = [2]int{last, last + 1}
	h.Steps = slices.Clone(h.Steps)
	for i := range h.Steps {
		for _, n := range []*int{&h.Steps[i].Who, &h.Steps[i].With} {
			if *n > last {
				*n--
			}
		}
	}
}

// withoutProxy takes the proxy away, and connects whoever would be through it before
// anything else is done.
func withoutProxy(h *History) {
	l := newLayout(*h)
	if !l.proxied() {
		return
	}
	var steps []Step
	for i := range h.Sockets {
		if l.isGate(i) || l.sides[i] == 1 {
			continue
		}
		steps = append(steps, Step{Do: Bind, Who: i})
		for _, j := range l.opposite(i) {
			steps = append(steps, Step{Do: Connect, Who: j, With: i})
		}
	}
	h.Sockets, h.Proxy = h.Sockets[:h.Proxy[0]], [2]int{}
	for _, s := range h.Steps {
		if !l.isGate(s.Who) && !l.isGate(s.With) {
			steps = append(steps, s)
		}
	}
	h.Steps = steps
}

// shrinkStep offers a step that does less.
func shrinkStep(v any) gopter.Shrink {
	s := v.(Step)
	var less []Step
	if s.N > 1 {
		less = append(less, Step{s.Do, s.Who, s.With, 1, s.Topic}, Step{s.Do, s.Who, s.With, s.N / 2, s.Topic})
	}
	if s.Do == Send && s.Topic != "" {
		less = append(less, Step{s.Do, s.Who, s.With, s.N, ""})
	}
	return func() (any, bool) {
		if len(less) == 0 {
			return nil, false
		}
		first := less[0]
		less = less[1:]
		return first, true
	}
}
