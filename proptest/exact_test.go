package proptest

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/mutate"
	"github.com/zeroactor/zmq/internal/proctest"
	"github.com/zeroactor/zmq/proptest/internal/orders"
)

// Where no order can be decided histories are played in an order of chance, and it says why; then no other order is to be
// had either.
func TestWithoutOrders(t *testing.T) {
	why := "an order of chance, and what fails may not fail again: "
	if w := whyChance(); w == "" {
		why += "orders of goroutines are decided with go1.26 on linux/amd64 only"
	} else {
		why += w
	}
	for _, c := range []struct {
		flag string
		code int
		want string
	}{
		{"-orders=1", 0, why},
		{"-exact=false", 0, "an order of chance, and what fails may not fail again: -exact=false"},
		{"-orders=2", 1, "-order and -orders: goroutines go on in an order of chance"},
		{"-order=1", 1, "-order and -orders: goroutines go on in an order of chance"},
	} {
		env := []string{"PATH=" + t.TempDir(), countVar + "="}
		p := proctest.Spawn(t, time.Minute, env, "-test.run=^TestHistories$", "-test.v", "-transport=inproc", "-pattern=pair", "-runs=1", c.flag, fmt.Sprint("-test.short=", testing.Short()))
		if code := p.End(); code != c.code || !strings.Contains(p.Output(), c.want) {
			t.Errorf("%s: exit code %d, %s, want %d, %q", c.flag, code, p.Output(), c.code, c.want)
		}
	}
}

// engageExact returns a crew for a test, whose program has some changes of the sources besides. It skips the test where
// there can be none.
func engageExact(t *testing.T, besides ...mutate.Change) *orders.Crew {
	t.Helper()
	if why := whyChance(); why != "" {
		t.Skip(why)
	}
	c, err := hire(t, t.TempDir(), besides...)
	if errors.Is(err, orders.ErrElsewhere) {
		t.Skipf("NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Dismiss)
	return c
}

// TestExactness: what is played goes the same way in another process, which has played other histories before. With
// -runs=20 -orders=13 it is some more.
func TestExactness(t *testing.T) {
	c := engageExact(t)
	var rounds []Round
	for _, m := range Media() {
		for _, p := range m.Patterns() {
			if m.Virtual && (*transportFlag == "" || *transportFlag == m.Name) && (*patternFlag == "" || *patternFlag == p) {
				rounds = append(rounds, toldRounds(Round{Transport: m.Name, Pattern: p, Seed: *seedFlag, Runs: max(*runsFlag, 2), Order: *orderFlag, Orders: max(*ordersFlag, 3)})...)
			}
		}
	}
	n, err := twoWays(c, c, rounds)
	if err != nil {
		t.Error(err)
	}
	t.Logf("%d plays in two processes", n)
}

// TestMachineIsNotSeen: how long a system call takes, when memory is collected, and where objects are changes no play.
// What comes of that once in twenty thousand plays is there all the time in one of two programs.
func TestMachineIsNotSeen(t *testing.T) {
	other := engageExact(t, mutate.Change{ // twice the 10 ms after which the runtime looks again whether it is still the same call
		Dir: "../internal/arena", In: "backing.ask", Old: "\tif unix.Madvise(",
		New: "\tunix.Nanosleep(&unix.Timespec{Nsec: 30e6}, nil)\n\tif unix.Madvise(",
	}, mutate.Change{
		Dir: ".", Old: "\"math/rand\"\n\t\"slices\"\n\t\"strings\"\n", New: "\"math/rand\"\n\t\"runtime/debug\"\n\t\"slices\"\n\t\"strings\"\n",
	}, mutate.Change{
		Dir: ".", In: "inBubble", Old: "\tdefer func() {\n",
		New: `	defer debug.SetGCPercent(debug.SetGCPercent(5))
	between := make([][]byte, 1000)
	for i := range between {
		between[i] = make([]byte, rand.Intn(2000))
	}
	defer clear(between)
	defer func() {
`,
	})
	var rounds []Round
	for _, p := range []string{"dealer", "pipeline", "pubsub"} {
		rounds = append(rounds, toldRounds(Round{Transport: "sim", Pattern: p, Seed: firstLarge, Runs: 2, Orders: 4})...)
		rounds = append(rounds, toldRounds(Round{Transport: "inproc", Pattern: p, Seed: 1, Runs: 2, Orders: 4})...)
	}
	n, err := twoWays(engageExact(t), other, rounds)
	if err != nil {
		t.Error(err)
	}
	t.Logf("%d plays in two processes", n)
}

// firstLarge is the first of some seeds whose histories have bodies so large that the system is asked for their memory.
const firstLarge = 41

// toldRounds returns the parts of a round, one for each history, and has each play be told of.
func toldRounds(r Round) (all []Round) {
	for i := range r.Runs {
		one := r
		one.Seed, one.Runs, one.Told = r.Seed+int64(i), 1, true
		all = append(all, one)
	}
	return all
}

// twoWays plays rounds in two processes at once, one of each crew's program, and in the other one the last rounds first. What
// one of them has played before is what the other one has not, so that nothing that is left of a history escapes. The
// error is about what does not go the same way.
func twoWays(one, other *orders.Crew, rounds []Round) (n int, err error) {
	back := slices.Clone(rounds)
	slices.Reverse(back)
	told, wrong := [2][]string{}, [2]error{}
	var over sync.WaitGroup
	over.Go(func() { told[0], wrong[0] = tellAlone(one, rounds) })
	over.Go(func() { told[1], wrong[1] = tellAlone(other, back) })
	over.Wait()
	if err := errors.Join(wrong[:]...); err != nil {
		return 0, err
	}
	return sameLines(told[0], told[1])
}

// tellAlone has a process of its own play rounds, and returns what it tells of, in the order of the text.
func tellAlone(c *orders.Crew, rounds []Round) (told []string, wrong error) {
	one := c.Another(1)
	defer one.Dismiss()
	orders.Play(one, inTurn(rounds), func(r Round, s Score, err error) {
		told = append(told, s.Plays...)
		if err != nil {
			wrong = errors.Join(wrong, errors.New(r.Ended(err)))
		}
	})
	slices.Sort(told)
	return told, wrong
}

// sameLines returns how many lines there are, and in which of them two processes differ.
func sameLines(one, other []string) (n int, err error) {
	if len(one) != len(other) || len(one) == 0 {
		return 0, fmt.Errorf("one process has told of %d plays, and the other one of %d", len(one), len(other))
	}
	for i, line := range one {
		if line != other[i] {
			err = errors.Join(err, fmt.Errorf("goes two ways:\n  %s\n  %s", line, other[i]))
		}
	}
	return len(one), err
}

func TestSameLines(t *testing.T) {
	abc := []string{"a: 1", "b: 2", "c: 3"}
	for _, c := range []struct {
		other []string
		n     int
		want  string // in the error; "" if there is none
	}{
		{abc, 3, ""},
		{[]string{"a: 1", "b: 2", "c: 4"}, 3, "goes two ways:\n  c: 3\n  c: 4"},
		{abc[:2], 0, "3 plays, and the other one of 2"},
	} {
		if n, err := sameLines(abc, c.other); n != c.n || (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %d, %v", c.other, n, err)
		}
	}
	if _, err := sameLines(nil, nil); err == nil {
		t.Error("no plays at all are the same")
	}
}

// minimalOrders is in how many orders each minimal history is played.
const minimalOrders = 10

// TestMinimalHistoriesInOrders plays them in many orders of their goroutines, of which some show nothing.
func TestMinimalHistoriesInOrders(t *testing.T) {
	names := make(map[*History]string)
	var rounds []Round
	for _, m := range Media() {
		for _, h := range slices.Concat(minimals, proxiedMinimals) {
			if m.Virtual && (len(h.media) == 0 || slices.Contains(h.media, m.Name)) && slices.Contains(m.Patterns(), h.history.Pattern) {
				names[&h.history] = h.name
				rounds = append(rounds, Round{Transport: m.Name, Pattern: h.history.Pattern, Runs: 1, Orders: minimalOrders, History: &h.history})
			}
		}
	}
	heard := func(r Round, s Score, err error) {
		if err != nil {
			s.Report = r.Ended(err)
		}
		if s.Report != "" {
			t.Run(names[r.History]+"/"+r.Transport, func(t *testing.T) { t.Error(s.Report) })
		}
	}
	if !Ordered {
		orders.Play(engageExact(t), inTurn(rounds), heard)
		return
	}
	for _, r := range rounds {
		heard(r, r.Play(t), nil)
	}
}

// inTurn returns what returns rounds one after another.
func inTurn(rounds []Round) func() (Round, bool) {
	return func() (r Round, ok bool) {
		if len(rounds) == 0 {
			return r, false
		}
		r, rounds = rounds[0], rounds[1:]
		return r, true
	}
}

// firstPlanted is the first seed whose history fails with the mistakes that TestPlanted plants.
const firstPlanted = 24

// TestPlanted plants two mistakes: the order of what is of one pattern is one of chance, and from some order on every play
// fails.
func TestPlanted(t *testing.T) {
	c := engageExact(t, mutate.Change{
		Dir: ".", In: "inBubble", Old: "\tsynctest.Test(t, func(*testing.T) {\n\t\tsetOrder(h.Order)\n",
		New: "\tchance := uint64(0)\n\tif h.Pattern == \"pair\" {\n\t\tchance = rand.Uint64()\n\t}\n\tsynctest.Test(t, func(*testing.T) {\n\t\tsetOrder(h.Order + chance)\n",
	}, mutate.Change{
		Dir: ".", In: "inBubble", Old: "\t\ttrace, err = play(m, h, patience)\n",
		New: fmt.Sprintf("\t\ttrace, err = play(m, h, patience)\n\t\tif int64(h.Order) >= %d {\n\t\t\terr = violates(NoLoss, \"planted\")\n\t\t}\n", firstPlanted),
	})
	t.Run("two ways", func(t *testing.T) {
		var rounds []Round
		for _, p := range []string{"pair", "pipeline"} {
			rounds = append(rounds, toldRounds(Round{Transport: "sim", Pattern: p, Seed: 1, Runs: 3, Orders: 2})...)
		}
		n, err := twoWays(c, c, rounds)
		if n != 12 || err == nil || !strings.Contains(err.Error(), "-pattern=pair") || strings.Contains(err.Error(), "-pattern=pipeline") {
			t.Errorf("of %d plays those of a pair do not go the same way: %v", n, err)
		}
	})
	report := func(transport, pattern string) string {
		_, failure := playInCrew(c, Round{Transport: transport, Pattern: pattern, Seed: 5, Runs: 100, Orders: 1})
		return failure
	}
	t.Run("once more", func(t *testing.T) {
		if got := report("sim", "pair"); !strings.Contains(got, "BUT once more it did not go the same way") {
			t.Error(got)
		}
		if got := report("inproc", "pipeline"); !strings.Contains(got, "and it goes the same way, line for line, as it has once more") {
			t.Error(got)
		}
	})
	// The second part of the round fails in its first play, and the first part in its last one, which comes later.
	t.Run("the first", func(t *testing.T) {
		first := report("inproc", "pipeline")
		again := fmt.Sprintf("go test ./proptest -transport=inproc -pattern=pipeline -seed=%d -runs=1\n", firstPlanted)
		if !strings.Contains(first, again) || !strings.Contains(first, fmt.Sprintf("after %d histories: no loss: planted", firstPlanted-5)) {
			t.Errorf("no %q in %s", again, first)
		}
		if second := report("inproc", "pipeline"); second != first {
			t.Errorf("%s\nand then\n%s", first, second)
		}
	})
	t.Run("pursued", func(t *testing.T) {
		crew := func() (*orders.Crew, error) { return c, nil }
		if got := pursue("pipeline", "inproc", firstPlanted-3, crew); !strings.HasPrefix(got, "IN AN ORDER") || !strings.Contains(got, fmt.Sprintf("-seed=%d -runs=1 -order=3\n", firstPlanted-3)) {
			t.Error(got)
		}
		none := func() (*orders.Crew, error) {
			return orders.NewCrew(filepath.Join(t.TempDir(), "none"), 1, time.Minute), nil
		}
		if got := pursue("pipeline", "inproc", 1, none); !strings.Contains(got, "a process has ended") {
			t.Error(got)
		}
		elsewhere := func() (*orders.Crew, error) { return nil, orders.ErrElsewhere }
		if got := pursue("pipeline", "inproc", 1, elsewhere); !strings.HasPrefix(got, "no order of its goroutines could be tried: orders of") {
			t.Error(got)
		}
		if got := pursue("pipeline", "inproc", -pursuedOrders, crew); !strings.HasPrefix(got, "in none of 400 orders") {
			t.Error(got)
		}
	})
}
