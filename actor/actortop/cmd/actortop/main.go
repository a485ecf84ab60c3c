// Command actortop shows the actors of another process in a terminal, from where package
// actorhttp serves them:
//
//	actortop http://127.0.0.1:8080/debug/actors
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/zeroactor/zmq/actor/actortop"
)

func main() {
	period := flag.Duration("period", actortop.DefaultPeriod, "how often to ask for the figures")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: actortop [-period 1s] URL")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || *period <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := actortop.Run(context.Background(), actortop.URL(flag.Arg(0)), actortop.Options{Period: *period}); err != nil {
		fmt.Fprintln(os.Stderr, "actortop:", err)
		os.Exit(1)
	}
}
