// Command exact plays histories over the simulated network so that a seed decides everything:
// what happens, what the network does to it, and also which of several goroutines goes on
// first.
//
//	go run ./proptest/exact -pattern=pubsub -seed=42 -runs=1000
//	go run ./proptest/exact -check      play each history twice, and compare what happens
//
// The tests are built with Go's own runtime changed, by an overlay: what it leaves to chance
// for those in virtual time, the order of a select's cases, of timers at one instant, of maps, and random numbers,
// follows from the virtual time. They have one processor, and go on until they wait; nothing is collected before 2 GiB. That is
// for Go 1.26; another version is refused if it does not have the texts that are to be changed.
//
// What fails here fails again, as often as it is played. What fails elsewhere may not fail
// here: of all the orders there are, this plays one for each seed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/zeroactor/zmq/internal/mutate"
)

func main() {
	pattern := flag.String("pattern", "", "pattern of the histories; all if empty")
	seed := flag.Int64("seed", 1, "seed of the first one; they count up")
	runs := flag.Int("runs", 100, "histories of each pattern, at least 1")
	check := flag.Bool("check", false, "play each of them twice, and fail if that is not the same")
	flag.Parse()
	if flag.NArg() > 0 || *runs < 1 {
		fmt.Fprintf(os.Stderr, "exact: -runs=%d, and %q besides the flags: at least 1 is wanted, and nothing\n", *runs, flag.Args())
		os.Exit(2)
	}
	test := "^TestHistories$"
	if *check {
		test = "^TestPlaysAreExact$"
	}
	args := []string{"-run", test, "-transport=sim", "-pattern=" + *pattern, fmt.Sprintf("-seed=%d", *seed), fmt.Sprintf("-runs=%d", *runs)}
	if err := play(args); err != nil {
		fmt.Fprintln(os.Stderr, "exact:", err)
		os.Exit(1)
	}
}

// play runs the tests of package proptest with the changed runtime.
func play(args []string) error {
	root, err := list("-m", "-f", "{{.Dir}}")
	if err != nil {
		return err
	}
	std, err := list("-f", "{{.Dir}}", "runtime")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "exact")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay, err := mutate.Overlay(dir, changes(filepath.Dir(std)))
	if err != nil {
		return fmt.Errorf("this version of Go is not known here: %w", err)
	}
	c := exec.Command("go", append([]string{"test", "-count=1", "-v", "-timeout=0", "-overlay=" + overlay, "./proptest"}, args...)...)
	c.Dir = root
	c.Env = append(os.Environ(), "ZMQ_EXACT=1", "GOMAXPROCS=1", "GOGC=off", "GOMEMLIMIT=2GiB", "GODEBUG=asyncpreemptoff=1")
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Run()
}

// list returns what go list says, in one line.
func list(args ...string) (string, error) {
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("go list: %s", exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}

// changes are those of the standard library, of which the sources are in std.
func changes(std string) []mutate.Change {
	return []mutate.Change{
		{ // the order in which a select looks at its cases
			Dir: filepath.Join(std, "runtime"), In: "selectgo",
			Old: "j := cheaprandn(uint32(norder + 1))",
			New: `j := uint32(norder)
		if b := getg().bubble; b != nil {
			j = uint32(uint64(b.now+int64(norder)) * 0x9e3779b97f4a7c15 >> 33 % uint64(norder+1))
		}`,
		},
		{ // the order of timers that are due at the same time
			Dir: filepath.Join(std, "runtime"), In: "timer.maybeAdd",
			Old: "t.rand = cheaprand()", New: "t.rand = 0",
		},
		{ // a goroutine that another one has made wait for the next turn: by the count of turns it was now and then the next
			Dir: filepath.Join(std, "runtime"), In: "findRunnable",
			Old: "if pp.schedtick%61 == 0 && !sched.runq.empty() {", New: "if false {",
		},
		{ // how long a goroutine goes on, in real time
			Dir: filepath.Join(std, "runtime"),
			Old: "forcePreemptNS = 10 * 1000 * 1000", New: "forcePreemptNS = 1 << 50",
		},
		{ // random numbers, of maps too, which begin anywhere
			Dir: filepath.Join(std, "runtime"), In: "rand",
			Old: "mp := getg().m\n\tc := &mp.chacha8",
			New: `if b := getg().bubble; b != nil {
		return uint64(b.now) * 0x9e3779b97f4a7c15
	}
	mp := getg().m
	c := &mp.chacha8`,
		},
	}
}
