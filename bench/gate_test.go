package main

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/bench/internal/peer"
	"github.com/zeroactor/zmq/internal/invariant"
)

// gateResult is a result with that many allocations a message, and CPU times
// of ours and of libzmq's in nanoseconds a message.
func gateResult(allocations, ours, libzmq float64) result {
	one := func(library string, cpu float64) side {
		s := side{contender: contender{name: library}}
		for range 3 {
			r := peer.Report{Library: library, Count: 100_000, CPUSeconds: cpu / 2 * 1e-4, Rate: 1e6}
			made := (allocations*100_000 + gateAllocations) / 2 / 100_000
			r.Allocations = &made
			s.rounds = append(s.rounds, sample{active: r, passive: r})
		}
		return s
	}
	return result{setting: at("push", "tcp", 10), sides: []side{one("zeroactor", ours), one("libzmq", libzmq)}}
}

func TestJudge(t *testing.T) {
	one := gated{name: "push tcp 10", setting: at("push", "tcp", 10), compared: true}
	for _, test := range []struct {
		name                      string
		allocations, ours, libzmq float64
		record                    map[string]float64
		problem                   string
	}{
		{"as recorded", 0, 50, 100, map[string]float64{"push tcp 10": 0.5}, ""},
		{"within the margin", 0, 99, 100, map[string]float64{"push tcp 10": 0.5}, ""},
		{"slower", 0, 101, 100, map[string]float64{"push tcp 10": 0.5}, "want at most 1.00"},
		{"slow machine", 0, 680, 1360, map[string]float64{"push tcp 10": 0.5}, ""},
		{"garbage now and then", 0.009, 50, 100, map[string]float64{"push tcp 10": 0.5}, ""},
		{"garbage", 0.02, 50, 100, map[string]float64{"push tcp 10": 0.5}, "no allocation"},
		{"no record", 0, 50, 100, nil, "no record"},
	} {
		g := &gate{record: recorded{CPU: test.record}}
		problems, found := g.judge(one, gateResult(test.allocations, test.ours, test.libzmq))
		got := strings.Join(problems, "; ")
		if !strings.Contains(got, test.problem) || (got == "") != (test.problem == "") {
			t.Errorf("%s: problems %q, want %q; found %s", test.name, got, test.problem, found)
		}
	}
}

// pinnedResult is the result of a pinned round trip, a round for each pair of busy shares, ours and libzmq's, and of times
// that a round trip of ours slept. Ours takes 50 ns of CPU time where libzmq takes 100.
func pinnedResult(busy [][2]float64, sleeps ...float64) result {
	one := func(library string, cpu, busy, sleeps float64) sample {
		n := int64(sleeps / 2 * 1e5)
		none := 0.0
		r := peer.Report{Library: library, Count: 1e5, CPUSeconds: cpu / 2 * 1e-4, CPUWall: cpu * 1e-4 / busy, Allocations: &none, Sleeps: &n}
		return sample{active: r, passive: r}
	}
	sides := []side{{contender: contender{name: "zeroactor"}}, {contender: contender{name: "libzmq"}}}
	for i, b := range busy {
		sides[0].rounds = append(sides[0].rounds, one("zeroactor", 50, b[0], sleeps[i]))
		sides[1].rounds = append(sides[1].rounds, one("libzmq", 100, b[1], 8))
	}
	s := at("rtt", "tcp", 1)
	s.pin = true
	return result{setting: s, sides: sides}
}

// Of a pinned round trip those rounds are judged in which the peers had the processor for themselves, and the best one tells
// whether it has to sleep.
func TestJudgePinned(t *testing.T) {
	for _, test := range []struct {
		name           string
		busy           [][2]float64
		sleeps         []float64
		recorded       float64
		found, problem string
	}{
		{"as recorded", [][2]float64{{1, 1}, {1, 1}}, []float64{0.25, 0.5}, 0.5, "0.25 sleeps, 0.50 ", ""},
		{"one good round", [][2]float64{{1, 1}, {1, 1}}, []float64{2.5, 0.5}, 0.5, "0.50 sleeps", ""},
		{"sleeps", [][2]float64{{1, 1}, {1, 1}}, []float64{2.5, 2}, 0.5, "2.00 sleeps", "want at most 1.00 sleeps"},
		{"slower", [][2]float64{{1, 1}}, []float64{0}, 0.2, "0.50 (0.50..0.50)", "want at most 0.40"},
		{"beside others", [][2]float64{{0.5, 1}, {1, 0.5}}, []float64{2.5, 0}, 0.1, "NOT COMPARED", ""},
		{"beside others at first", [][2]float64{{0.5, 0.5}, {1, 1}}, []float64{0, 2}, 0.5, "2.00 sleeps", "want at most 1.00 sleeps"},
		{"a system that does not tell", [][2]float64{{1, 1}}, []float64{0}, 0.5, "-1.00 sleeps", ""},
	} {
		res := pinnedResult(test.busy, test.sleeps...)
		if strings.HasPrefix(test.name, "a system") {
			res.sides[0].rounds[0].active.Sleeps = nil
		}
		g := &gate{record: recorded{CPU: map[string]float64{"pinned": test.recorded}}}
		problems, found := g.judge(gated{name: "pinned", setting: res.setting, compared: true, sleeps: 1}, res)
		got := strings.Join(problems, "; ")
		if !strings.Contains(found, test.found) || !strings.Contains(got, test.problem) || (got == "") != (test.problem == "") {
			t.Errorf("%s: problems %q, found %q; want %q and %q", test.name, got, found, test.problem, test.found)
		}
	}
}

// A slowdown and garbage that are planted in our own peers trip the gate, with a
// record of the same machine of a moment ago.
func TestGateTrips(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector everybody is slow")
	}
	requireLibzmq(t)
	file := filepath.Join(t.TempDir(), "record.json")
	gate := func(args string) (string, error) {
		var out strings.Builder
		all := append(strings.Fields("-rounds 1 -limit 4m -time 10ms -gate"), file, "-only", "push tcp 10,push inproc 10")
		err := run(t.Context(), withLibzmq(t), append(all, strings.Fields(args)...), nil, &out, &out)
		return out.String(), err
	}
	if out, err := gate("-update"); err != nil || strings.Count(out, "\nok ") != 2 || !strings.HasPrefix(out, "wake-up of a thread: ") {
		t.Fatalf("recording: %v\n%s", err, out)
	}
	record, err := readRecord(file)
	if err != nil || len(record.CPU) != 1 || record.Host.Go == "" {
		t.Fatalf("record %+v, %v", record, err)
	}
	for _, test := range []struct{ plant, setting, problem string }{
		{"-plant 20us", "push tcp 10", "want at most"},
		{"-litter -count 5000", "push inproc 10", "want no allocation"},
	} {
		out, err := gate(test.plant)
		if !errors.Is(err, errGate) {
			t.Errorf("%s: error %v, want %v\n%s", test.plant, err, errGate, out)
		}
		_, found, _ := strings.Cut(out, "WORSE "+test.setting)
		found, _, _ = strings.Cut(found, "\n")
		if !strings.Contains(found, test.problem) {
			t.Errorf("%s: %q does not say %q", test.plant, out, test.problem)
		}
	}
}

// Without a record there is nothing to pass.
func TestGateWithoutRecord(t *testing.T) {
	args := []string{"-gate", filepath.Join(t.TempDir(), "none.json")}
	if err := run(t.Context(), withLibzmq(t), args, nil, io.Discard, io.Discard); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a gate without a record: %v", err)
	}
}

func TestPlanted(t *testing.T) {
	if (options{}).planted() != nil {
		t.Error("something is planted unasked")
	}
	var j peer.Job
	options{plant: time.Microsecond, litter: true}.planted()(&j)
	if j.Burn != time.Microsecond || !j.Litter {
		t.Errorf("planted %+v", j)
	}
}
