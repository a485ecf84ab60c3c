package proptest

import (
	"fmt"
	"math/rand"
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
	defer func() {
		if v := recover(); v != nil { // goroutines that are left
			err = violates(NothingLeft, "%v", v)
		}
	}()
	synctest.Test(t, func(*testing.T) { trace, err = play(m, h, patience) })
	return trace, err
}

// generate returns the history of a pattern that a seed stands for.
func generate(pattern string, seed int64) History {
	params := gopter.DefaultGenParameters()
	params.Rng = rand.New(rand.NewSource(seed))
	h, _ := Histories(pattern)(params).Retrieve()
	return h.(History)
}

// A Failure is a history that ended in a violation.
type Failure struct {
	Seed    int64 // of the history that was generated
	Run     int   // how many were played before it
	History History
	Err     error
	Trace   []string
	Again   int // of ten more plays of the history, how many failed; in virtual time only
}

func (f *Failure) Error() string {
	return fmt.Sprintf("seed %d: %v", f.Seed, f.Err)
}

// Search plays runs histories of a pattern, with seeds that count up from the
// given one, and returns the first that fails, made as short as possible; or nil.
func Search(t *testing.T, m Medium, pattern string, seed int64, runs int) *Failure {
	return search(t, m, pattern, seed, runs, mostShrinks)
}

// search is Search with a bound on how many simpler histories are tried.
func search(t *testing.T, m Medium, pattern string, seed int64, runs, maxShrinks int) *Failure {
	for i := range runs {
		s := seed + int64(i)
		h := generate(pattern, s)
		trace, err := replay(t, m, h, patience)
		if err != nil {
			f := &Failure{Seed: s, Run: i, History: h, Err: err, Trace: trace}
			f.shrink(t, m, maxShrinks)
			f.playAgain(t, m)
			return f
		}
	}
	return nil
}

// How many simpler histories are tried, and for how long.
const (
	mostShrinks   = 500
	maxShrinkTime = 30 * time.Second
)

// againPlays is how often what has failed is played again.
const againPlays = 10

// shrink makes the history of f as short as possible.
func (f *Failure) shrink(t *testing.T, m Medium, maxShrinks int) {
	next := shrinkHistory(f.History)
	end := time.Now().Add(maxShrinkTime)
	for range maxShrinks {
		c, ok := next()
		if !ok || time.Now().After(end) {
			return
		}
		h := c.(History)
		if trace, err := replay(t, m, h, shrinkPatience); err != nil {
			f.History, f.Err, f.Trace = h, err, trace
			next = shrinkHistory(h)
		}
	}
}

// playAgain finds out how much the failure depends on what no seed decides: which of the
// goroutines that can go on does so first.
func (f *Failure) playAgain(t *testing.T, m Medium) {
	if !m.Virtual {
		return
	}
	for range againPlays {
		if _, err := replay(t, m, f.History, shrinkPatience); err != nil {
			f.Again++
		}
	}
}

// Report describes a failure: what is wrong, what happened, and a program that
// plays it again.
func (f *Failure) Report(m Medium) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s over %s, seed %d, after %d histories: %v\n", f.History.Pattern, m.Name, f.Seed, f.Run, f.Err)
	if v, ok := f.Err.(*Violation); ok {
		fmt.Fprintf(&b, "what is promised: %s\n", Promise(v.Property))
	}
	fmt.Fprintf(&b, "what happened:\n\t%s\n", strings.Join(f.Trace, "\n\t"))
	if m.Virtual {
		fmt.Fprintf(&b, "played again it fails %d times of %d\n", f.Again, againPlays)
	}
	if m.ours() {
		fmt.Fprintf(&b, "play it again: go test ./proptest -transport=%s -pattern=%s -seed=%d -runs=1\nor as a program:\n", m.Name, f.History.Pattern, f.Seed)
	} else {
		fmt.Fprintf(&b, "play it again: proptest.Search(t, MyTransport, %q, %d, 1)\nor as a program:\n", f.History.Pattern, f.Seed)
	}
	b.WriteString(f.History.Program(m.Name))
	return b.String()
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
