package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/proptest"
	"github.com/zeroactor/zmq/proptest/internal/orders"
)

// A game is a pattern, and what it is played over.
type game struct {
	medium  proptest.Medium
	pattern string
}

// games returns what there is of a transport and a pattern; "" stands for all of them.
func games(transport, pattern string) (all []game, err error) {
	for _, m := range proptest.Media() {
		for _, p := range m.Patterns() {
			if (transport == "" || m.Name == transport) && (pattern == "" || p == pattern) {
				all = append(all, game{m, p})
			}
		}
	}
	if all == nil {
		return nil, fmt.Errorf("soak: no histories of pattern %q over transport %q", pattern, transport)
	}
	return all, nil
}

// A soak is what has been played.
type soak struct {
	games      []game
	exact      bool // what is in virtual time is for a crew, if there can be one
	orders     int  // in how many the crew plays each history
	began, end time.Time
	seed       int64

	mu     sync.Mutex
	counts proptest.Counts // guarded by mu, as is all below
	failed []string
	report string // the last one
}

// roundRuns is how many histories there are between two looks at the clock.
const roundRuns = 10

func (s *soak) run(t *testing.T) {
	var working sync.WaitGroup
	here := s.games
	if crew, theirs := s.engage(t); crew != nil {
		defer crew.Dismiss()
		here = slices.DeleteFunc(slices.Clone(here), func(g game) bool { return g.medium.Virtual })
		working.Go(func() { orders.Play(crew, s.rounds(theirs, s.orders), s.hear) })
	}
	next := s.rounds(here, 1)
	for r, ok := next(); ok; r, ok = next() {
		s.hear(r, r.Play(t), nil)
	}
	working.Wait()
	fmt.Printf("\r%s\n", s.line())
	if len(s.failed) > 0 {
		t.Fail()
	}
}

// engage returns a crew, and the games that are for it; nil if there is none.
func (s *soak) engage(t *testing.T) (crew *orders.Crew, theirs []game) {
	for _, g := range s.games {
		if g.medium.Virtual {
			theirs = append(theirs, g)
		}
	}
	if !s.exact || theirs == nil {
		return nil, nil
	}
	began := time.Now()
	crew, err := orders.Hire(t.Context(), t.TempDir(), mostSilence)
	s.end = s.end.Add(time.Since(began)) // nothing was played meanwhile
	if errors.Is(err, orders.ErrElsewhere) {
		fmt.Fprintln(os.Stderr, "soak: goroutines go on in an order of chance, and what fails may not fail again:", err)
		return nil, nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return crew, theirs
}

// mostSilence is how long a process of the crew may take for a round, and to make a history shorter, which is a minute on a
// machine that has nothing else to do: if it takes this long it goes round in circles.
const mostSilence = time.Hour

// rounds returns what returns rounds of some games in turn, until the time is over.
func (s *soak) rounds(games []game, orders int) func() (proptest.Round, bool) {
	seed, turn := s.seed, 0
	return func() (r proptest.Round, ok bool) {
		if len(games) == 0 || !time.Now().Before(s.end) {
			return r, false
		}
		if turn == len(games) {
			seed, turn = seed+roundRuns, 0
		}
		g := games[turn]
		turn++
		return proptest.Round{
			Transport: g.medium.Name, Pattern: g.pattern, Seed: seed, Runs: roundRuns, Orders: orders, Shrinks: proptest.DefaultShrinks,
		}, true
	}
}

// hear counts what somebody has played, and shows the live line. A process that has ended without an answer is a
// failure as well.
func (s *soak) hear(r proptest.Round, score proptest.Score, err error) {
	if err != nil {
		score.Failed, score.Report = fmt.Sprintf("%s/%s/%d", r.Transport, r.Pattern, r.Seed), r.Ended(err)
	}
	s.mu.Lock()
	s.counts.Add(score.Counts)
	if score.Failed != "" {
		s.failed, s.report = append(s.failed, score.Failed), score.Report
		fmt.Printf("\n%s\n", score.Report)
	}
	s.mu.Unlock()
	fmt.Printf("\r%s", s.line())
}

// line is the live line.
func (s *soak) line() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	return fmt.Sprintf("%v: histories=%d steps=%d messages=%d faults=%d failed=%d %s", time.Since(s.began).Round(time.Second),
		c.Histories, c.Steps, c.Messages, c.Faults, len(s.failed), strings.Join(s.failed, ", "))
}
