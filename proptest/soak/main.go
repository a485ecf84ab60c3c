// Command soak plays histories made by chance until its time is over, each with
// the next seed, and prints a live line of figures.
//
//	go run ./proptest/soak -for 1h
//	go run ./proptest/soak -for 10m -transport sim -pattern router -seed 1000000
//
// What goes on in virtual time, over inproc and the simulated network, is played by processes of their own, one for
// each processor, in which numbers decide also which goroutine goes on first; each history in several such orders.
// What fails there fails again, with the command that is printed. A version of Go that this is not known for has everything be played
// in this process, in an order of chance, and so does -exact=false.
//
// A history that fails is printed, made as short as possible, as a program; the
// exit status is then 1.
package main

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"
)

func main() {
	length := flag.Duration("for", time.Hour, "how long to play")
	transport := flag.String("transport", "", "inproc, ipc, tcp or sim; all if empty")
	pattern := flag.String("pattern", "", "pattern of the histories; all if empty")
	seed := flag.Int64("seed", time.Now().UnixNano(), "seed of the first round")
	exact := flag.Bool("exact", true, "over inproc and sim, decide also which goroutine goes on first")
	orders := flag.Int("orders", 4, "in how many orders of its goroutines to play each history, where that is decided; at least 1")
	testing.Init() // virtual time is to be had in tests only
	flag.Parse()

	all, err := games(*transport, *pattern)
	if err == nil && *orders < 1 {
		err = fmt.Errorf("soak: -orders=%d: at least 1 is wanted", *orders)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	now := time.Now()
	s := &soak{games: all, exact: *exact, orders: *orders, began: now, end: now.Add(*length), seed: *seed}
	any := func(string, string) (bool, error) { return true, nil }
	testing.Main(any, []testing.InternalTest{{Name: "soak", F: s.run}}, nil, nil) // it exits
}
