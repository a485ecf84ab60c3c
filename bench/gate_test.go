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
	one := gated{"push tcp 10", at("push", "tcp", 10), true}
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
	if out, err := gate("-update"); err != nil || strings.Count(out, "\n") != 2 {
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
