package proptest

import (
	"fmt"
	"hash/fnv"
	"testing"
)

// A Round is some histories of a pattern, over one of this package's media. It is what commands of this module play,
// and what they have other processes play.
type Round struct {
	Transport, Pattern string // the name of the medium, and of the pattern

	Seed   int64 // of the first history; the others count up
	Runs   int   // histories
	Before int   // how many were played before them, for reports

	// Orders is how often each history is played, at least once, each time in another order of its goroutines where
	// that is decided. Order is how many of them are left out before the first: without any it is the seed's own.
	Order, Orders int

	History *History // what is played in the place of generated ones; nil if nothing is

	Shrinks int  // how many simpler histories to try after a failure
	Proxied bool // play only those that have a proxy between their sides
	Told    bool // tell what has come of each play
}

// DefaultShrinks is how many simpler histories are tried after a failure, if nothing else is wanted.
const DefaultShrinks = 500

// String returns the flags of this package's test for a round.
func (r Round) String() string {
	s := fmt.Sprintf("-transport=%s -pattern=%s -seed=%d -runs=%d", r.Transport, r.Pattern, r.Seed, r.Runs)
	if r.Order != 0 {
		s += fmt.Sprint(" -order=", r.Order)
	}
	if r.Orders > 1 {
		s += fmt.Sprint(" -orders=", r.Orders)
	}
	if r.Proxied {
		s += " -proxied"
	}
	return s
}

// Ended returns the report on a process that has ended, with err, before it could say what came of the round.
func (r Round) Ended(err error) string {
	return fmt.Sprintf("a process has ended: %v\nplay again what it played: go test ./proptest %v", err, r)
}

// partPlays is how many plays a part of a round has at most: some tenths of a second's work.
const partPlays = 20

// Parts returns what returns the round in small parts, one after another, and false behind the last one.
func (r Round) Parts() func() (Round, bool) {
	runs, orders := max(1, partPlays/r.Orders), min(r.Orders, partPlays)
	done, tried := 0, 0
	return func() (p Round, ok bool) {
		if done >= r.Runs {
			return p, false
		}
		p = r
		p.Seed, p.Before, p.Runs = r.Seed+int64(done), r.Before+done, min(runs, r.Runs-done)
		p.Order, p.Orders = r.Order+tried, min(orders, r.Orders-tried)
		if tried += orders; tried >= r.Orders {
			done, tried = done+runs, 0
		}
		return p, true
	}
}

// A Score is what has come of a round.
type Score struct {
	Counts Counts
	Failed string   // which history has failed, the last that was played; "" if none has
	Seed   int64    // of that
	Report string   // on that
	Plays  []string // one line on each play, if they are to be told of
}

// Play plays the round in this process.
func (r Round) Play(t *testing.T) (s Score) {
	m, err := mediumNamed(r.Transport)
	if err != nil {
		t.Fatal(err)
	}
	if r.Told {
		return Score{Plays: r.tell(t, m)}
	}
	f, counts := search(t, m, r)
	s.Counts = counts
	if f != nil {
		s.Failed, s.Seed, s.Report = fmt.Sprintf("%s/%s/%d", r.Transport, r.Pattern, f.Seed), f.Seed, f.Report(m)
		if f.Order != 0 {
			s.Failed += fmt.Sprintf(" in order %d", f.Order)
		}
	}
	return s
}

// attempts yields each play of the round.
func (r Round) attempts(yield func(a attempt) bool) {
	for i := range r.Runs {
		seed := r.Seed + int64(i)
		h := r.history(seed)
		if l := newLayout(h); r.Proxied && !l.proxied() {
			continue
		}
		for k := range r.Orders {
			order := r.Order + k
			if Ordered {
				h.Order = uint64(seed) + uint64(order)
			}
			if !yield(attempt{h, seed, order, r.Before + i}) {
				return
			}
		}
	}
}

// history returns the history of a seed.
func (r Round) history(seed int64) History {
	if r.History != nil {
		return *r.History
	}
	return Generate(r.Pattern, seed)
}

// An attempt is a play of a history, in one order of its goroutines.
type attempt struct {
	h      History
	seed   int64
	order  int // how many orders it is behind the seed's own
	before int // histories that were played before
}

// tell plays the round, and returns a line on each play, to be compared with what comes of it elsewhere.
func (r Round) tell(t *testing.T, m Medium) (told []string) {
	for a := range r.attempts {
		trace, err := replay(t, m, a.h, patience)
		trace = append(trace, "") // also what has panicked has a last line
		sum := fnv.New64a()
		fmt.Fprintf(sum, "%q", trace)
		one := Round{Transport: m.Name, Pattern: r.Pattern, Seed: a.seed, Runs: 1, Order: a.order}
		told = append(told, fmt.Sprintf("%v: %d lines, of sum %016x, the last %q, and the error %v",
			one, len(trace), sum.Sum64(), trace[max(0, len(trace)-2)], err))
	}
	return told
}

// Counts is how much has been played.
type Counts struct{ Histories, Steps, Messages, Faults int }

// Add adds other to c.
func (c *Counts) Add(other Counts) {
	c.Histories += other.Histories
	c.Steps += other.Steps
	c.Messages += other.Messages
	c.Faults += other.Faults
}

// count adds a history. Messages are those that it is to send, and faults the
// steps that lose something.
func (c *Counts) count(h History) {
	c.Histories++
	c.Steps += len(h.Steps)
	for _, s := range h.Steps {
		switch s.Do {
		case Send:
			c.Messages += max(s.N, 1)
		case Kill, Close, Reset, Cut, Disconnect, Unbind:
			c.Faults++
		}
	}
}
