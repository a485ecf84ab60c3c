// Command soak plays histories made by chance until its time is over, each with
// the next seed, and prints a live line of figures.
//
//	go run ./proptest/soak -for 1h
//	go run ./proptest/soak -for 10m -transport sim -pattern router -seed 1000000
//
// A history that fails is printed, made as short as possible, as a program; the
// exit status is then 1.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/proptest"
)

func main() {
	length := flag.Duration("for", time.Hour, "how long to play")
	transport := flag.String("transport", "", "inproc, ipc, tcp or sim; all if empty")
	pattern := flag.String("pattern", "", "pattern of the histories; all if empty")
	seed := flag.Int64("seed", time.Now().UnixNano(), "seed of the first round")
	testing.Init() // virtual time is to be had in tests only
	flag.Parse()

	all, err := games(*transport, *pattern)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	s := &soak{games: all, round: 10, end: time.Now().Add(*length), began: time.Now(), seed: *seed}
	any := func(string, string) (bool, error) { return true, nil }
	testing.Main(any, []testing.InternalTest{{Name: "soak", F: s.run}}, nil, nil) // it exits
}

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
	began, end time.Time
	seed       int64
	counts     proptest.Counts
	failed     []string
}

func (s *soak) run(t *testing.T) {
	for time.Now().Before(s.end) {
		for _, g := range s.games {
			s.search(t, g)
		}
		s.seed += int64(s.round)
	}
	fmt.Printf("\r%s\n", s.line())
	if len(s.failed) > 0 {
		t.Fail()
	}
}

func (s *soak) search(t *testing.T, g game) {
	if !time.Now().Before(s.end) {
		return
	}
	f, counts := proptest.Soak(t, g.medium, g.pattern, s.seed, s.round)
	s.counts.Add(counts)
	if f != nil {
		s.failed = append(s.failed, fmt.Sprintf("%s/%s/%d", g.medium.Name, g.pattern, f.Seed))
		fmt.Printf("\n%s\n", f.Report(g.medium))
	}
	fmt.Printf("\r%s", s.line())
}

// line is the live line.
func (s *soak) line() string {
	c := s.counts
	return fmt.Sprintf("%v: histories=%d steps=%d messages=%d faults=%d failed=%d %s", time.Since(s.began).Round(time.Second),
		c.Histories, c.Steps, c.Messages, c.Faults, len(s.failed), strings.Join(s.failed, " "))
}
