package proptest

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leanovate/gopter"
)

// Play plays a history over a medium. The error is a [*Violation] if it and its
// twin do not agree.
func Play(t *testing.T, m Medium, h History) error {
	_, err := replay(t, m, h, patience)
	return err
}

// replay is Play, and tells what happened.
func replay(t *testing.T, m Medium, h History, patience time.Duration) (trace []string, err error) {
	if !m.Virtual {
		return play(m, h, patience)
	}
	prepare(t)
	return inBubble(t, m, h, patience)
}

// inBubble is replay in virtual time.
func inBubble(t *testing.T, m Medium, h History, patience time.Duration) (trace []string, err error) {
	defer func() {
		if v := recover(); v != nil { // goroutines that are left
			err = violates(NothingLeft, "%v", v)
		}
	}()
	synctest.Test(t, func(*testing.T) {
		setOrder(h.Order)
		trace, err = play(m, h, patience)
		if Ordered { // whoever goes another way makes other choices, though nobody may see them
			trace = append(trace, fmt.Sprintf("%d choices in order %d", choices(), h.Order))
		}
	})
	return trace, err
}

// Generate returns the history of a pattern that a seed stands for, as [Search] plays it.
func Generate(pattern string, seed int64) History {
	params := gopter.DefaultGenParameters()
	params.Rng = rand.New(rand.NewSource(seed))
	h, _ := Histories(pattern)(params).Retrieve()
	return h.(History)
}

// A Failure is a history that ended in a violation.
type Failure struct {
	Seed    int64 // of the history that was generated
	Order   int   // how many orders of its goroutines were left out before the one in which it was played: see [Round]
	Run     int   // how many were played before it
	History History
	Err     error
	Trace   []string
	Given   bool // the history was not generated
	Again   int  // of ten more plays of the history, how many failed; in virtual time only
	Same    bool // the history that was generated went the same way once more, where it has to: see [Ordered]
}

func (f *Failure) Error() string {
	return fmt.Sprintf("seed %d: %v", f.Seed, f.Err)
}

// Search plays runs histories of a pattern, with seeds that count up from the
// given one, and returns the first that fails, made as short as possible; or nil.
func Search(t *testing.T, m Medium, pattern string, seed int64, runs int) *Failure {
	f, _ := search(t, m, Round{Pattern: pattern, Seed: seed, Runs: runs, Orders: 1, Shrinks: DefaultShrinks})
	return f
}

// search is Search of a round's histories. It counts what it has played.
func search(t *testing.T, m Medium, r Round) (f *Failure, counts Counts) {
	for a := range r.attempts {
		trace, err := replay(t, m, a.h, patience)
		counts.count(a.h)
		if err != nil {
			f := &Failure{Seed: a.seed, Order: a.order, Run: a.before, History: a.h, Err: err, Trace: trace, Given: r.History != nil}
			f.Same = Ordered && f.sameAgain(t, m)
			f.shrink(t, m, r.Shrinks)
			f.playAgain(t, m)
			return f, counts
		}
	}
	return nil, counts
}

// maxShrinkTime is for how long simpler histories are tried.
const maxShrinkTime = 30 * time.Second

// againPlays is how often what has failed is played again, and shrinkOrders in how many orders
// a simpler history is, where there are several: in that of the history before it something else happens.
const (
	againPlays   = 10
	shrinkOrders = 4
)

// sameAgain reports whether the history of f goes the same way once more.
func (f *Failure) sameAgain(t *testing.T, m Medium) bool {
	trace, err := replay(t, m, f.History, patience)
	return slices.Equal(trace, f.Trace) && fmt.Sprint(err) == fmt.Sprint(f.Err)
}

// shrink makes the history of f as short as possible. Where goroutines have an order it comes to the same each time,
// and so it takes as long as it takes.
func (f *Failure) shrink(t *testing.T, m Medium, maxShrinks int) {
	next := shrinkHistory(f.History)
	end := time.Now().Add(maxShrinkTime)
	orders := 1
	if Ordered && m.Virtual {
		orders = shrinkOrders
	}
	for range maxShrinks / orders {
		c, ok := next()
		if !ok || !Ordered && time.Now().After(end) {
			return
		}
		if h := c.(History); f.fails(t, m, h, orders) {
			next = shrinkHistory(f.History)
		}
	}
}

// fails plays a history that is simpler than that of f, which it becomes if it fails in one of several orders.
func (f *Failure) fails(t *testing.T, m Medium, h History, orders int) bool {
	for range orders {
		trace, err := replay(t, m, h, m.shrinkPatience())
		if err != nil {
			f.History, f.Err, f.Trace = h, err, trace
			return true
		}
		h.Order++
	}
	return false
}

// playAgain finds out how much the failure depends on what no seed decides: which of the
// goroutines that can go on does so first.
func (f *Failure) playAgain(t *testing.T, m Medium) {
	if !m.Virtual {
		return
	}
	for range againPlays {
		if _, err := replay(t, m, f.History, m.shrinkPatience()); err != nil {
			f.Again++
		}
	}
}

// Report describes a failure: what is wrong, what happened, and a program that
// plays it again.
func (f *Failure) Report(m Medium) string {
	var b strings.Builder
	what := f.History.Pattern
	if l := newLayout(f.History); l.proxied() {
		what += " through a proxy"
	}
	fmt.Fprintf(&b, "%s over %s, seed %d, after %d histories: %v\n", what, m.Name, f.Seed, f.Run, f.Err)
	if v, ok := f.Err.(*Violation); ok {
		fmt.Fprintf(&b, "what is promised: %s\n", Promise(v.Property))
	}
	b.WriteString("what happened:\n")
	for i, n := 0, 0; i < len(f.Trace); i += n {
		for n = 1; i+n < len(f.Trace) && f.Trace[i+n] == f.Trace[i]; n++ {
		}
		fmt.Fprintf(&b, "\t%s", f.Trace[i])
		if n > 1 {
			fmt.Fprintf(&b, " (%d times)", n)
		}
		b.WriteString("\n")
	}
	if m.Virtual {
		fmt.Fprintf(&b, "played again it fails %d times of %d\n", f.Again, againPlays)
	}
	fmt.Fprintf(&b, "%s\nor as a program:\n%s", f.command(m), f.History.Program(m.Name))
	return b.String()
}

// command says how to play the history of f again.
func (f *Failure) command(m Medium) string {
	switch {
	case f.Given:
		s := "play it again: it is one of a test's own"
		if Ordered {
			s += fmt.Sprint(", in order ", f.Order)
		}
		return s
	case !m.ours():
		return fmt.Sprintf("play it again: proptest.Search(t, MyTransport, %q, %d, 1)", f.History.Pattern, f.Seed)
	}
	again := Round{Transport: m.Name, Pattern: f.History.Pattern, Seed: f.Seed, Runs: 1, Order: f.Order}
	s := fmt.Sprintf("play it again: go test ./proptest %v", again)
	switch {
	case !m.Virtual:
		return s
	case !Ordered:
		again.Orders = 1000
		return fmt.Sprintf("%s\nwhich is in the order of its goroutines that the seed stands for, and this one came about by chance; in many orders: go test ./proptest %v", s, again)
	case f.Same:
		return s + "\nand it goes the same way, line for line, as it has once more"
	}
	return s + "\nBUT once more it did not go the same way, which is a mistake of proptest/internal/orders"
}

// Run checks all properties over media, and plays a hundred histories of each
// pattern; ten with -short. Failures are reported with the shortest history that
// was found.
func Run(t *testing.T, media ...Medium) {
	runs := 100
	if testing.Short() {
		runs = 10
	}
	for _, m := range media {
		for _, p := range Properties() {
			t.Run(m.Name+"/"+p.Name, func(t *testing.T) { p.Check(t, m) })
		}
		for _, p := range m.Patterns() {
			t.Run(m.Name+"/"+p, func(t *testing.T) {
				if f := Search(t, m, p, 1, runs); f != nil {
					t.Error(f.Report(m))
				}
			})
		}
	}
}
