package real

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/invariant"
	"github.com/zeroactor/zmq/patterns"
	"github.com/zeroactor/zmq/proptest"
)

var (
	runsFlag    = flag.Int("runs", 0, "histories of each pattern over a bad line; 0 is as many as belong to every change")
	patternFlag = flag.String("pattern", "", "pattern of these; all if empty")
	seedFlag    = flag.Int64("seed", 1, "seed of the first of these; the others count up")
)

// share is how many histories of each pattern belong to every change: what is sent again, because it was
// lost, takes time.
func share() int {
	if invariant.Enabled || testing.Short() {
		return lanes
	}
	return fullShare
}

const (
	// lanes is how many histories of a pattern are played at once. Most of the time they wait.
	lanes = 8

	// fullShare is share but under the race detector, and if little is to be tested.
	fullShare = 3 * lanes
)

// badLine is how the lines are that the suite goes over.
func badLine() badness {
	return badness{delay: time.Millisecond, loss: 1, double: 1, late: 5, every: 500 * time.Millisecond, outage: 30 * time.Millisecond}
}

// buffer is how many bytes the systems keep of a connection in each direction, so that much has not been
// taken yet, or in part, when a connection is lost.
const buffer = 8 << 10

// attempt is how long it may take to get a connection over the line, until another one is tried: after each packet
// that is lost a system waits twice as long before it sends again, so that a line that has stood still, as
// the process that carries its packets was not run, is silent for as long once more.
const attempt = time.Second

// greeting is how long the handshake on a connection may take: so long that no end which was not run for a while gives
// it up when it goes on, and the other one has finished it.
const greeting = time.Hour

// medium returns the medium of tcp between the two systems. Each history has ports of its own, as
// long as it is played.
func (s *systems) medium() proptest.Medium {
	const first, last, share = 2000, 32000, 40 // below those from which connections are made
	ports := make(chan int, (last-first)/share)
	for port := first; port < last; port += share {
		ports <- port
	}
	return proptest.Medium{Name: "line", Pace: 10 * time.Millisecond, Open: func(uint64) (*proptest.Ground, error) {
		port := <-ports
		return &proptest.Ground{
			Options: []patterns.ContextOption{
				patterns.Transport(s), patterns.SendBuffer(buffer), patterns.RecvBuffer(buffer),
				patterns.ConnectTimeout(attempt), patterns.HandshakeTimeout(greeting),
			},
			Endpoint: func(i int) string { return fmt.Sprintf("tcp://10.77.0.%d:%d", 1+i%2, port+i) },
			Fixed:    true,
			Network:  s.line,
			Close:    func() error { ports <- port; return nil },
		}, nil
	}}
}

// playHistories plays histories of each pattern over a medium.
func playHistories(t *testing.T, m proptest.Medium) {
	runs := *runsFlag
	if runs == 0 {
		runs = share()
	}
	for _, p := range m.Patterns() {
		if *patternFlag != "" && *patternFlag != p {
			continue
		}
		seeds := chosenSeeds(p, runs)
		for lane := range min(lanes, runs) {
			t.Run(fmt.Sprint(p, " ", lane), func(t *testing.T) {
				t.Parallel()
				for i := lane; i < runs; i += lanes {
					if f := proptest.Search(t, m, p, seeds[i], 1); f != nil {
						t.Fatalf("%s\nor: go test ./proptest/real -run TestHistoriesOver -pattern=%s -seed=%d -runs=1", f.Report(m), p, f.Seed)
					}
				}
			})
		}
	}
}

// chosenSeeds returns seeds of histories, of which about half are such as the network fails in; by
// chance it were a sixth.
func chosenSeeds(pattern string, runs int) (seeds []int64) {
	for s := *seedFlag; len(seeds) < runs; s++ {
		fails := slices.ContainsFunc(proptest.Generate(pattern, s).Steps, func(step proptest.Step) bool {
			return step.Do == proptest.Cut || step.Do == proptest.Reset
		})
		if fails || s%5 == 0 {
			seeds = append(seeds, s)
		}
	}
	return seeds
}

// TestHistoriesOverALine plays histories between two systems whose packets are
// lost, doubled and late, whose line is interrupted now and then, and whose connections
// are cut and reset as the histories say.
func TestHistoriesOverALine(t *testing.T) {
	if t.Parallel(); !alone(t) {
		return
	}
	s := newSystems(t, badLine())
	t.Run("all", func(t *testing.T) { playHistories(t, s.medium()) })
	checkBadness(t, s.line.sum(), share() == fullShare)
}

// checkBadness holds that a line has done what it is for: also cut and reset connections, if much was played; and nothing
// if it was chosen what is.
func checkBadness(t *testing.T, f figures, much bool) {
	t.Helper()
	t.Log(f)
	if *patternFlag != "" || *runsFlag > 0 {
		return
	}
	if f.lost == 0 || f.doubled == 0 || f.late == 0 || much && (f.cutOff == 0 || f.resets == 0) {
		t.Error("the line is not bad")
	}
}

// TestHistoriesOverNetem is the same with a line that only cuts and resets, and the kernel's own means to do the rest.
func TestHistoriesOverNetem(t *testing.T) {
	if t.Parallel(); !alone(t) {
		return
	}
	s := newSystems(t, badness{})
	s.netem(t)
	t.Run("all", func(t *testing.T) { playHistories(t, s.medium()) })
	t.Log(s.line.sum())
}

// TestPropertiesOverALine checks the properties that have checks of their own over such a line.
func TestPropertiesOverALine(t *testing.T) {
	if t.Parallel(); !alone(t) {
		return
	}
	s := newSystems(t, badLine())
	m := s.medium()
	t.Run("all", func(t *testing.T) {
		for _, p := range proptest.Properties() {
			if p.Name == proptest.Baseline {
				continue // it measures what all that this process does leaves, and no network makes a difference to that
			}
			t.Run(p.Name, func(t *testing.T) {
				t.Parallel()
				p.Check(t, m)
			})
		}
	})
	checkBadness(t, s.line.sum(), true)
}
