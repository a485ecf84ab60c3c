package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/zeroactor/zmq/bench/internal/wake"
)

const (
	// wakeProgram is the name by which bench measures wake-ups in a process of their own: see wake.Measure.
	wakeProgram = "wake"

	// wakeLimit is how long that process may take.
	wakeLimit = 10 * time.Second
)

// runWake measures wake-ups, and prints what was found.
func runWake(_ context.Context, args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("bench "+wakeProgram, flag.ContinueOnError)
	f.SetOutput(stderr)
	asJSON := f.Bool("json", false, "print a JSON object")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("argument %q is not understood", f.Arg(0))
	}
	t := wake.Measure()
	if *asJSON {
		return json.NewEncoder(stdout).Encode(t)
	}
	_, err := fmt.Fprintln(stdout, t)
	return err
}

// measureWake measures wake-ups. What goes wrong says why there is no measurement, and is no error of the run.
func measureWake(ctx context.Context) wake.Times {
	t, err := askWake(ctx)
	if err != nil {
		return wake.Times{Why: err.Error()}
	}
	return t
}

func askWake(ctx context.Context) (t wake.Times, err error) {
	self, err := os.Executable()
	if err != nil {
		return t, err
	}
	ctx, stop := context.WithTimeoutCause(ctx, wakeLimit, fmt.Errorf("no result within %v", wakeLimit))
	defer stop()
	out, err := exec.CommandContext(ctx, self, wakeProgram, "-json").Output()
	if err != nil {
		return t, errors.Join(context.Cause(ctx), err)
	}
	return t, json.Unmarshal(out, &t)
}

// wakesIn returns the measurements of wake-ups that lines have, in their order and each once: that after a result is the
// one before the next.
func wakesIn(lines []line) (all []wake.Times) {
	for _, l := range lines {
		for _, t := range []*wake.Times{l.WakeBefore, l.WakeAfter} {
			if t != nil && !slices.Contains(all, *t) {
				all = append(all, *t)
			}
		}
	}
	return all
}

// headOf says where lines were measured, and what the figures are, as the first lines of a table.
func headOf(lines []line, medians string) string {
	head := fmt.Sprintf("%s, %s\n", lines[0].Host, medians)
	if text := wake.Text(wakesIn(lines)); text != "" {
		head += text + "\n"
	}
	return head
}
