// Command bench measures this library's sockets, and libzmq's through its C
// API, in the same run and with the same steps: two processes on this machine,
// a sample of the one library, a sample of the other, and so on in turn.
// README.md beside it says how to run it and how to read it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	cases      string
	sizes      string
	transports string
	subject    string
	vs         string
	count      int
	rounds     int
	limit      time.Duration
	pin        bool
	json       bool
	profile    string
	role       string
	args       []string
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.cases, "case", "push,rtt", "what to measure, `names` separated by commas")
	f.StringVar(&o.sizes, "sizes", "10,100,1024", "message sizes in `bytes`, separated by commas")
	f.StringVar(&o.transports, "transport", "tcp", "tcp or ipc, or both, separated by a comma")
	f.StringVar(&o.subject, "subject", ownName, "the `library` to measure; libzmq against itself shows the noise")
	f.StringVar(&o.vs, "vs", "", "the `library` to compare with: libzmq, zeroactor or none (default libzmq where there is one)")
	f.IntVar(&o.count, "count", 0, "`number` of messages or round trips a sample; 0 means as many as take about a second")
	f.IntVar(&o.rounds, "rounds", 5, "`number` of samples of each library, taken in turn")
	f.DurationVar(&o.limit, "limit", 30*time.Second, "after this `time` a sample has failed")
	f.BoolVar(&o.pin, "pin", false, "run all processes on CPU 0 (taskset)")
	f.BoolVar(&o.json, "json", false, "print one JSON object a result in place of the table")
	f.StringVar(&o.profile, "cpuprofile", "", "after each setting, write CPU profiles of one more sample of our own\n"+
		"to `FILE`.push, FILE.pull and so on; takes exactly one case, size and transport")
	f.StringVar(&o.role, "role", "", "for bench itself: run one `peer`")
	f.Usage = func() { usage(f) }
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.args = f.Args()
	switch {
	case o.role == "" && len(o.args) > 0:
		return o, fmt.Errorf("argument %q is not understood", o.args[0])
	case o.rounds < 1 || o.count < 0 || o.count > maxCount || o.limit < time.Second:
		return o, fmt.Errorf("want at least one round, 0 to %d messages, and a limit of a second or more", maxCount)
	}
	return o, nil
}

// usage lists the flags, without the one that is for bench itself.
func usage(f *flag.FlagSet) {
	fmt.Fprintln(f.Output(), "usage: go run ./bench [flags]")
	visible := flag.NewFlagSet("", flag.ContinueOnError)
	visible.SetOutput(f.Output())
	f.VisitAll(func(one *flag.Flag) {
		if one.Name != "role" {
			visible.Var(one.Value, one.Name, one.Usage)
		}
	})
	visible.PrintDefaults()
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.role != "" {
		j, err := parseJob(o.role, o.args)
		if err != nil {
			return err
		}
		p := &peer{job: j, stdin: stdin, stdout: stdout, profile: o.profile}
		return p.run(ctx)
	}
	settings, err := o.settings()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	subject, vs, err := o.contenders(ctx, dir, stderr)
	if err != nil {
		return err
	}
	r := &runner{dir: dir, pin: o.pin, count: o.count, target: time.Second, limit: o.limit,
		rounds: o.rounds, progress: stderr}
	return o.runAll(ctx, r, settings, subject, vs, stdout)
}

// runAll measures and prints: JSON after each setting, the table at the end.
// What was measured before an error is printed too.
func (o options) runAll(ctx context.Context, r *runner, settings []setting, subject, vs contender, stdout io.Writer) error {
	h := thisHost(ctx)
	var lines []line
	var failure error
	for _, s := range settings {
		res, err := r.measure(ctx, s, subject, vs)
		if err != nil {
			failure = err
			break
		}
		l := lineOf(res, o.pin, h, time.Now())
		lines = append(lines, l)
		if o.json {
			if err := writeJSON(stdout, []line{l}); err != nil {
				return err
			}
		}
		if o.profile != "" {
			_, failure = r.sample(ctx, s, subject, res.subjectRounds[0].active.Count, o.profile)
		}
	}
	if o.json {
		return failure
	}
	return errors.Join(failure, writeTable(stdout, lines, o.rounds))
}

// settings returns every case with every transport and every size.
func (o options) settings() ([]setting, error) {
	chosen, err := workloadsNamed(strings.Split(o.cases, ","))
	if err != nil {
		return nil, err
	}
	var all []setting
	for _, w := range chosen {
		for _, transport := range strings.Split(o.transports, ",") {
			if transport != "tcp" && transport != "ipc" {
				return nil, fmt.Errorf("no transport %q; there are tcp, ipc", transport)
			}
			for _, text := range strings.Split(o.sizes, ",") {
				size, err := strconv.Atoi(text)
				if err != nil || size < 0 {
					return nil, fmt.Errorf("bad size %q", text)
				}
				all = append(all, setting{w, transport, size})
			}
		}
	}
	if o.profile != "" && (len(all) != 1 || o.subject != ownName) {
		return nil, errors.New("-cpuprofile takes exactly one case, size and transport, and is of our own library")
	}
	return all, nil
}

// contenders finds the two libraries, and compiles in dir what that takes. A
// libzmq that was asked for and is not there is an error; one that was not
// asked for is a message on stderr, and vs has no name.
func (o options) contenders(ctx context.Context, dir string, stderr io.Writer) (subject, vs contender, err error) {
	find := func(name string) (contender, error) {
		switch name {
		case ownName:
			self, err := os.Executable()
			return contender{name: ownName, command: []string{self}}, err
		case "libzmq", "":
			return buildLibzmq(ctx, dir)
		case "none":
			return contender{}, nil
		}
		return contender{}, fmt.Errorf("no library %q; there are %s, libzmq, none", name, ownName)
	}
	if o.subject == "none" || o.subject == "" {
		return subject, vs, errors.New("-subject names no library")
	}
	if subject, err = find(o.subject); err != nil {
		return subject, vs, err
	}
	vs, err = find(o.vs)
	if o.vs == "" && errors.Is(err, errNoLibzmq) {
		fmt.Fprintf(stderr, "NOTHING TO COMPARE WITH: %v\n", err)
		return subject, contender{}, nil
	}
	return subject, vs, err
}
