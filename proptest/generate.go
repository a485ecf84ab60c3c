package proptest

import (
	"math/rand"
	"slices"

	"github.com/leanovate/gopter"
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

	layout layout // of what has been made
}

func (g *generator) chance(percent int) bool { return g.r.Intn(100) < percent }

func pick[T any](r *rand.Rand, of ...T) T { return of[r.Intn(len(of))] }

// side returns on which side of its pattern a socket is. One of a proxy is on the side
// that it stands in for.
func side(h History, i int) int {
	p, _ := findPattern(h.Pattern)
	if h.Proxy[0] != h.Proxy[1] {
		switch i {
		case h.Proxy[0]:
			return 1
		case h.Proxy[1]:
			return 0
		}
	}
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
	if p := g.p.gates; p[0] != "" && g.h.Seed>>40%proxyShare == 0 {
		g.device(marks)
	}
	g.layout = newLayout(g.h)
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

// proxyShare is of how many histories one has a proxy between its sides, if its pattern
// can.
const proxyShare = 4

// device adds the sockets of a proxy. What is inverted goes through none: a publisher
// keeps away from it what any subscriber does not want.
func (g *generator) device(marks []int) {
	if g.h.Sockets[0].Mode == Inverted {
		return
	}
	n := len(g.h.Sockets)
	for _, kind := range g.p.gates {
		g.h.Sockets = append(g.h.Sockets, Socket{Kind: kind, SendHWM: pick(g.r, marks...), RecvHWM: pick(g.r, marks...)})
	}
	g.h.Proxy = [2]int{n, n + 1}
	g.calm = g.calm && g.chance(50) // there are more places where something can fail
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
			if !g.layout.talk(i, j) {
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
		if g.p.name == "pubsub" && side(g.h, i) == 1 && !g.layout.isGate(i) {
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

// of returns a socket of a side, and none of a proxy's.
func (g *generator) of(want int) int {
	for {
		if i := g.r.Intn(len(g.h.Sockets)); side(g.h, i) == want && !g.layout.isGate(i) {
			return i
		}
	}
}

// mate returns a socket that may be connected to another one.
func (g *generator) mate(who int) int {
	for {
		if i := g.r.Intn(len(g.h.Sockets)); g.layout.talk(who, i) {
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
	if g.layout.proxied() && g.chance(8) {
		return Step{Do: pick(g.r, Hold, Resume), Who: pick(g.r, g.h.Proxy[:]...)}
	}
	who := g.r.Intn(len(g.h.Sockets))
	other := g.mate(who)
	weight := g.r.Intn(100)
	if weight < 70 && g.layout.isGate(who) {
		who = g.of(pick(g.r, 0, 1))
	}
	if weight >= 70 && g.layout.proxied() && g.chance(50) {
		weight = 99
		who = pick(g.r, g.h.Proxy[:]...)
		other = g.mate(who)
	}
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
	if g.oneWay() || g.layout.isGate(who) {
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
		from, to := g.sender(who, other), other
		if g.layout.proxied() {
			from, to = g.of(0), g.of(1)
		}
		g.add(Step{Do: Send, Who: from, With: to, N: 20, Topic: g.topic()})
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
