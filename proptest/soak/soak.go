package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/proptest"
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
	round      int // histories between two looks at the clock
	orders     int // of each history
	began, end time.Time
	seed       int64
	order      uint64
	say        func(word)
	crew       *crew // that plays what is in virtual time; nil if there is none

	mu     sync.Mutex
	counts proptest.Counts // guarded by mu, as is all below
	failed []string
	report string // the last one
}

// A word says how far the search is.
type word struct {
	Round  string // what is played next, as the flags of ./proptest/exact; "" if that is not said
	Counts proptest.Counts
	Failed string // which history has failed; "" if none has
	Report string // on it
}

func (s *soak) run(t *testing.T) {
	s.engage(t)
	for len(s.games) > 0 && time.Now().Before(s.end) {
		for _, g := range s.games {
			s.search(t, g)
		}
		s.seed += int64(s.round)
		s.order += uint64(s.round * s.orders)
	}
	s.crew.wait()
	if !proptest.Ordered {
		fmt.Printf("\r%s\n", s.line())
	}
	if len(s.failed) > 0 {
		t.Fail()
	}
}

func (s *soak) search(t *testing.T, g game) {
	if !time.Now().Before(s.end) {
		return
	}
	s.say(word{Round: fmt.Sprintf("-transport=%s -pattern=%s -seed=%d -runs=%d -order=%d -orders=%d", g.medium.Name, g.pattern, s.seed, s.round, s.order, s.orders)})
	f, counts := proptest.Soak(t, g.medium, g.pattern, s.seed, s.round, s.order, s.orders)
	w := word{Counts: counts}
	if f != nil {
		w.Failed = fmt.Sprintf("%s/%s/%d", g.medium.Name, g.pattern, f.Seed)
		if proptest.Ordered {
			w.Failed += fmt.Sprintf(" in order %d", f.Order)
		}
		w.Report = f.Report(g.medium)
	}
	s.say(w)
}

// hear counts what somebody has played, and shows the live line.
func (s *soak) hear(w word) {
	s.mu.Lock()
	s.counts.Add(w.Counts)
	if w.Failed != "" {
		s.failed, s.report = append(s.failed, w.Failed), w.Report
		fmt.Printf("\n%s\n", w.Report)
	}
	s.mu.Unlock()
	if w.Round == "" {
		fmt.Printf("\r%s", s.line())
	}
}

// line is the live line.
func (s *soak) line() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	return fmt.Sprintf("%v: histories=%d steps=%d messages=%d faults=%d failed=%d %s", time.Since(s.began).Round(time.Second),
		c.Histories, c.Steps, c.Messages, c.Faults, len(s.failed), strings.Join(s.failed, ", "))
}
