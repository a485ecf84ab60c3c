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
	"github.com/zeroactor/zmq/proptest/internal/orders"
	"github.com/zeroactor/zmq/transport/tcp"
)

var (
	transportFlag = flag.String("transport", "", "transport of the histories: inproc, ipc, tcp or sim; all if empty")
	patternFlag   = flag.String("pattern", "", "pattern of the histories; all if empty")
	seedFlag      = flag.Int64("seed", 1, "seed of the first history; the others count up")
	orderFlag     = flag.Uint64("order", 0, "order of the goroutines in the first play of all; the others count up")
	ordersFlag    = flag.Int("orders", 1, "how often to play each history, each time in another order of the goroutines")
	shrinksFlag   = flag.Int("shrinks", mostShrinks, "how many simpler histories to try after a failure")
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

// TestHistories plays histories of each pattern over each transport.
func TestHistories(t *testing.T) {
	total, start := 0, time.Now()
	defer func() {
		told := fmt.Sprintf("%d histories in %v\n", total, time.Since(start).Round(time.Second/10))
		t.Log(told)
		if file := os.Getenv(countVar); file != "" && !invariant.Enabled {
			if err := os.WriteFile(file, []byte(told), 0o600); err != nil {
				t.Error(err)
			}
		}
		chosen := *transportFlag != "" || *patternFlag != "" || *runsFlag > 0 || strings.Contains(flag.Lookup("test.run").Value.String(), "/")
		if !chosen && !t.Failed() {
			checkTotal(t, total)
		}
	}()
	for _, m := range Media() {
		for _, p := range m.Patterns() {
			if *transportFlag != "" && *transportFlag != m.Name || *patternFlag != "" && *patternFlag != p {
				continue
			}
			t.Run(m.Name+"/"+p, func(t *testing.T) {
				runs := *runsFlag
				if runs == 0 {
					runs = share(m)
				}
				began := time.Now()
				if f := searchInSteps(t, m, p, runs); f != nil {
					t.Fatal(f.Report(m) + f.pursue(m, t.TempDir(), orders.BuildTest))
				}
				total += runs * *ordersFlag
				t.Logf("%d histories in %v", runs, time.Since(began))
			})
		}
	}
}

// searchInSteps is search, and says how far it is if that is asked for.
func searchInSteps(t *testing.T, m Medium, pattern string, runs int) *Failure {
	step := max(1, 20 / *ordersFlag)
	for done := 0; done < runs; done += step {
		for i := done; i < min(done+step, runs); i++ {
			of := span{*seedFlag + int64(i), 1, *orderFlag + uint64(i**ordersFlag), *ordersFlag}
			if l := newLayout(Generate(pattern, of.seed)); *proxiedFlag && !l.proxied() {
				continue
			}
			if f := search(t, m, pattern, of, *shrinksFlag); f != nil {
				f.Run = i
				return f
			}
		}
		if *progressFlag {
			fmt.Printf("%d histories of %s over %s\n", done+step, pattern, m.Name)
		}
	}
	return nil
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
		if f := search(t, m, p, span{*seedFlag, 3, 0, 1}, *shrinksFlag); f != nil {
			t.Error(f.Report(m))
		}
	}
	checkLoadBalancing(t, m)
	checkInvisibleProxy(t, m)
}
