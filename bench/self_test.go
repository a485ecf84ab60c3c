package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/bench/internal/own"
)

// This program compares itself with a copy of itself, by the path to it: each figure has
// a ratio, and both processes of both say how idle they were.
func TestSelf(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	args := append(strings.Fields("-case rtt -sizes 1 -count 3000 -rounds 2 -limit 4m -json -vs"), "self="+self)
	if err := run(t.Context(), &gallery{}, args, nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var l line
	if err := json.Unmarshal(out.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(l.Versus, selfLabel) || l.Versus == selfLabel {
		t.Errorf("compared with %q", l.Versus)
	}
	if v := l.metric("RTT p50"); v.Ratio == nil {
		t.Errorf("no ratio: %+v", v)
	}
	if l.metric("CPU").Subject.Median == 0 {
		return // a system that does not tell
	}
	for _, role := range []string{"request", "echo"} {
		v := l.metric(idlePrefix + role)
		for _, x := range append(v.SubjectRounds, v.VersusRounds...) {
			if x < 0 || x >= 1 {
				t.Errorf("%s: idle %v of the time", role, x)
			}
		}
		if len(v.VersusRounds) != 2 {
			t.Errorf("%s: %d rounds of the other, want 2", role, len(v.VersusRounds))
		}
	}
}

// Both get the same number of messages, which is found out for the subject alone.
func TestSelfHasTheSameMessages(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	then, err := anotherSelf(self)
	if err != nil {
		t.Fatal(err)
	}
	ours := contender{name: own.Name, command: then.command}
	r := &runner{dir: t.TempDir(), target: 10 * time.Millisecond, rounds: 1, limit: 4 * time.Minute, progress: quietProgress{}}
	res, err := r.measure(t.Context(), at("push", "tcp", 10), []contender{ours, then})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := res.sides[0].rounds[0].active.Count, res.sides[1].rounds[0].active.Count; a != b || a < 2 {
		t.Errorf("%d and %d messages", a, b)
	}
}

// Beside what is promised stands what this library was: a number of our own has a ratio
// as well, and what that program could not measure has none.
func TestWriteTargetsWithSelf(t *testing.T) {
	s := at("push", "tcp", 10)
	then := contender{name: "self=/then", label: "self c0ffee"}
	res := result{setting: s, sides: []side{
		{rounds: samplesOf("ours", 3e6, 2e6, 9e6)},
		{contender: contender{name: "libzmq"}, rounds: samplesOf("libzmq 4.3.4", 1e6, 1e6, 2e6)},
		{contender: then, rounds: samplesOf("ours", 2e6, 2e6, 3e6)},
	}}
	rows := []target{
		{"fast", s, "libzmq", "rate", 2.5, 0},
		{"own", s, "", "rate", 1e6, 0},
		{"memory", s, "", "memory", 0, 1},
	}
	var b strings.Builder
	if err := writeTargets(&b, rows, linesOf(res, host{}, time.Now())); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"holds             to self c0ffee  min..max\n",
		"1 000 000  yes, not clearly  1.5             1..3\n",
		"3 000 000  -          yes, not clearly  1.5             1..3\n",
		"yes, not clearly  -               -\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
}

// The targets take another program along: also where they compare with nothing.
func TestTargetsWithSelf(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	args := append(strings.Fields("-targets -only stuck -rounds 1 -time 10ms -limit 4m -vs"), "self="+self)
	if err := run(t.Context(), &gallery{}, args, nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var row []string
	for text := range strings.Lines(out.String()) {
		if strings.HasPrefix(text, "stuck ") {
			row = strings.Fields(text)
		}
	}
	if len(row) < 2 || row[len(row)-2] == "-" || !strings.Contains(out.String(), "to "+selfLabel) {
		t.Errorf("no ratio to the program:\n%s", out.String())
	}
}
