package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/zeroactor/zmq/internal/leaktest"
)

// Environment of a process that is the program, not its test.
const (
	childVar = "PIPELINE_TEST_CHILD" // set: be the program
	stallVar = "PIPELINE_TEST_STALL" // a worker stops for ever when it has begun so many pieces
)

// stalled is what a worker that has stopped says on its standard error.
const stalled = "stalled"

func TestMain(m *testing.M) {
	if os.Getenv(childVar) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr, stallHook()))
	}
	leaktest.Main(m)
}

func stallHook() func(pieces int) {
	limit, err := strconv.Atoi(os.Getenv(stallVar))
	if err != nil {
		return nil
	}
	return func(pieces int) {
		if pieces == limit {
			fmt.Fprintln(os.Stderr, stalled)
			select {} // until it is killed
		}
	}
}
