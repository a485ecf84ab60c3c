//go:build zmqorders

package proptest

import (
	"bufio"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"testing"
)

var (
	playsFlag = flag.String("plays", "", "a file that is told what has come of each play, one line each")
	lastFlag  = flag.Bool("last-first", false, "play what is told of to -plays in the opposite order")
)

// TestPlays tells what comes of each play, to who compares it with what comes of it in another process.
func TestPlays(t *testing.T) {
	if *playsFlag == "" {
		t.Fatal("go run ./proptest/exact -check calls this, with a file that is to be written")
	}
	all := chosenPlays()
	told := make([]string, len(all))
	for i := range all {
		if *lastFlag {
			i = len(all) - 1 - i
		}
		told[i] = tell(t, all[i])
	}
	file, err := os.Create(*playsFlag)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(file)
	for _, line := range told {
		fmt.Fprintln(w, line)
	}
	if err := w.Flush(); err != nil {
		t.Error(err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}

// A chosen is a history that is played, over a medium that a flag has named.
type chosen struct {
	m    Medium
	seed int64
	h    History
}

// chosenPlays returns what the flags stand for.
func chosenPlays() (all []chosen) {
	m := Media()[slices.IndexFunc(Media(), func(m Medium) bool { return m.Name == *transportFlag })]
	for _, p := range m.Patterns() {
		if *patternFlag != "" && *patternFlag != p {
			continue
		}
		order := *orderFlag
		for s := range int64(max(*runsFlag, 1)) {
			h := Generate(p, *seedFlag+s)
			for range *ordersFlag {
				h.Order = order
				all = append(all, chosen{m, *seedFlag + s, h})
				order++
			}
		}
	}
	return all
}

// tell plays a history and returns a line on it.
func tell(t *testing.T, c chosen) string {
	trace, err := replay(t, c.m, c.h, patience)
	trace = append(trace, "") // also what has panicked has a last line
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%q", trace)
	return fmt.Sprintf("-transport=%s -pattern=%s -seed=%d -order=%d: %d lines, of sum %016x, the last %q, and the error %v",
		c.m.Name, c.h.Pattern, c.seed, c.h.Order, len(trace), sum.Sum64(), trace[max(0, len(trace)-2)], err)
}
