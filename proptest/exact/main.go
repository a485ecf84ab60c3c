// Command exact plays histories so that their numbers decide everything: what happens, what the network does to it,
// and also which of several goroutines goes on first, and where it stops.
//
//	go run ./proptest/exact -pattern=pubsub -seed=42 -runs=1000             each history in one order of its goroutines
//	go run ./proptest/exact -pattern=pubsub -seed=42 -runs=1 -orders=1000   one history in many orders
//	go run ./proptest/exact -pattern=pubsub -seed=42 -runs=1 -order=17      one of them, again
//	go run ./proptest/exact -check -runs=20 -orders=13                      whether each goes the same way in two processes
//
// What fails here fails again, as often as it is played. The tests are built with Go's own runtime changed, by an
// overlay: see package orders. In order 0 goroutines go on until they wait, as they do on one processor that has
// nothing else to do; in the others any one that could may go on, also in the midst of what another one does. The
// orders count up from one play to the next, so that each history has others.
//
// The first time it takes a minute or two, as all of the standard library is built.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/zeroactor/zmq/proptest/internal/orders"
)

func main() {
	c, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "exact:", err)
		os.Exit(2)
	}
	if err := c.run(); err != nil {
		fmt.Fprintln(os.Stderr, "exact:", err)
		os.Exit(1)
	}
}

// A choice is what is to be played.
type choice struct {
	transport, pattern string
	seed               int64
	runs               int
	order              uint64
	orders             int
	check              bool
}

func parse(args []string, out io.Writer) (c choice, err error) {
	f := flag.NewFlagSet("exact", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&c.transport, "transport", "sim", "sim, the simulated network, or inproc")
	f.StringVar(&c.pattern, "pattern", "", "pattern of the histories; all if empty")
	f.Int64Var(&c.seed, "seed", 1, "seed of the first history; they count up")
	f.IntVar(&c.runs, "runs", 100, "histories of each pattern, at least 1")
	f.Uint64Var(&c.order, "order", 0, "order of the goroutines in the first play; they count up")
	f.IntVar(&c.orders, "orders", 1, "in how many orders to play each history, at least 1")
	f.BoolVar(&c.check, "check", false, "play all of them in two processes, in one the last ones first, and fail if that is not the same")
	if err := f.Parse(args); err != nil {
		return c, err
	}
	if f.NArg() > 0 {
		return c, fmt.Errorf("%q besides the flags: nothing is wanted there", f.Args())
	}
	if c.runs < 1 || c.orders < 1 {
		return c, fmt.Errorf("-runs=%d -orders=%d: each is at least 1", c.runs, c.orders)
	}
	return c, nil
}

// flags are those of the tests for a choice.
func (c choice) flags() []string {
	return []string{
		"-test.timeout=0", "-transport=" + c.transport, "-pattern=" + c.pattern, fmt.Sprint("-seed=", c.seed), fmt.Sprint("-runs=", c.runs),
		fmt.Sprint("-order=", c.order), fmt.Sprint("-orders=", c.orders),
	}
}

func (c choice) run() error {
	dir, err := os.MkdirTemp("", "exact")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := orders.BuildTest(dir, "proptest")
	if err != nil {
		return err
	}
	if c.check {
		return c.compare(program, dir)
	}
	return start(program, append(c.flags(), "-test.run=^TestHistories$", "-test.v")...).Run()
}

// start returns a process of the tests.
func start(program string, args ...string) *exec.Cmd {
	p := exec.Command(program, args...)
	p.Env = orders.Env()
	p.Stdout, p.Stderr = os.Stdout, os.Stderr
	return p
}
