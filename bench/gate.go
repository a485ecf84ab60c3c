package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/zeroactor/zmq/bench/internal/own"
	"github.com/zeroactor/zmq/bench/internal/peer"
)

// errGate says that this library has become slower or allocates.
var errGate = errors.New("gate")

const (
	// gateMargin is by how many times a recorded ratio of CPU times may be
	// exceeded. With three busy loops beside it on two cores, or with one core
	// that two loops share, no median of five was over 1.5 times that of a quiet
	// minute, and the same code runs on other machines than the recorded one.
	gateMargin = 2.0

	// gateTries is how often a ratio is measured before it counts as exceeded,
	// each time with -rounds more. Noise goes away; what has become slower stays
	// so.
	gateTries = 4

	gateTime = 300 * time.Millisecond

	// gateAllocations is what a whole sample may allocate for nothing to do
	// with its messages: timers, spans, the runtime's own.
	gateAllocations = 300

	// gateAlone is which share of one processor both peers must have had for a pinned
	// round to count. They have all of it, to a thousandth, if nobody else wants it. Who shares it with others
	// does without what is to be seen here: see decision 21.
	gateAlone = 0.95
)

// A gated setting must not allocate for each message, and if compared is set it
// must not take more CPU time in comparison to libzmq than is recorded. CPU time
// is what the noise of a shared machine touches least.
//
// If sleeps is not zero, it is the most that threads may sleep for each round trip in the best sample. That is no matter of the
// machine: on one processor REQ and REP wait without sleeping, or else sleep twice.
type gated struct {
	name     string
	setting  setting
	compared bool
	sleeps   float64
}

func gatedSettings(only string) ([]gated, error) {
	pinned := at("rtt", "tcp", 1)
	pinned.pin = true
	pub := at("pub", "tcp", 100)
	pub.peers = 8
	reference := at("push", "inproc", 1<<20)
	reference.ref = true
	all := []gated{
		{name: "push tcp 10", setting: at("push", "tcp", 10), compared: true},
		{name: "push ipc 1024", setting: at("push", "ipc", 1024), compared: true},
		{name: "rtt tcp 1 pinned", setting: pinned, compared: true, sleeps: 1},
		{name: "pub tcp 100 to 8", setting: pub, compared: true},
		{name: "push inproc 10", setting: at("push", "inproc", 10)},
		{name: "push inproc 1048576 by reference", setting: reference},
		{name: "dealer tcp 100", setting: at("dealer", "tcp", 100)},
		{name: "rtt-dealer tcp 1", setting: at("rtt-dealer", "tcp", 1)},
	}
	if only == "" {
		return all, nil
	}
	var chosen []gated
	for _, name := range strings.Split(only, ",") {
		i := slices.IndexFunc(all, func(g gated) bool { return g.name == name })
		if i < 0 {
			return nil, fmt.Errorf("the gate has no %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// A recorded is the file that the gate compares with.
type recorded struct {
	Host host               `json:"host"`
	CPU  map[string]float64 `json:"cpu_ratio"` // to libzmq's, by the names of the gated settings
}

// runGate measures the gated settings and compares with the record, or writes it.
func (o options) runGate(ctx context.Context, r *runner, g *gallery, stdout, stderr io.Writer) error {
	record, err := readRecord(o.gate)
	if err != nil && !o.update {
		return err
	}
	settings, err := gatedSettings(o.only)
	if err != nil {
		return err
	}
	ours, err := g.find(ctx, own.Name)
	if err != nil {
		return err
	}
	ours.tweak = o.planted()
	libzmq, err := g.find(ctx, "libzmq")
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, measureWake(ctx))
	r.target, r.wakes = o.time, nil // it says so once
	r.progress = progressOn(stderr, 2*o.rounds*len(settings), o.verbose)
	gate := &gate{runner: r, more: o.rounds, record: record, update: o.update, ours: ours, libzmq: libzmq, out: stdout}
	for _, one := range settings {
		if err := gate.pass(ctx, one); err != nil {
			return err
		}
	}
	r.progress.finish()
	if o.update {
		gate.record.Host = thisHost(ctx)
		return writeRecord(o.gate, gate.record)
	}
	if gate.failed > 0 {
		return fmt.Errorf("%w: %d of %d settings have become worse than %s", errGate, gate.failed, len(settings), o.gate)
	}
	return nil
}

// planted returns what makes our own peers worse, as -plant says, or nil.
func (o options) planted() func(*peer.Job) {
	if o.plant == 0 && !o.litter {
		return nil
	}
	return func(j *peer.Job) { j.Burn, j.Litter = o.plant, o.litter }
}

// A gate is one run of it.
type gate struct {
	*runner
	record       recorded
	more         int // rounds with each try
	update       bool
	ours, libzmq contender
	out          io.Writer
	failed       int
}

// pass measures one setting, again if it is found worse or could not be
// measured, and says what it found.
func (g *gate) pass(ctx context.Context, one gated) error {
	contenders := []contender{g.ours}
	if one.compared {
		contenders = append(contenders, g.libzmq)
	}
	for try := 1; ; try++ {
		g.rounds = try * g.more
		res, err := g.measure(ctx, one.setting, contenders)
		if err != nil && (ctx.Err() != nil || g.update || try == gateTries) {
			return err
		}
		if err != nil {
			fmt.Fprintf(g.out, "again %-18s %v\n", one.name, err)
			continue
		}
		problems, found := g.judge(one, res)
		if len(problems) == 0 || g.update {
			fmt.Fprintf(g.out, "ok    %-18s %s\n", one.name, found)
			return nil
		}
		if try == gateTries {
			g.failed++
			fmt.Fprintf(g.out, "WORSE %-18s %s: %s\n", one.name, found, strings.Join(problems, "; "))
			return nil
		}
		fmt.Fprintf(g.out, "again %-18s %s: %s\n", one.name, found, strings.Join(problems, "; "))
	}
}

// judge returns what is wrong with a result, and what it is. With update it
// records the ratio.
func (g *gate) judge(one gated, res result) (problems []string, found string) {
	total, count := 0.0, 0
	for _, s := range res.sides[0].rounds {
		total += s.allocations() * float64(s.active.Count)
		count += s.active.Count
	}
	allocations := max(0, total-gateAllocations*float64(len(res.sides[0].rounds))) / float64(count)
	found = fmt.Sprintf("%.3f allocations", allocations)
	if allocations > allocationsMost {
		problems = append(problems, "want no allocation for a message")
	}
	if !one.compared {
		return problems, found
	}
	ours, libzmq := res.sides[0].rounds, res.sides[1].rounds
	if one.setting.pin {
		if ours, libzmq = alone(ours, libzmq); len(ours) == 0 {
			return problems, found + ", others had the processor: NOT COMPARED"
		}
	}
	if one.sleeps > 0 {
		least := slices.Min(each(ours, sample.sleeps))
		found += fmt.Sprintf(", %.2f sleeps", least)
		if least > one.sleeps {
			problems = append(problems, fmt.Sprintf("want at most %.2f sleeps", one.sleeps))
		}
	}
	cpu := valuesOf(usage("msg")[0], ours, libzmq).Ratio
	if cpu == nil {
		return append(problems, "no CPU time was measured"), found
	}
	found += fmt.Sprintf(", %.2f (%.2f..%.2f) of libzmq's CPU time", cpu.Median, cpu.Min, cpu.Max)
	if g.update {
		if g.record.CPU == nil {
			g.record.CPU = make(map[string]float64)
		}
		g.record.CPU[one.name] = cpu.Median
		return problems, found
	}
	was, ok := g.record.CPU[one.name]
	if !ok {
		return append(problems, "there is no record of it: go run ./bench -gate FILE -update"), found
	}
	found += fmt.Sprintf(", recorded %.2f", was)
	if cpu.Median > was*gateMargin {
		problems = append(problems, fmt.Sprintf("want at most %.2f", was*gateMargin))
	}
	return problems, found
}

// alone returns those rounds of two contenders, pinned to a processor, in which both had it for themselves.
func alone(a, b []sample) (onlyA, onlyB []sample) {
	for i := range min(len(a), len(b)) {
		if a[i].busy() >= gateAlone && b[i].busy() >= gateAlone {
			onlyA, onlyB = append(onlyA, a[i]), append(onlyB, b[i])
		}
	}
	return onlyA, onlyB
}

func readRecord(name string) (recorded, error) {
	var r recorded
	text, err := os.ReadFile(name)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

func writeRecord(name string, r recorded) error {
	for setting, ratio := range r.CPU {
		r.CPU[setting] = float64(int(ratio*1000+0.5)) / 1000
	}
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}
