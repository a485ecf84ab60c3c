// Command player plays the rounds of histories that its standard input has, and says on its standard output what has
// come of each: a line of JSON for one of JSON. It is a process of an [orders.Crew].
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/zeroactor/zmq/proptest"
)

func main() {
	testing.Init() // virtual time is to be had in tests only
	flag.Parse()
	every := func(string, string) (bool, error) { return true, nil }
	testing.Main(every, []testing.InternalTest{{Name: "player", F: func(t *testing.T) {
		if err := serve(t, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "player:", err)
			os.Exit(1)
		}
	}}}, nil, nil) // it exits
}

// serve plays what comes until there is no more.
func serve(t *testing.T, in io.Reader, out io.Writer) error {
	rounds, scores := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var r proptest.Round
		if err := rounds.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := scores.Encode(r.Play(t)); err != nil {
			return err
		}
	}
}
