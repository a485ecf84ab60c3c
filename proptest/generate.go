package proptest

import (
	"fmt"
	"math/rand"
	"slices"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
)

// Histories generates the histories of a pattern. A history that fails shrinks:
// to fewer steps, and to steps that do less.
func Histories(pattern string) gopter.Gen {
	return func(params *gopter.GenParameters) *gopter.GenResult {
		p, err := findPattern(pattern)
		if err != nil {
			return gopter.NewEmptyResult(nil)
		}
		g := &generator{r: params.Rng, p: p}
		return gopter.NewGenResult(g.history(), shrinkHistory)
	}
}

// A generator makes one history.
type generator struct {
	r    *rand.Rand
	p    pattern
	h    History
	calm bool     // nothing fails, and nobody goes
	wait bool     // goroutines wait for messages, and pollers watch
	few  []string // topics; the fewer, the more often they meet
}

func (g *generator) chance(percent int) bool { return g.r.Intn(100) < percent }

func pick[T any](r *rand.Rand, of ...T) T { return of[r.Intn(len(of))] }

// side returns on which side of its pattern a socket is.
func side(h History, i int) int {
	p, _ := findPattern(h.Pattern)
	if slices.Equal(p.sides[0], p.sides[1]) {
		return i % 2
	}
	if slices.Contains(p.sides[0], h.Sockets[i].Kind) {
		return 0
	}
	return 1
}

func (g *generator) history() History {
	g.h = History{Pattern: g.p.name, Seed: g.r.Uint64()}
	g.calm, g.wait = g.chance(50), g.chance(50)
	g.few = allTopics
	if g.chance(50) {
		g.few = []string{pick(g.r, allTopics...), pick(g.r, allTopics...)}
	}
	marks := []int{1000, 1000, pick(g.r, 0, 1, 2, 3, 10)}
	for i := range 2 * (1 + g.r.Intn(g.p.most)) {
		if i >= 2 && g.chance(25) && !slices.Equal(g.p.sides[0], g.p.sides[1]) {
			i++
		}
		g.h.Sockets = append(g.h.Sockets, Socket{
			Kind:    pick(g.r, g.p.sides[i%2]...),
			SendHWM: pick(g.r, marks...),
			RecvHWM: pick(g.r, marks...),
		})
	}
	switch g.p.name {
	case "pubsub":
		g.modes()
	case "conflate":
		one := g.r.Intn(3) // of two, or both
		for i := range g.h.Sockets {
			if one != i {
				g.h.Sockets[i].Mode = Conflated
			}
		}
	}
	late := g.prelude()
	for range 5 + g.r.Intn(25) {
		g.add(g.next())
		if len(late) > 0 && g.chance(30) {
			g.add(late[0])
			late = late[1:]
		}
	}
	return g.h
}

// modes makes some XPUBs verbose or manual, or all sockets inverted.
func (g *generator) modes() {
	inverted := g.chance(15)
	for i := range g.h.Sockets {
		s := &g.h.Sockets[i]
		switch {
		case inverted && s.Kind == "XSUB":
			s.Kind = "SUB" // an XSUB does not filter, and so does not know what is inverted
			fallthrough
		case inverted:
			s.Mode = Inverted
		case s.Kind == "XPUB":
			s.Mode = pick(g.r, "", "", Verbose, Manual)
		}
	}
}

// oneWay reports whether only the first side sends.
func (g *generator) oneWay() bool {
	return g.p.name == "pubsub" || slices.Equal(g.p.sides[0], []string{"PUSH"})
}

func (g *generator) add(s Step) { g.h.Steps = append(g.h.Steps, s) }

// prelude connects everybody, in any direction and in any order; but for those
// who come later, if some do.
func (g *generator) prelude() (late []Step) {
	first := g.r.Intn(3) // which side binds; 2 is any
	bound := make([]bool, len(g.h.Sockets))
	var steps []Step
	for i := range g.h.Sockets {
		if bound[i] = first == side(g.h, i) || first == 2 && g.chance(50); bound[i] {
			steps = append(steps, Step{Do: Bind, Who: i})
		}
	}
	for i := range g.h.Sockets {
		for j := range i {
			if side(g.h, i) == side(g.h, j) {
				continue
			}
			switch {
			case bound[i]:
				steps = append(steps, Step{Do: Connect, Who: j, With: i})
			case bound[j]:
				steps = append(steps, Step{Do: Connect, Who: i, With: j})
			default:
				steps = append(steps, Step{Do: Bind, Who: i}, Step{Do: Connect, Who: j, With: i})
			}
		}
		if g.p.name == "pubsub" && side(g.h, i) == 1 {
			steps = append(steps, g.subscription(i))
		}
	}
	g.r.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	some := g.chance(40)
	for _, s := range steps {
		if some && s.Do == Connect && g.chance(60) {
			late = append(late, s)
		} else {
			g.add(s)
		}
	}
	if g.chance(70) {
		g.add(Step{Do: Settle})
	}
	return late
}

// allTopics are prefixes of each other.
var allTopics = []string{"", "a", "a", "ab", "abc", "b", "b\x00"}

func (g *generator) topic() string { return pick(g.r, g.few...) }

func (g *generator) subscription(who int) Step {
	return Step{Do: pick(g.r, Subscribe, Subscribe, Unsubscribe), Who: who, Topic: g.topic()}
}

// of returns a socket of a side.
func (g *generator) of(want int) int {
	for {
		if i := g.r.Intn(len(g.h.Sockets)); side(g.h, i) == want {
			return i
		}
	}
}

// next makes a step.
func (g *generator) next() Step {
	if g.wait && g.chance(20) {
		return g.waiting()
	}
	if g.p.name == "pubsub" && g.chance(12) {
		return g.subscription(g.of(1))
	}
	who := g.r.Intn(len(g.h.Sockets))
	other := g.of(1 - side(g.h, who))
	weight := g.r.Intn(100)
	switch {
	case weight < 45:
		if g.oneWay() {
			who = g.of(0) // the others cannot
		}
		other = g.of(1 - side(g.h, who))
		s := Step{Do: Send, Who: who, With: other, N: pick(g.r, 1, 1, 1, 2, 5, 20)}
		if g.p.name == "pubsub" {
			s.Topic = g.topic()
		}
		return s
	case weight < 70:
		return Step{Do: Recv, Who: who, N: pick(g.r, 1, 1, 3, 10, 100)}
	case weight < 77:
		return Step{Do: Settle}
	case weight < 82:
		return Step{Do: Pause, N: 1 + g.r.Intn(40)}
	case weight < 90 || g.calm:
		return Step{Do: Send, Who: g.of(0), With: g.of(1), N: 1}
	}
	return g.trouble(who, other)
}

// waiting makes a step of those who wait, and watch.
func (g *generator) waiting() Step {
	who := g.r.Intn(len(g.h.Sockets))
	if g.oneWay() {
		who = g.of(1)
	}
	switch g.r.Intn(12) {
	case 0, 1, 2:
		return Step{Do: GiveUp, Who: who, N: pick(g.r, 1, 1, 3)}
	case 3:
		return Step{Do: Watch, Who: who}
	case 4:
		return Step{Do: Unwatch, Who: who}
	}
	return Step{Do: Await, Who: who, N: pick(g.r, 1, 1, 2, 5, 1000)}
}

// trouble makes a step that loses something, or may.
func (g *generator) trouble(who, other int) Step {
	switch g.r.Intn(12) {
	case 0:
		return Step{Do: Close, Who: who}
	case 1:
		return Step{Do: Kill, Who: who}
	case 2, 3:
		return Step{Do: Disconnect, Who: who, With: other}
	case 4, 5:
		return Step{Do: Connect, Who: who, With: other}
	case 6:
		return Step{Do: Unbind, Who: who}
	case 7:
		return Step{Do: Bind, Who: who}
	case 8:
		return Step{Do: Cut, Who: who}
	case 9:
		return Step{Do: Heal, Who: who}
	}
	if g.chance(50) { // in the midst of much that is on its way
		g.add(Step{Do: Send, Who: g.sender(who, other), With: other, N: 20, Topic: g.topic()})
		g.add(Step{Do: Pause, N: 1 + g.r.Intn(40)})
	}
	return Step{Do: Reset, Who: who}
}

// sender returns that of two sockets that can send.
func (g *generator) sender(one, other int) int {
	if g.oneWay() && side(g.h, one) == 1 {
		return other
	}
	return one
}

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
		with(func(c *History) { // sockets that nobody uses any more
			last := len(c.Sockets) - 1
			if last > 1 && !slices.ContainsFunc(c.Steps, func(s Step) bool { return s.Who == last || s.With == last }) {
				c.Sockets = c.Sockets[:last]
			}
		}),
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
