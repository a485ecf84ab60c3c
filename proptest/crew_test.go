package proptest

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/invariant"
	"github.com/zeroactor/zmq/internal/mutate"
	"github.com/zeroactor/zmq/proptest/internal/orders"
)

// mostSilence is how long a process of the crew may take for a part of a round, and to make a history shorter, which is
// a minute on a machine that has nothing else to do. It is less than what the go command gives to all tests.
const mostSilence = 5 * time.Minute

// In how many orders a history is played that has failed in the one that came about.
const pursuedOrders = 400

// An ensemble is who plays the histories of this process's tests.
type ensemble struct {
	crew   func() (*orders.Crew, error) // waits until it is built
	chance string                       // why what is in virtual time is left to an order of chance; "" if it is not
}

// engage has the crew be built, if it is to play, while something else goes on. It is dismissed at the end of the test.
func engage(t *testing.T) *ensemble {
	var building sync.WaitGroup
	var hired *orders.Crew
	dir := t.TempDir()
	e := &ensemble{chance: whyChance()}
	e.crew = sync.OnceValues(func() (c *orders.Crew, err error) {
		hired, err = hire(t, dir)
		return hired, err
	})
	if m, err := mediumNamed(*transportFlag); e.chance == "" && !Ordered && (err != nil || m.Virtual) {
		building.Go(func() { _, _ = e.crew() }) // who needs it gets the error
	}
	t.Cleanup(func() {
		building.Wait()
		if hired != nil {
			hired.Dismiss()
		}
	})
	return e
}

// hire builds a crew, with other changes of the sources perhaps.
func hire(t *testing.T, dir string, besides ...mutate.Change) (*orders.Crew, error) {
	// The go command takes a result for that of the same test if these are the same, which are parts of no test's binary.
	for _, file := range []string{"order_exact.go", "internal/player/main.go"} {
		if _, err := os.Stat(file); err != nil {
			return nil, err
		}
	}
	return orders.Hire(t.Context(), dir, mostSilence, besides...)
}

// whyChance returns why goroutines are to go on in an order of chance, or "".
func whyChance() string {
	switch {
	case !*exactFlag:
		return "-exact=false"
	case invariant.Enabled:
		return "with the race detector or assertions goroutines are to run at the same time"
	case testing.CoverMode() != "":
		return "what is covered is counted in this process only"
	case testing.Short():
		return "-short, and to build what plays in another one takes a minute"
	}
	return ""
}

// play plays a round. It returns how much that was, and a report on what has failed, if something has.
func (e *ensemble) play(t *testing.T, m Medium, r Round) (Counts, string) {
	if !m.Virtual || Ordered {
		return e.playHere(t, m, r)
	}
	if e.chance == "" {
		c, err := e.crew()
		if err == nil {
			return playInCrew(c, r)
		}
		if !errors.Is(err, orders.ErrElsewhere) {
			return Counts{}, err.Error()
		}
		e.chance = err.Error()
	}
	if r.Order != 0 || r.Orders != 1 {
		return Counts{}, "-order and -orders: goroutines go on in an order of chance: " + e.chance
	}
	t.Log(e.how())
	counts, failure := e.playHere(t, m, r)
	if failure != "" {
		failure += e.how() + "\n"
	}
	return counts, failure
}

// how says in which order the goroutines of histories in virtual time go on.
func (e *ensemble) how() string {
	if e.chance != "" {
		return "goroutines go on in an order of chance, and what fails may not fail again: " + e.chance
	}
	return "over inproc and sim goroutines go on in the orders that the seeds stand for"
}

// playHere plays a round in this process, and pursues what fails in an order of chance.
func (e *ensemble) playHere(t *testing.T, m Medium, r Round) (total Counts, failure string) {
	next := r.Parts()
	for part, ok := next(); ok; part, ok = next() {
		s := part.Play(t)
		if s.Failed != "" {
			if m.Virtual && !Ordered && *exactFlag {
				s.Report += pursue(r.Pattern, r.Transport, s.Seed, e.crew)
			}
			return total, s.Report
		}
		total.Add(s.Counts)
		tellProgress(part)
	}
	return total, ""
}

// playInCrew has a crew play a round, until something fails. That is the first one that does, however busy each
// process is.
func playInCrew(c *orders.Crew, r Round) (total Counts, failure string) {
	parts := r.Parts()
	var first Round // the first part that has failed
	next := func() (part Round, ok bool) {
		if failure != "" {
			return part, false
		}
		return parts()
	}
	orders.Play(c, next, func(part Round, s Score, err error) {
		total.Add(s.Counts)
		tellProgress(part)
		if err != nil {
			s.Report = part.Ended(err)
		}
		if earlier := part.Before < first.Before || part.Before == first.Before && part.Order < first.Order; s.Report != "" && (failure == "" || earlier) {
			first, failure = part, s.Report
		}
	})
	return total, failure
}

func tellProgress(part Round) {
	if *progressFlag {
		fmt.Printf("%d histories of %s over %s\n", part.Before+part.Runs, part.Pattern, part.Transport)
	}
}

// pursue looks for an order of its goroutines in which a history fails each time that has failed in one of chance, and
// returns what it has found. That takes minutes, which nobody has but for a failure.
func pursue(pattern, transport string, seed int64, crew func() (*orders.Crew, error)) string {
	c, err := crew()
	if err != nil {
		return fmt.Sprintf("no order of its goroutines could be tried: %v\n", err)
	}
	_, failure := playInCrew(c, Round{Transport: transport, Pattern: pattern, Seed: seed, Runs: 1, Orders: pursuedOrders, Shrinks: DefaultShrinks})
	if failure == "" {
		return fmt.Sprintf("in none of %d orders of its goroutines does it fail\n", pursuedOrders)
	}
	return fmt.Sprintf("IN AN ORDER OF ITS GOROUTINES IT FAILS EACH TIME:\n%s\n", strings.TrimSuffix(failure, "\n"))
}
