package proptest

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/invariant"
	"github.com/zeroactor/zmq/transport/tcp"
)

var (
	transportFlag = flag.String("transport", "", "transport of the histories: inproc, ipc, tcp or sim; all if empty")
	patternFlag   = flag.String("pattern", "", "pattern of the histories; all if empty")
	seedFlag      = flag.Int64("seed", 1, "seed of the first history; the others count up")
	exactFlag     = flag.Bool("exact", true, "over inproc and sim, have the seed decide also in which order goroutines go on, where that can be done")
	orderFlag     = flag.Int("order", 0, "how many orders of its goroutines to leave out before the first in which a history is played; without any it is the seed's own")
	ordersFlag    = flag.Int("orders", 1, "how often to play each history, each time in another order of its goroutines")
	shrinksFlag   = flag.Int("shrinks", DefaultShrinks, "how many simpler histories to try after a failure")
	progressFlag  = flag.Bool("progress", false, "say after some histories that they have been played, for who watches")
	proxiedFlag   = flag.Bool("proxied", false, "only those of the histories that have a proxy between their sides")
	runsFlag      = flag.Int("runs", 0, "histories of each pattern over each transport; 0 is as many as belong to every change")
)

// fullShare is how many histories belong to every change, of each pattern: what is in
// virtual time is cheap.
func fullShare(m Medium) int {
	switch {
	case m.Local:
		return 1600
	case m.Virtual:
		return 150
	}
	return 25
}

// share is fullShare, or less: the race detector makes everything ten times as slow.
func share(m Medium) int {
	runs := fullShare(m)
	if invariant.Enabled || testing.Short() {
		runs /= 10
	}
	return runs
}

// leastHistories is how many histories belong to every change at least.
const leastHistories = 10_000

// countVar names, in the environment, a file that is told how many histories were
// played, and how long that took.
const countVar = "ZMQ_HISTORIES"

// TestHistories plays histories of each pattern over each transport: in virtual time with a crew, of which the numbers
// decide everything, if there can be one.
func TestHistories(t *testing.T) {
	var total Counts
	start := time.Now()
	e := engage(t)
	defer func() {
		told := fmt.Sprintf("%d histories in %v; %s\n", total.Histories, time.Since(start).Round(time.Second/10), e.how())
		t.Log(told)
		if file := os.Getenv(countVar); file != "" && !invariant.Enabled {
			if err := os.WriteFile(file, []byte(told), 0o600); err != nil {
				t.Error(err)
			}
		}
		chosen := *transportFlag != "" || *patternFlag != "" || *runsFlag > 0 || strings.Contains(flag.Lookup("test.run").Value.String(), "/")
		if !chosen && !t.Failed() {
			checkTotal(t, total.Histories)
		}
	}()
	media := Media() // while the crew's program is built, those are played that are not for it
	slices.SortStableFunc(media, func(a, b Medium) int {
		switch {
		case a.Virtual == b.Virtual:
			return 0
		case a.Virtual:
			return 1
		}
		return -1
	})
	for _, m := range media {
		for _, p := range m.Patterns() {
			if *transportFlag != "" && *transportFlag != m.Name || *patternFlag != "" && *patternFlag != p {
				continue
			}
			t.Run(m.Name+"/"+p, func(t *testing.T) {
				began := time.Now()
				counts, failure := e.play(t, m, chosenRound(m, p))
				if failure != "" {
					t.Fatal(failure)
				}
				total.Add(counts)
				t.Logf("%d histories in %v", counts.Histories, time.Since(began))
			})
		}
	}
}

// chosenRound returns the round of a pattern, over a medium, that the flags stand for.
func chosenRound(m Medium, pattern string) Round {
	runs := *runsFlag
	if runs == 0 {
		runs = share(m)
	}
	r := Round{Transport: m.Name, Pattern: pattern, Seed: *seedFlag, Runs: runs, Orders: 1, Shrinks: *shrinksFlag, Proxied: *proxiedFlag}
	if m.Virtual {
		r.Order, r.Orders = *orderFlag, *ordersFlag
	}
	return r
}

// checkTotal holds that there are as many histories as are promised.
func checkTotal(t *testing.T, total int) {
	t.Helper()
	if !invariant.Enabled && !testing.Short() && total < leastHistories {
		t.Errorf("%d histories belong to every change, and there were %d", leastHistories, total)
	}
}

// TestSeedsReplay holds that a seed stands for one history, and that what comes
// of it is the same each time.
func TestSeedsReplay(t *testing.T) {
	for _, p := range Inproc().Patterns() {
		for seed := range int64(5) {
			h := Generate(p, seed)
			if again := Generate(p, seed); !reflect.DeepEqual(h, again) {
				t.Fatalf("%s %d is not one history", p, seed)
			}
			first, err := replay(t, Inproc(), h, patience)
			if err != nil {
				t.Fatal(err)
			}
			second, _ := replay(t, Inproc(), h, patience)
			if !slices.Equal(first, second) {
				t.Errorf("%s %d: %q and then %q", p, seed, first, second)
			}
		}
	}
}

// TestShrink has a twin that is wrong, and finds the shortest history that shows
// it.
func TestShrink(t *testing.T) {
	m := Inproc()
	m.Open = func(seed uint64) (*Ground, error) {
		g, err := Inproc().Open(seed)
		end := g.Endpoint
		g.Endpoint = func(i int) string { return end(0) } // all at one address
		return g, err
	}
	f := Search(t, m, "pipeline", 1, 1000)
	if f == nil {
		t.Fatal("no history shows that two sockets cannot have one address")
	}
	if n := len(f.History.Steps); n != 2 {
		t.Errorf("%d steps are not the fewest:\n%s", n, f.Report(m))
	}
	for _, part := range []string{"it fails 10 times of 10", "-transport=inproc -pattern=pipeline", "proptest.Play(t, proptest.Inproc(), "} {
		if !strings.Contains(f.Report(m), part) {
			t.Errorf("no %q in %q", part, f.Report(m))
		}
	}
	if f.Trace = []string{"once", "thrice", "thrice", "thrice", "last"}; !strings.Contains(f.Report(m), "\tonce\n\tthrice (3 times)\n\tlast\n") {
		t.Errorf("what happens several times: %s", f.Report(m))
	}
	m.Name = "mine"
	for _, part := range []string{`proptest.Search(t, MyTransport, "pipeline"`, "proptest.Play(t, MyTransport, "} {
		if !strings.Contains(f.Report(m), part) {
			t.Errorf("no %q in %q", part, f.Report(m))
		}
	}
}

// TestProperties checks each property over each transport, with each way of connecting.
func TestProperties(t *testing.T) {
	for _, m := range Media() {
		for _, p := range Properties() {
			if *transportFlag != "" && *transportFlag != m.Name || *patternFlag != "" {
				continue
			}
			t.Run(m.Name+"/"+p.Name, func(t *testing.T) {
				t.Cleanup(func() {
					if t.Failed() {
						t.Logf("property %q; what is promised: %s", p.Name, p.Promise)
					}
				})
				seen := make(map[way]bool)
				watched := m
				watched.told = func(w way) { seen[w] = true }
				p.Check(t, watched)
				if !t.Failed() {
					checkHoles(t, p.Name, m, seen)
				}
			})
		}
	}
}

// TestOver plays some histories over what Over makes of a transport, with addresses that
// are not known before they are bound: as Run does for one of a user's.
func TestOver(t *testing.T) {
	m := Over(tcp.Transport{}, func(int) string { return "127.0.0.1:*" })
	for _, p := range m.Patterns() {
		if f := Search(t, m, p, *seedFlag, 3); f != nil {
			t.Error(f.Report(m))
		}
	}
	checkLoadBalancing(t, m)
	checkInvisibleProxy(t, m)
}
