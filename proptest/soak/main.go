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

	s := &soak{end: time.Now().Add(*length), began: time.Now(), seed: *seed}
	for _, m := range proptest.Media() {
		if *transport == "" || m.Name == *transport {
			s.media = append(s.media, m)
		}
	}
	for _, p := range proptest.Patterns() {
		if *pattern == "" || p == *pattern {
			s.patterns = append(s.patterns, p)
		}
	}
	if len(s.media) == 0 || len(s.patterns) == 0 {
		fmt.Fprintln(os.Stderr, "no such transport or pattern")
		os.Exit(2)
	}
	all := func(string, string) (bool, error) { return true, nil }
	testing.Main(all, []testing.InternalTest{{Name: "soak", F: s.run}}, nil, nil) // it exits
}

// A soak is what has been played.
type soak struct {
	media      []proptest.Medium
	patterns   []string
	began, end time.Time
	seed       int64
	counts     proptest.Counts
	failed     []string
}

// round is how many histories are played between two looks at the clock.
const round = 10

func (s *soak) run(t *testing.T) {
	for time.Now().Before(s.end) {
		for _, m := range s.media {
			for _, p := range s.patterns {
				s.search(t, m, p)
			}
		}
		s.seed += round
	}
	fmt.Printf("\r%s\n", s.line())
	if len(s.failed) > 0 {
		t.Fail()
	}
}

func (s *soak) search(t *testing.T, m proptest.Medium, pattern string) {
	if !time.Now().Before(s.end) {
		return
	}
	f, counts := proptest.Soak(t, m, pattern, s.seed, round)
	s.counts.Add(counts)
	if f != nil {
		s.failed = append(s.failed, fmt.Sprintf("%s/%s/%d", m.Name, pattern, f.Seed))
		fmt.Printf("\n%s\n", f.Report(m))
	}
	fmt.Printf("\r%s", s.line())
}

// line is the live line.
func (s *soak) line() string {
	c := s.counts
	return fmt.Sprintf("%v: histories=%d steps=%d messages=%d faults=%d failed=%d %s", time.Since(s.began).Round(time.Second),
		c.Histories, c.Steps, c.Messages, c.Faults, len(s.failed), strings.Join(s.failed, " "))
}
