package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/zeroactor/zmq/bench/internal/own"
	"github.com/zeroactor/zmq/bench/internal/peer"
)

// A target is what one metric of one setting is to be.
type target struct {
	row     string // that -only knows
	setting setting
	vs      string // contender; "" for a number of our own
	metric  string
	least   float64 // of the ratio, or of the number; 0 if there is a most
	most    float64
}

// text returns the bound as a reader writes it.
func (t target) text() string {
	sign, bound := "≥", t.least
	if t.least == 0 {
		sign, bound = "≤", t.most
	}
	if t.vs == "" {
		return fmt.Sprintf("%s %g", sign, bound)
	}
	return fmt.Sprintf("%s %.3g× %s", sign, bound, t.vs)
}

func (t target) holds(x float64) bool {
	if t.least > 0 {
		return x >= t.least
	}
	return x <= t.most
}

// clear reports whether v tells on which side of its bound the median is, or is nil: then nothing will.
func (t target) clear(v *values) bool {
	if v == nil {
		return true
	}
	rounds, held := v.rounds(t.vs != ""), 0
	for _, x := range rounds {
		if t.holds(x) {
			held++
		}
	}
	return oneSided(held, len(rounds))
}

// ownSingly is a contender that only targets know: our own library without batches.
const ownSingly = "one a call"

// allocationsMost is what counts as none, for each message: a timer, or a span of
// the runtime's, now and then in a second is no cost of a message.
const allocationsMost = 0.01

// targetTries is how often -rounds samples are taken, at most, of a setting with a median that is not clear of its bound.
const targetTries = 5

// A book collects targets.
type book struct {
	row     string
	targets []target
}

func (b *book) add(s setting, vs, metric string, least, most float64) {
	b.targets = append(b.targets, target{row: b.row, setting: s, vs: vs, metric: metric, least: least, most: most})
}

// at returns a setting of the named workload.
func at(name, transport string, size int) setting {
	chosen, err := workloadsNamed([]string{name})
	if err != nil {
		panic(err) // the names are in this file
	}
	return setting{workload: chosen[0], transport: transport, size: size, peers: 1, subs: 1, together: transport == "inproc"}
}

// targets returns all of them, in the order in which they are reported.
func targets() []target {
	var b book
	b.oneWay()
	b.latency()
	b.many()
	return b.targets
}

func (b *book) oneWay() {
	b.row = "cpu"
	for _, size := range []int{10, 100} {
		b.add(at("push", "tcp", size), "libzmq", "CPU", 0, 0.35)
	}
	for _, one := range []struct {
		size  int
		least float64
	}{{10, 2.8}, {100, 2.4}, {1024, 1.8}} {
		b.row = fmt.Sprintf("oneway-%d", one.size)
		for _, transport := range []string{"tcp", "ipc"} {
			b.add(at("push", transport, one.size), "libzmq", "rate", one.least, 0)
			if one.size == 1024 {
				b.add(at("push", transport, one.size), "net", "rate", 1, 0)
			}
		}
	}
	for _, size := range []int{64 << 10, 1 << 20, 16 << 20} {
		b.row = fmt.Sprintf("large-%dk", size>>10)
		for _, transport := range []string{"tcp", "ipc"} {
			b.add(at("push", transport, size), "libzmq", "rate", 1.2, 0)
			b.add(at("push", transport, size), "net-reused", "rate", 0.9, 0)
		}
	}
	b.row = "batch"
	s := at("push", "tcp", 10)
	s.batch = 64
	b.add(s, ownSingly, "rate", 1.5, 0)
	b.row = "inproc"
	b.add(at("push", "inproc", 10), "libzmq", "rate", 1.7, 0)
	b.add(at("push", "inproc", 1024), "libzmq", "rate", 2, 0)
	s = at("push", "inproc", 1<<20)
	s.ref = true
	b.add(s, "libzmq", "rate", 1, 0)
}

func (b *book) latency() {
	for _, transport := range []string{"tcp", "ipc"} {
		b.row = "rtt-pinned"
		s := at("rtt", transport, 1)
		s.pin = true
		b.add(s, "libzmq", "RTT p50", 0, 0.65)
		b.add(s, "libzmq", "RTT p99", 0, 1)
	}
	for _, transport := range []string{"tcp", "ipc"} {
		b.row = "rtt"
		b.add(at("rtt", transport, 1), "libzmq", "RTT p50", 0, 0.5)
	}
	b.row = "rtt-inproc"
	b.add(at("rtt", "inproc", 1), "libzmq", "RTT p50", 0, 0.25)
}

func (b *book) many() {
	b.row = "pub"
	s := at("pub", "tcp", 100)
	s.peers = 64
	b.add(s, "libzmq", "rate", 2, 0)
	b.row = "stuck"
	s = at("flood", "tcp", 100)
	s.peers = 2
	b.add(s, "", "rate, stuck", 0.9, 0)
	b.row = "proxy"
	b.add(at("proxy", "tcp", 100), "libzmq", "rate", 2, 0)
	b.add(at("proxy-dealer", "tcp", 100), "libzmq", "rate", 2, 0)
	b.row = "idle"
	s = at("connections", "tcp", 1)
	s.peers = 5000
	b.add(s, "libzmq", "resident", 0, 0.5)
	b.row = "match"
	s = at("match", "tcp", 10)
	s.subs = 1_000_000
	b.add(s, "libzmq", "resident", 0, 0.7)
	b.add(s, "libzmq", "match", 0, 0.7)
	b.row = "allocations"
	reference := at("push", "inproc", 1<<20)
	reference.ref = true
	for _, s := range []setting{at("push", "tcp", 10), at("push", "ipc", 1024), at("push", "inproc", 10), reference,
		at("dealer", "tcp", 100), at("rtt", "tcp", 1), at("rtt-dealer", "tcp", 1)} {
		b.add(s, "", "allocations", 0, allocationsMost)
	}
}

// findFor is find, also of the contenders that only targets know.
func (g *gallery) findFor(ctx context.Context, name string) (contender, error) {
	if name != ownSingly {
		return g.find(ctx, name)
	}
	c, err := g.find(ctx, own.Name)
	c.tweak = func(j *peer.Job) { j.Batch = 0 }
	c.label = name
	return c, err
}

// rows returns the targets of the rows that are asked for.
func (o options) rows() ([]target, error) { return o.rowsOf(targets()) }

func (o options) rowsOf(all []target) ([]target, error) {
	if o.only == "" {
		return all, nil
	}
	names := strings.Split(o.only, ",")
	var known []string
	for _, t := range all {
		if !slices.Contains(known, t.row) {
			known = append(known, t.row)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("no row %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(all, func(t target) bool { return !slices.Contains(names, t.row) }), nil
}

// An experiment is a setting of some targets, and all that it is compared with.
type experiment struct {
	setting setting
	vs      []string
	targets []target
}

// experiments returns each setting of the targets once.
func experiments(targets []target) []experiment {
	var all []experiment
	for _, t := range targets {
		i := slices.IndexFunc(all, func(e experiment) bool { return e.setting.same(t.setting) })
		if i < 0 {
			i = len(all)
			all = append(all, experiment{setting: t.setting})
		}
		all[i].targets = append(all[i].targets, t)
		if t.vs != "" && !slices.Contains(all[i].vs, t.vs) {
			all[i].vs = append(all[i].vs, t.vs)
		}
	}
	return all
}

// runTargets measures each target and prints whether it holds. The error says
// that something could not be measured; a target that does not hold is none.
func (o options) runTargets(ctx context.Context, r *runner, g *gallery, stdout, stderr io.Writer) error {
	rows, err := o.rows()
	if err != nil {
		return err
	}
	all := experiments(rows)
	for i := range all {
		all[i].vs = append(all[i].vs, o.selves()...)
	}
	steps := 0
	for _, e := range all {
		steps += r.rounds * (1 + len(e.vs))
	}
	r.progress = progressOn(stderr, steps, o.verbose)
	h := thisHost(ctx)
	var lines []line
	var failure error
	for _, e := range all {
		found, err := r.try(ctx, g, e, h)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		failure = errors.Join(failure, err)
		lines = append(lines, found...)
		if o.json {
			if err := writeJSON(stdout, found); err != nil {
				return err
			}
		}
	}
	r.progress.finish()
	if o.html != "" && len(lines) > 0 {
		failure = errors.Join(failure, writeHTMLFile(o.html, lines))
	}
	if o.json {
		return failure
	}
	if len(lines) > 0 {
		fmt.Fprintln(stdout, headOf(lines, "medians"))
	}
	return errors.Join(failure, writeTargets(stdout, rows, lines))
}

// try measures e, and goes on until its medians are clear of their bounds, or have been given time for it.
func (r *runner) try(ctx context.Context, g *gallery, e experiment, h host) ([]line, error) {
	var contenders []contender
	for _, name := range append([]string{own.Name}, e.vs...) {
		c, err := g.findFor(ctx, name)
		if err != nil {
			return nil, err
		}
		contenders = append(contenders, c)
	}
	res, err := r.measure(ctx, e.setting, contenders)
	for try := 1; err == nil; try++ {
		lines := linesOf(res, h, time.Now())
		if try == targetTries || !slices.ContainsFunc(e.targets, func(t target) bool { return !t.clear(t.find(lines)) }) {
			return lines, nil
		}
		r.progress.extend(r.rounds * len(res.sides))
		err = r.more(ctx, &res)
	}
	return nil, err
}

// writeTargets writes a row for each target, and how many hold. Beside it is what this
// library was at other times, if it was measured too.
func writeTargets(w io.Writer, targets []target, lines []line) error {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	selves := selvesIn(lines)
	header := []string{"row", "case", "transport", "bytes", "metric", "target", "is", "min..max", "rounds", "ours", "theirs", "holds"}
	for _, label := range selves {
		header = append(header, "to "+label, "min..max")
	}
	fmt.Fprintln(columns, strings.Join(header, "\t"))
	held := 0
	for _, t := range targets {
		s := t.setting
		fmt.Fprintf(columns, "%s\t%s\t%s\t%d\t%s\t%s\t", t.row, s.title(), s.transport, s.size, t.metric, t.text())
		v := t.find(lines)
		if v == nil {
			fmt.Fprintln(columns, "-\t-\t-\t-\t-\tnot measured")
			continue
		}
		is, theirs := v.Subject, "-"
		if t.vs != "" {
			is, theirs = *v.Ratio, v.number(v.Versus.Median)
		}
		verdict := "NO"
		if t.holds(is.Median) {
			verdict = "yes"
			held++
		}
		if !t.clear(v) {
			verdict += ", not clearly"
		}
		fmt.Fprintf(columns, "%.3g\t%.3g..%.3g\t%d\t%s\t%s\t%s", is.Median, is.Min, is.Max, len(v.rounds(t.vs != "")), v.number(v.Subject.Median), theirs, verdict)
		for _, label := range selves {
			then := t
			then.vs = label
			if v := then.find(lines); v != nil {
				fmt.Fprintf(columns, "\t%.3g\t%.3g..%.3g", v.Ratio.Median, v.Ratio.Min, v.Ratio.Max)
			} else {
				fmt.Fprint(columns, "\t-\t-")
			}
		}
		fmt.Fprintln(columns)
	}
	if err := columns.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d of %d hold\n", held, len(targets))
	return err
}

// find returns what was measured for t, or nil.
func (t target) find(lines []line) *values {
	for i := range lines {
		l := &lines[i]
		if l.setting == nil || !l.setting.same(t.setting) || t.vs != "" && l.versus != t.vs {
			continue
		}
		for k := range l.Metrics {
			v := &l.Metrics[k]
			if v.Name == t.metric && (t.vs == "" || v.Ratio != nil) {
				return v
			}
		}
	}
	return nil
}
