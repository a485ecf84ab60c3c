// Command bench measures this library's sockets, and libzmq's through its C
// API, and other libraries', in the same run and with the same steps: a sample of
// the one, a sample of the other, and so on in turn. README.md beside it says how
// to run it and how to read it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, &gallery{}, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A program is something else that bench does, named by its first argument.
type program struct {
	help string
	run  func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

// programs returns those there are, by name.
func programs() map[string]program {
	return map[string]program{
		"actors": {"actors against channels and other libraries, and whether what is promised holds;\n" +
			"                                      # a million idle actors of ours only, unless -only crowd", runActors},
		wakeProgram: {"what it takes to wake a thread here and now, which all runs say: a quarter of a second", runWake},
	}
}

// run does what the command line says. What it compiles goes into a directory of
// its own; what g has already is taken as it is.
func run(ctx context.Context, g *gallery, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		if p, ok := programs()[args[0]]; ok {
			return p.run(ctx, args[1:], stdout, stderr)
		}
	}
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.peer != "" {
		return o.play(ctx, stdin, stdout)
	}
	if o.from != "" {
		return o.show(stdout)
	}
	if g.sources, err = o.copies(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := o.runner(dir, stderr)
	g.dir = dir
	if o.targets {
		return o.runTargets(ctx, r, g, stdout, stderr)
	}
	if o.gate != "" {
		return o.runGate(ctx, r, g, stdout, stderr)
	}
	settings, err := o.settings()
	if err != nil {
		return err
	}
	subject, vs, err := o.contenders(ctx, g, settings[0].workload.alone, stderr)
	if err != nil {
		return err
	}
	var bouts []bout
	for _, s := range settings {
		bouts = append(bouts, bout{s, append([]contender{subject}, vs...)})
	}
	_, err = o.runAll(ctx, r, bouts, stdout, stderr)
	return err
}

func (o options) runner(dir string, stderr io.Writer) *runner {
	return &runner{dir: dir, count: o.count, target: o.time, limit: o.limit, rounds: o.rounds,
		labels: o.profiles.Any(), notes: &sharedWriter{w: stderr}, wakes: measureWake}
}

// play is what this program does as one of its own peers.
func (o options) play(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	for _, library := range goPeers(o.labels) {
		if library.Name() == o.peer {
			return peer.Main(ctx, library, o.profiles, o.args, stdin, stdout)
		}
	}
	return fmt.Errorf("no library %q to play", o.peer)
}

// A bout is a setting, and who is measured in it: first the one that the others are compared with.
type bout struct {
	setting    setting
	contenders []contender
}

// runAll measures and prints: JSON after each setting, the table at the end.
// What was measured before an error is printed too.
func (o options) runAll(ctx context.Context, r *runner, bouts []bout, stdout, stderr io.Writer) (all []line, failure error) {
	samples := 0
	for _, b := range bouts {
		samples += o.rounds * len(b.contenders)
	}
	r.progress = progressOn(stderr, samples, o.verbose)
	h := thisHost(ctx)
	for _, b := range bouts {
		res, err := r.measure(ctx, b.setting, b.contenders)
		if err != nil {
			failure = err
			break
		}
		lines := linesOf(res, h, time.Now())
		all = append(all, lines...)
		if o.json {
			if err := writeJSON(stdout, lines); err != nil {
				return all, err
			}
		}
		if o.profiles.Any() {
			_, failure = r.sample(ctx, b.setting, b.contenders[0], res.sides[0].count, o.profiles)
		}
	}
	r.progress.finish()
	if !o.json {
		failure = errors.Join(failure, writeTable(stdout, all))
	}
	if o.html != "" && len(all) > 0 {
		failure = errors.Join(failure, writeHTMLFile(o.html, all))
	}
	return all, failure
}

// show prints results of earlier runs.
func (o options) show(stdout io.Writer) error {
	lines, err := readLinesFile(o.from)
	if err != nil {
		return err
	}
	if o.html != "" {
		return writeHTMLFile(o.html, lines)
	}
	return writeTable(stdout, lines)
}

func profileArguments(pr peer.Profiles, labels bool) []string {
	var args []string
	add := func(flag, value string) {
		if value != "" {
			args = append(args, flag, value)
		}
	}
	add("-cpuprofile", pr.CPU)
	add("-memprofile", pr.Memory)
	add("-mutexprofile", pr.Mutex)
	add("-blockprofile", pr.Block)
	add("-trace", pr.Trace)
	add("-pprof", pr.Serve)
	if labels {
		args = append(args, "-labels")
	}
	return args
}

// usageText begins the help.
func usageText() string {
	var b strings.Builder
	fmt.Fprintln(&b, "usage: go run ./bench [flags]")
	all := programs()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "       go run ./bench %-6s [flags]  # %s\n", name, all[name].help)
	}
	fmt.Fprintln(&b, "\ncases:")
	for _, w := range append(workloads(), actorWorkloads()...) {
		fmt.Fprintf(&b, "  %-13s %s\n", w.name, w.help)
	}
	return b.String()
}
