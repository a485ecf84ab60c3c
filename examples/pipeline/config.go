package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// Limits and defaults of the flags.
const (
	minChunk     = 4 << 10           // bytes; more than a ranked word, so that a word that is cut is not ranked
	maxChunk     = 1 << largestClass // bytes; 64 MiB, what one message may take of everybody's memory
	defaultChunk = 1 << 20

	// defaultHWM messages keep a worker busy while the next ones come, and are
	// what a worker that dies takes with it at most, on each side.
	defaultHWM = 16
	maxHWM     = 1 << 16

	maxWorkers = 1 << 10

	// defaultQuiet is for what comes again by itself, as a connection does.
	defaultQuiet    = 5 * time.Second
	minQuiet        = 10 * time.Millisecond
	defaultPatience = 30 * time.Second
)

// Roles that a process may play; everything is played by one if none is given.
const (
	roleAll        = ""
	roleVentilator = "ventilator"
	roleWorker     = "worker"
	roleSink       = "sink"
)

// transportNone leaves everything in one process, and queues between the stages.
const transportNone = "none"

// A config is what the command line says.
type config struct {
	role      string
	transport string
	workers   int
	bind      string   // the ventilator's or the sink's own endpoint
	connect   []string // the endpoints of others: as needs says
	chunk     int      // bytes
	hwm       int      // messages
	quiet     time.Duration
	patience  time.Duration
	paths     []string
}

const usage = `usage: pipeline [flags] [PATH...]

Counts the lines, words and bytes of the files, and of all files below the
directories, and finds the most frequent words. Without a PATH it counts Go's
own source tree. In several processes, the same on one machine as on many:

	pipeline -role sink       -bind tcp://*:5558
	pipeline -role ventilator -bind tcp://*:5557 -connect tcp://HOST:5558 PATH...
	pipeline -role worker     -connect tcp://HOST:5557 -connect tcp://HOST:5558

It ends with 0 if every readable file was counted, with 1 if some were lost or
it failed, with 2 if it was called wrongly.

`

// parse reads the command line. Complaints and help go to stderr. The error is
// flag.ErrHelp if help was asked for.
func parse(args []string, stderr io.Writer) (config, error) {
	var c config
	flags := flag.NewFlagSet("pipeline", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&c.role, "role", roleAll, "play one role: ventilator, worker or sink (default all of them)")
	flags.StringVar(&c.transport, "transport", "tcp", "tcp, ipc or inproc, or none for queues instead of sockets")
	flags.IntVar(&c.workers, "workers", 0, "number of workers in this process (default one a CPU, or one with -role worker)")
	flags.StringVar(&c.bind, "bind", "", "endpoint of the ventilator's or the sink's own")
	flags.Func("connect", "endpoint of the sink; for a worker given twice: the ventilator's, then the sink's", func(s string) error {
		c.connect = append(c.connect, s)
		return nil
	})
	flags.IntVar(&c.chunk, "chunk", defaultChunk, "cut larger files into pieces of this size, in bytes")
	flags.IntVar(&c.hwm, "hwm", defaultHWM, "pieces queued for each process of workers, on either side")
	flags.DurationVar(&c.quiet, "quiet", defaultQuiet, "call another process lost when it has been away for this long")
	flags.DurationVar(&c.patience, "patience", defaultPatience, "wait this long for another process to come")
	if err := flags.Parse(args); err != nil {
		return config{}, err
	}
	c.paths = flags.Args()
	c.complete()
	err := c.check()
	if err != nil {
		fmt.Fprintln(stderr, "pipeline:", err)
	}
	return c, err
}

// complete fills in what was not given.
func (c *config) complete() {
	if c.workers == 0 {
		c.workers = 1
		if c.role == roleAll {
			c.workers = runtime.GOMAXPROCS(0)
		}
	}
	if c.role == roleAll {
		return
	}
	tasks, reports := defaultEndpoints(c.transport)
	switch {
	case c.bind == "" && c.role == roleVentilator:
		c.bind = tasks
	case c.bind == "" && c.role == roleSink:
		c.bind = reports
	}
	switch {
	case len(c.connect) == 0 && c.role == roleVentilator:
		c.connect = []string{reports}
	case len(c.connect) == 0 && c.role == roleWorker:
		c.connect = []string{tasks, reports}
	}
}

// defaultEndpoints returns where the processes of one machine meet.
func defaultEndpoints(transport string) (tasks, reports string) {
	if transport == "ipc" {
		return "ipc://" + filepath.Join(os.TempDir(), "pipeline-tasks.ipc"),
			"ipc://" + filepath.Join(os.TempDir(), "pipeline-reports.ipc")
	}
	return "tcp://127.0.0.1:5557", "tcp://127.0.0.1:5558"
}

// endpoints returns where the ends of the two edges meet.
func (c *config) endpoints() (tasks, reports string) {
	switch {
	case c.role == roleVentilator:
		return c.bind, c.connect[0]
	case c.role == roleWorker:
		return c.connect[0], c.connect[1]
	case c.role == roleSink:
		tasks, _ = defaultEndpoints(c.transport) // it has nothing to do with them
		return tasks, c.bind
	case c.transport == "inproc":
		return "inproc://tasks", "inproc://reports"
	case c.transport == "ipc":
		return "ipc://*", "ipc://*"
	}
	return "tcp://127.0.0.1:*", "tcp://127.0.0.1:*"
}

// check returns what is wrong with c, or nil.
func (c *config) check() error {
	binds, connects := c.needs()
	switch {
	case c.role != roleAll && c.role != roleVentilator && c.role != roleWorker && c.role != roleSink:
		return fmt.Errorf("no such role: %q", c.role)
	case !slices.Contains([]string{"tcp", "ipc", "inproc", transportNone}, c.transport):
		return fmt.Errorf("no such transport: %q", c.transport)
	case (c.transport == "inproc" || c.transport == transportNone) && c.role != roleAll:
		return fmt.Errorf("%s does not reach other processes: it goes without -role", c.transport)
	case c.role == roleAll && (c.bind != "" || len(c.connect) > 0):
		return errors.New("-bind and -connect go with -role")
	case binds != (c.bind != ""):
		return fmt.Errorf("-bind does not go with -role %s", c.role)
	case connects != len(c.connect):
		return fmt.Errorf("-role %s takes -connect %d times, not %d", c.role, connects, len(c.connect))
	case len(c.paths) > 0 && (c.role == roleWorker || c.role == roleSink):
		return fmt.Errorf("-role %s takes no paths: the ventilator does", c.role)
	}
	return c.checkNumbers()
}

// needs says whether the role binds, and to how many others it connects.
func (c *config) needs() (binds bool, connects int) {
	switch c.role {
	case roleVentilator:
		return true, 1
	case roleWorker:
		return false, 2
	case roleSink:
		return true, 0
	}
	return false, 0
}

func (c *config) checkNumbers() error {
	switch {
	case c.workers < 1 || c.workers > maxWorkers:
		return fmt.Errorf("-workers must be from 1 to %d", maxWorkers)
	case c.chunk < minChunk || c.chunk > maxChunk:
		return fmt.Errorf("-chunk must be from %d to %d", minChunk, maxChunk)
	case c.hwm < 1 || c.hwm > maxHWM:
		return fmt.Errorf("-hwm must be from 1 to %d", maxHWM)
	case c.quiet < minQuiet || c.patience < c.quiet:
		return fmt.Errorf("-quiet must be at least %v, and -patience at least -quiet", minQuiet)
	}
	return nil
}
