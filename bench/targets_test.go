package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Every target can be measured: its setting is one that bench takes, and its
// metric one that its case has.
func TestTargetsAreMeasurable(t *testing.T) {
	for _, one := range targets() {
		if err := one.setting.check(); err != nil {
			t.Errorf("%s: %v", one.row, err)
		}
		found := false
		for _, m := range one.setting.workload.metrics {
			found = found || m.name == one.metric
		}
		if !found || (one.least > 0) == (one.most > 0) {
			t.Errorf("%s: metric %q, at least %g, at most %g", one.row, one.metric, one.least, one.most)
		}
	}
}

// Each setting is measured once, with all that its targets compare it with.
func TestExperiments(t *testing.T) {
	rows, err := options{only: "cpu,oneway-10,oneway-1024"}.rows()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range experiments(rows) {
		got = append(got, e.setting.transport+" "+number(float64(e.setting.size))+" "+strings.Join(e.vs, "+"))
	}
	want := "tcp 10.0 libzmq, tcp 100.0 libzmq, ipc 10.0 libzmq, tcp 1 024 libzmq+net, ipc 1 024 libzmq+net"
	if strings.Join(got, ", ") != want {
		t.Errorf("experiments %q, want %q", strings.Join(got, ", "), want)
	}
}

// A setting is measured until its medians are clear of their bounds, and no longer. What was not measured will not be.
func TestTriesUntilClear(t *testing.T) {
	r := &runner{dir: t.TempDir(), count: 1000, rounds: 2, limit: 4 * time.Minute, progress: quietProgress{}}
	s := at("rtt", "inproc", 1)
	for _, test := range []struct {
		target target
		rounds int
	}{
		{target{setting: s, metric: "RTT p50", most: 1e9}, 6}, // the fewest that tell when all of them say so
		{target{setting: s, metric: "no such", most: 1}, 2},
	} {
		lines, err := r.try(t.Context(), &gallery{}, experiment{setting: s, targets: []target{test.target}}, host{})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(lines[0].Metrics[0].SubjectRounds); got != test.rounds {
			t.Errorf("%s: %d rounds, want %d", test.target.metric, got, test.rounds)
		}
	}
}

func TestClear(t *testing.T) {
	wanted := target{vs: "libzmq", least: 2}
	for _, test := range []struct {
		ratios []float64
		want   bool
	}{
		{[]float64{3, 3, 3, 3}, false}, // four coins may well fall alike
		{[]float64{3, 3, 3, 3, 3}, true},
		{[]float64{1, 1, 1, 1, 1}, true},
		{[]float64{3, 3, 1, 3, 3}, false},
		{[]float64{3, 3, 1, 3, 3, 3, 3, 3, 3, 3}, true},
	} {
		v := &values{SubjectRounds: test.ratios, VersusRounds: slices.Repeat([]float64{1}, len(test.ratios))}
		if got := wanted.clear(v); got != test.want {
			t.Errorf("%v clear of 2: %v", test.ratios, got)
		}
	}
}

func TestWriteTargets(t *testing.T) {
	s := at("push", "tcp", 10)
	res := result{setting: s, sides: []side{
		{rounds: samplesOf("ours", 3e6, 2e6, 9e6)},
		{contender: contender{name: "libzmq"}, rounds: samplesOf("libzmq 4.3.4", 1e6, 1e6, 2e6)},
	}}
	none := 0.0
	for i := range res.sides[0].rounds {
		one := &res.sides[0].rounds[i]
		one.active.Allocations, one.passive.Allocations = &none, &none
	}
	rows := []target{
		{"fast", s, "libzmq", "rate", 2.5, 0},
		{"faster", s, "libzmq", "rate", 3.5, 0},
		{"thrift", s, "libzmq", "CPU", 0, 0.5},
		{"clean", s, "", "allocations", 0, 0.01},
		{"other", at("push", "ipc", 10), "libzmq", "rate", 1, 0},
	}
	var b strings.Builder
	if err := writeTargets(&b, rows, linesOf(res, host{}, time.Now())); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"row     case  transport  bytes  metric       target         is  min..max  rounds  ours       theirs     holds",
		"fast    push  tcp        10     rate         ≥ 2.5× libzmq  3   2..4.5    3       3 000 000  1 000 000  yes, not clearly",
		"faster  push  tcp        10     rate         ≥ 3.5× libzmq  3   2..4.5    3       3 000 000  1 000 000  NO, not clearly",
		"thrift  push  tcp        10     CPU          ≤ 0.5× libzmq  1   1..1      3       20.0       20.0       NO, not clearly",
		"clean   push  tcp        10     allocations  ≤ 0.01         0   0..0      3       0.000      -          yes, not clearly",
		"other   push  ipc        10     rate         ≥ 1× libzmq    -   -         -       -          -          not measured",
		"",
		"2 of 5 hold",
		"",
	}, "\n")
	if b.String() != want {
		t.Errorf("targets:\n%s\nwant:\n%s", b.String(), want)
	}
}

// The suite runs: a row against libzmq, one against ourselves, and one of our own
// numbers.
func TestRunTargets(t *testing.T) {
	requireLibzmq(t)
	var out strings.Builder
	args := strings.Fields("-targets -only rtt-inproc,batch,allocations -rounds 1 -time 10ms -limit 4m")
	if err := run(t.Context(), withLibzmq(t), args, nil, &out, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nrtt-inproc ", "\nbatch ", "\nallocations ", " of 9 hold\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "not measured") {
		t.Errorf("something was not measured:\n%s", out.String())
	}
}
