// Loganalytics counts what is in access logs of web servers, in the Common Log
// Format: requests by kind of status and by path, bytes, and lines that make no sense.
//
//	go run ./examples/loganalytics [-workers N] [PATH...]
//
// It is a pipeline of three stages,
//
//	read ---> parse ---> add up
//
// all of which run in one process unless -endpoint is given: then parsing is done by
// other processes, on this host or others, as many as there are, which may come
// and go while it runs:
//
//	loganalytics -endpoint tcp://*:5557 PATH...
//	loganalytics -role parse -endpoint tcp://HOST:5557
//
// A worker that is killed takes nothing with it: what it had is done by another one,
// and the result is exact (package remote). Without a PATH a log of -lines lines is
// made up. The last line of the output is
//
//	lines=L requests=R malformed=M bytes=B
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/zeroactor/zmq/actor/pipeline"
	"github.com/zeroactor/zmq/actor/pipeline/remote"
)

// parseStage is the name of the stage that may be elsewhere.
const parseStage = "parse"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr, nil)
	stop()
	os.Exit(code)
}

// A config is what the command line says.
type config struct {
	role     string
	endpoint string
	workers  int
	lines    int
	paths    []string
}

// run is main: it returns the exit code. onChunk is called by the parsers before each chunk;
// nil outside of tests.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, onChunk func()) int {
	c, err := parseFlags(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "loganalytics:", err)
		return 2
	}
	site := &remote.Site{
		Role:    c.role,
		OnBound: func(stage, endpoint string) { fmt.Fprintln(stderr, stage, "at", endpoint) },
		Log:     func(line string) { fmt.Fprintln(stderr, line) },
	}
	if c.endpoint != "" {
		site.Stages = map[string]string{parseStage: c.endpoint}
	}
	total := newCounts()
	if err := site.Run(ctx, define(c, site, total, onChunk)); err != nil {
		fmt.Fprintln(stderr, "loganalytics:", err)
		return 1
	}
	if c.role == "" {
		total.print(stdout)
	}
	return 0
}

// define defines the pipeline, the same for all processes.
func define(c config, site *remote.Site, total *counts, onChunk func()) *pipeline.Pipeline {
	p := pipeline.New(pipeline.Config{Name: "loganalytics", Buffer: 16})
	chunks := pipeline.Source(p, c.read, pipeline.Name("read"))
	parsed := remote.Map(chunks, site, remote.Stage[[]byte, *counts]{
		Name: parseStage, Workers: c.workers, In: remote.Bytes{},
		Do: func(_ context.Context, chunk []byte) (*counts, error) {
			if onChunk != nil {
				onChunk()
			}
			return count(chunk), nil
		},
	})
	pipeline.ForEach(parsed, func(_ context.Context, n *counts) error {
		total.add(n)
		return nil
	}, pipeline.Name("add up"))
	return p
}

// parseFlags reads the command line.
func parseFlags(args []string, stderr io.Writer) (c config, err error) {
	flags := flag.NewFlagSet("loganalytics", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.role, "role", "", "do the work of this stage for another process: "+parseStage)
	flags.StringVar(&c.endpoint, "endpoint", "", "where the stage "+parseStage+" meets its workers (default: it is done here)")
	flags.IntVar(&c.workers, "workers", runtime.GOMAXPROCS(0), "chunks that this process parses at the same time")
	flags.IntVar(&c.lines, "lines", 1_000_000, "lines of the log that is made up without a PATH")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	c.paths = flags.Args()
	switch {
	case c.workers < 1:
		return c, errors.New("-workers must be at least 1")
	case c.lines < 0:
		return c, errors.New("-lines must not be negative")
	case c.role != "" && len(c.paths) > 0:
		return c, errors.New("-role takes no paths")
	}
	return c, nil
}
