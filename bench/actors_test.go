package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/bench/internal/channels"
	"github.com/zeroactor/zmq/bench/internal/own"
	"github.com/zeroactor/zmq/bench/internal/peer"
	"github.com/zeroactor/zmq/internal/invariant"
)

// Each case of actors is played by us and by channels, and every metric comes out.
func TestActorCases(t *testing.T) {
	var out bytes.Buffer
	peers, want := "3,100", 14
	if invariant.Enabled { // under the race detector each process is slow to start
		peers, want = "3", 7
	}
	args := "-case tell,hop,stages,chain,ask,spawn,crowd -count 2000 -rounds 2 -limit 4m -json -peers " + peers
	if err := run(t.Context(), &gallery{}, strings.Fields(args), nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if n := checkResults(t, &out); n != want {
		t.Errorf("%d results, want %d", n, want)
	}
}

// A library that can be had is played too.
func TestTroupes(t *testing.T) {
	skipUnderRace(t)
	var out, notes bytes.Buffer
	args := "-case tell,hop,stages,ask,spawn,crowd -peers 3 -count 500 -rounds 2 -limit 4m -json -vs protoactor"
	if err := run(t.Context(), &gallery{}, strings.Fields(args), nil, &out, &notes); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(notes.String(), errNotBuilt.Error()) {
		fmt.Fprintf(os.Stderr, "SKIPPED: %s: %s\n", t.Name(), &notes)
		t.Skip(notes.String())
	}
	if n := checkResults(t, &out); n != 6 || notes.Len() > 0 {
		t.Errorf("%d results, want 6; said %q", n, &notes)
	}
}

// What is promised is told with the table. A library that cannot be built is named,
// and its targets are not measured.
func TestActors(t *testing.T) {
	var out, notes bytes.Buffer
	args := "-only hop,ask -count 200 -rounds 1 -limit 4m -vs channels,ergo -source ergo=" + t.TempDir()
	if err := runActors(t.Context(), strings.Fields(args), &out, &notes); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(notes.String(), "NOT COMPARED WITH ergo: ergo could not be fetched or built") {
		t.Errorf("said %q", &notes)
	}
	for _, want := range []string{"hop, 100 peers", "ns/ask", "≤ 1× channels", "≤ 0.6× the fastest", "not measured", "of 6 hold"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

// The fastest is found by what was measured, for each setting by itself.
func TestWithFastest(t *testing.T) {
	b := book{row: "ask"}
	chosen, err := workloadsNamed([]string{"ask"})
	if err != nil {
		t.Fatal(err)
	}
	s := actorSetting(chosen[0], 1, false)
	b.add(s, fastest, "time", 0, 0.5)
	one := func(name string, rate float64) side {
		return side{contender: contender{name: name}, rounds: []sample{{active: peer.Report{Library: name, Count: 1, Rate: rate}, together: true}}}
	}
	r := result{setting: s, sides: []side{one(own.Name, 9e6), one(channels.Name, 8e6), one("ergo", 1e6), one("hollywood", 3e6)}}
	lines := linesOf(r, host{}, time.Now())
	got := withFastest(b.targets, lines)[0]
	if v := got.find(lines); got.vs != "hollywood" || v == nil || !got.holds(v.Ratio.Median) {
		t.Errorf("the fastest is %s", got.vs)
	}
	if alone := withFastest(b.targets, lines[:1])[0]; alone.find(lines[:1]) != nil {
		t.Errorf("found %s where none was measured", alone.vs)
	}
}

// Without being asked for by name, what nobody is compared in is measured of our own only.
func TestActorBouts(t *testing.T) {
	subject, vs := contender{name: own.Name}, []contender{{name: channels.Name}, {name: "ergo"}}
	count := func(o options, row string) (n int) {
		for _, b := range o.actorBouts(actorTargets(), subject, vs) {
			if b.setting.workload.name == row {
				n += len(b.contenders)
			}
		}
		return n
	}
	if n := count(options{}, "crowd"); n != 1 {
		t.Errorf("%d take part in crowd", n)
	}
	if n := count(options{}, "tell"); n != 6 { // with 1 and with 16 senders
		t.Errorf("%d take part in tell", n)
	}
	if n := count(options{only: "crowd"}, "crowd"); n != 3 {
		t.Errorf("%d take part in crowd that is asked for", n)
	}
	o, err := options{actors: true}.parse(nil, io.Discard)
	if err != nil || o.time != targetTime {
		t.Errorf("a sample takes %v, %v", o.time, err)
	}
}
