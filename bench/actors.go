package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/zeroactor/zmq/bench/internal/channels"
	"github.com/zeroactor/zmq/bench/internal/own"
)

// fastest stands for the library of actors that did best in a setting.
const fastest = "the fastest"

// actorTargets are what is promised of actors. Sizes are in place of peers.
func actorTargets() []target {
	var b book
	row := func(name string, size int) setting {
		chosen, err := workloadsNamed([]string{name})
		if err != nil {
			panic(err) // the names are in this file
		}
		b.row = name
		return actorSetting(chosen[0], size, false)
	}
	third := 1 / 3.0
	for _, senders := range []int{1, 16} {
		s := row("tell", senders)
		b.add(s, fastest, "time", 0, third)
		b.add(s, channels.Name, "time", 0, 1)
		b.add(s, "", "allocations", 0, allocationsMost)
	}
	for _, size := range []int{2, 100} {
		s := row("hop", size)
		b.add(s, channels.Name, "time", 0, 1)
		b.add(s, "", "allocations", 0, allocationsMost)
	}
	s := row("stages", 100)
	b.add(s, fastest, "time", 0, third)
	b.add(s, channels.Name, "time", 0, 1)
	s = row("chain", 100)
	b.add(s, fastest, "time", 0, 1)
	s = row("ask", 1)
	b.add(s, "", "time", 0, 600)
	b.add(s, fastest, "time", 0, 0.6)
	b.add(row("spawn", 1), "", "time", 0, 1000)
	s = row("crowd", 1_000_000)
	b.add(s, "", "heap and stack", 0, 400)
	b.add(s, "", "full GC", 0, 150)
	return b.targets
}

// runActors measures all that is promised of actors, prints it as the other cases,
// and says what holds.
func runActors(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := options{actors: true}.parse(args, stderr)
	if err != nil {
		return err
	}
	rows, err := o.rowsOf(actorTargets())
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	g := &gallery{dir: dir}
	if g.sources, err = o.copies(); err != nil {
		return err
	}
	subject, vs, err := o.contenders(ctx, g, true, stderr)
	if err != nil {
		return err
	}
	lines, err := o.runAll(ctx, o.runner(dir, stderr), o.actorBouts(rows, subject, vs), stdout, stderr)
	if o.json || len(lines) == 0 || o.subject != own.Name {
		return err
	}
	fmt.Fprintln(stdout)
	return errors.Join(err, writeTargets(stdout, withFastest(rows, lines), lines))
}

// actorBouts returns who is measured in each setting. Where nothing is promised in comparison with others they are
// left out, unless the setting is asked for by name: a million actors of each take minutes.
func (o options) actorBouts(rows []target, subject contender, vs []contender) []bout {
	var all []bout
	for _, e := range experiments(rows) {
		b := bout{e.setting, []contender{subject}}
		if len(e.vs) > 0 || o.only != "" {
			b.contenders = append(b.contenders, vs...)
		}
		all = append(all, b)
	}
	return all
}

// withFastest puts the names of those that were fastest into the targets. One that
// nobody else was measured for stays as it is, and is not found.
func withFastest(targets []target, lines []line) []target {
	targets = slices.Clone(targets)
	for i := range targets {
		t := &targets[i]
		if t.vs != fastest {
			continue
		}
		least := 0.0
		for name := range maps.Keys(troupes) {
			probe := *t
			probe.vs = name
			if v := probe.find(lines); v != nil && (least == 0 || v.Versus.Median < least) {
				t.vs, least = name, v.Versus.Median
			}
		}
	}
	return targets
}

// copies returns where the sources of other libraries are.
func (o options) copies() (map[string]string, error) {
	all := make(map[string]string)
	if o.sources == "" {
		return all, nil
	}
	for _, one := range strings.Split(o.sources, ",") {
		name, dir, ok := strings.Cut(one, "=")
		if !ok || troupes[name] == "" || dir == "" {
			return nil, fmt.Errorf("-source %q: want NAME=DIR of %s", one, strings.Join(slices.Sorted(maps.Keys(troupes)), ", "))
		}
		all[name] = dir
	}
	return all, nil
}
