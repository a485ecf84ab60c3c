package actor

import (
	"cmp"
	"slices"
	"time"
)

// Whoever waits in the middle of a message handles none meanwhile. So a cycle of
// actors each of which waits for the next one stays as it is, unless something from
// outside ends one of the waits:
//
//   - A kill, which is no reason to wait.
//   - A context with a deadline. Then the cycle ends by itself; the error of that
//     says which it was.
//   - An answer that somebody else has been left to give, or somebody who cancels a
//     context that is not just the actor's own. Nobody can know of these, so that
//     the cycle is given time: Config.DeadlockGrace.
//
// Otherwise the wait that has closed the cycle fails. A cycle is found by a look
// at all waits, a while after one has begun. What is seen there is true at the end of
// the look: an actor whose wait is registered during all of it has not left it, so
// what it is waited for has not come either.

// A color is how far a look has come with an actor.
type color uint8

const (
	unseen color = iota
	onPath
	seen
)

// A cycle is one of waits, of which the first has the least number.
type cycle struct {
	waits   []*wait
	numbers []uint64
	since   time.Time // when it was seen first
}

// A cycleKey is what tells most cycles apart: the least and the greatest number.
type cycleKey [2]uint64

func selfDeadlock(who *core, what WaitKind, whom *Node) error {
	return &DeadlockError{Cycle: []Waiting{{Who: who.path(), For: what, Whom: whom.Path()}}}
}

// lookSoon sees to it that somebody looks. mu is held.
func (y *waits) lookSoon() {
	if !y.due {
		y.due = true
		time.AfterFunc(max(lookAfter, y.pace), func() { y.look(true) })
	}
}

// look finds cycles, and ends those that count as deadlocks. scheduled says that it is
// what lookSoon has ordered.
func (y *waits) look(scheduled bool) {
	y.root.turn()
	y.mu.Lock()
	defer y.mu.Unlock()
	if scheduled {
		y.due = false
	}
	began := time.Now()
	found, timed := y.cycles(false)
	before := y.known
	y.known = make(map[cycleKey][]*cycle, len(found))
	for _, c := range found {
		y.judge(c, before)
	}
	if timed { // for those to name who have a deadline
		all, _ := y.cycles(true)
		for _, c := range all {
			c.mark()
		}
	}
	y.pace = 10 * time.Since(began) // looks at very many must not be most of what is done
}

// judge ends a cycle, or has it looked at later. mu is held.
func (y *waits) judge(c *cycle, before map[cycleKey][]*cycle) {
	if slices.ContainsFunc(c.waits, func(w *wait) bool { return w.verdict != nil }) {
		return // another one that was ended has been in its way
	}
	last := c.last()
	if y.grace < 0 && !c.endless() {
		return
	}
	if !c.endless() {
		key := cycleKey{c.numbers[0], last.number}
		same := func(k *cycle) bool { return slices.Equal(k.numbers, c.numbers) }
		if at := slices.IndexFunc(before[key], same); at >= 0 {
			c.since = before[key][at].since
		} else {
			time.AfterFunc(y.grace, func() { y.look(false) })
		}
		if time.Since(c.since) < y.grace {
			y.known[key] = append(y.known[key], c)
			return
		}
	}
	last.fail(c.error(last))
	y.lookSoon() // there may be others that had a part in common
}

// last returns the wait that has closed the cycle.
func (c *cycle) last() *wait {
	return slices.MaxFunc(c.waits, func(a, b *wait) int { return cmp.Compare(a.number, b.number) })
}

// endless reports whether only a kill can end it from outside.
func (c *cycle) endless() bool {
	return !slices.ContainsFunc(c.waits, func(w *wait) bool { return !w.endless() })
}

// endless reports whether nothing but what w waits for, or a kill, can end it.
func (w *wait) endless() bool {
	return w.what != ForAnswer && w.ctx.Done() == w.by.Done()
}

// mark notes c in its waits.
func (c *cycle) mark() {
	for _, w := range c.waits {
		w.cycle = c
	}
}

// holds reports whether all are waiting still; that of which the question is leaves.
func (c *cycle) holds(leaving *wait) bool {
	for i, w := range c.waits {
		if w.number != c.numbers[i] || w != leaving && (!w.lasts() || w.ctx.Err() != nil) {
			return false
		}
	}
	return true
}

// error names those in the cycle, from w on.
func (c *cycle) error(w *wait) *DeadlockError {
	at := slices.Index(c.waits, w)
	e := &DeadlockError{}
	for _, w := range slices.Concat(c.waits[at:], c.waits[:at]) {
		e.Cycle = append(e.Cycle, Waiting{Who: w.by.core.path(), For: w.what, Whom: w.whom.Path()})
	}
	return e
}

// A step is a place on the path of a search: the actor, by its first wait, and how far
// the search has come with that.
type step struct {
	actor *wait
	edge  *wait   // where the path goes on, or the next to be tried
	to    []*wait // whom that one waits for, of those who wait: their first waits
	tried bool    // to is known
}

// cycles searches all waits, in one pass. Those with a deadline are taken for lasting
// only if they are to be; timed says whether there are any. mu is held.
func (y *waits) cycles(withDeadline bool) (found []*cycle, timed bool) {
	of := make(map[*Node]*wait)
	for w := y.first; w != nil; w = w.next {
		node := &w.by.core.node
		w.sibling, w.color = of[node], unseen
		of[node] = w
	}
	counts := func(w *wait) bool {
		if !w.lasts() || w.ctx.Err() != nil {
			return false
		}
		_, limited := w.ctx.Deadline()
		timed = timed || limited
		return withDeadline || !limited
	}
	for w := y.first; w != nil; w = w.next {
		actor := of[&w.by.core.node]
		if actor.color != unseen {
			continue
		}
		actor.color = onPath
		path := []step{{actor: actor, edge: actor}}
		for len(path) > 0 {
			at := &path[len(path)-1]
			switch {
			case at.edge == nil:
				at.actor.color = seen
				path = path[:len(path)-1]
			case !at.tried:
				at.tried = true
				if counts(at.edge) {
					at.to = at.edge.whomOf(of)
				}
			case len(at.to) == 0:
				at.edge, at.tried = at.edge.sibling, false
			default:
				next := at.to[0]
				at.to = at.to[1:]
				switch next.color {
				case unseen:
					next.color = onPath
					path = append(path, step{actor: next, edge: next})
				case onPath:
					found = append(found, closed(path, next))
				}
			}
		}
	}
	return found, timed
}

// whomOf returns, of those who wait, whom w waits for.
func (w *wait) whomOf(of map[*Node]*wait) (all []*wait) {
	if w.what != ForEnd {
		if next := of[w.whom]; next != nil {
			all = append(all, next)
		}
		return all
	}
	for node, next := range of {
		if node.within(w.whom) {
			all = append(all, next)
		}
	}
	slices.SortFunc(all, func(a, b *wait) int { return cmp.Compare(a.number, b.number) })
	return all
}

// closed returns the cycle that a path makes that comes back to an actor on it.
func closed(path []step, to *wait) *cycle {
	from := slices.IndexFunc(path, func(s step) bool { return s.actor == to })
	c := &cycle{since: time.Now()}
	for _, s := range path[from:] {
		c.waits = append(c.waits, s.edge)
	}
	first := slices.MinFunc(c.waits, func(a, b *wait) int { return cmp.Compare(a.number, b.number) })
	at := slices.Index(c.waits, first)
	c.waits = slices.Concat(c.waits[at:], c.waits[:at])
	for _, w := range c.waits {
		c.numbers = append(c.numbers, w.number)
	}
	return c
}
