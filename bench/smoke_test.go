package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeroactor/zmq/bench/internal/own"
	"github.com/zeroactor/zmq/bench/internal/peer"
	"github.com/zeroactor/zmq/internal/invariant"
)

// libzmqOnce builds the C peer in libzmqDir.
var libzmqOnce = sync.OnceValues(func() (contender, error) {
	return buildLibzmq(context.Background(), libzmqDir)
})

// requireLibzmq returns the C peer. Where libzmq is missing the test is skipped,
// or fails if ZMQ_REQUIRE_INTEROP is 1.
func requireLibzmq(t *testing.T) contender {
	t.Helper()
	c, err := libzmqOnce()
	switch {
	case err == nil:
		return c
	case errors.Is(err, errNoLibzmq) && os.Getenv("ZMQ_REQUIRE_INTEROP") != "1":
		fmt.Fprintf(os.Stderr, "SKIPPED, NOT COMPARED WITH LIBZMQ: %s: %v\n", t.Name(), err)
		t.Skip(err)
	}
	t.Fatal(err)
	return c
}

// withLibzmq returns a gallery that has the C peer if there is one.
func withLibzmq(t *testing.T) *gallery {
	t.Helper()
	c, err := libzmqOnce()
	if err != nil && !errors.Is(err, errNoLibzmq) {
		t.Fatal(err)
	}
	if err != nil {
		return &gallery{}
	}
	return &gallery{found: map[string]contender{c.name: c}}
}

// Every case runs over every transport that it is for, every metric comes out,
// and each library is what it says.
func TestSmoke(t *testing.T) {
	requireLibzmq(t)
	for _, test := range []struct {
		args  string
		lines int
	}{
		{"-case push,rtt -transport tcp,ipc -sizes 0 -vs libzmq", 4},
		{"-case push -sizes 10,100000 -vs net,net-reused,net-whole", 6},
		{"-case rtt -transport ipc -sizes 10 -vs net,net-reused", 2},
		{"-case dealer,rtt-dealer,rtt-pair -sizes 10 -vs libzmq", 3},
		{"-case clients -peers 1,3 -transport tcp,inproc -sizes 10 -vs libzmq", 4},
		{"-case push,dealer -sizes 10 -peers 3 -vs libzmq", 2},
		{"-case push -batch 7 -sizes 10 -vs zeroactor", 1},
		{"-case push -ref -sizes 10000 -vs libzmq", 1},
		{"-case push,rtt -procs 1 -transport tcp,inproc -sizes 10 -vs libzmq", 4},
		{"-case pub,match -peers 1,3 -subs 5 -sizes 20 -vs libzmq", 4},
		{"-case pub -topics 7 -peers 1,3 -subs 2,9 -sizes 20 -vs libzmq", 4},
		{"-case flood -peers 1,2 -sizes 100 -vs libzmq", 2},
		{"-case pub -transport inproc -sizes 20 -vs libzmq", 1},
		{"-case proxy,proxy-dealer -transport tcp,ipc -sizes 10 -vs libzmq", 4},
	} {
		t.Run(test.args, func(t *testing.T) {
			t.Parallel()
			args := append(strings.Fields("-count 100 -rounds 2 -limit 4m -json"), strings.Fields(test.args)...)
			var out bytes.Buffer
			if err := run(t.Context(), withLibzmq(t), args, nil, &out, io.Discard); err != nil {
				t.Fatal(err)
			}
			if n := checkResults(t, &out); n != test.lines {
				t.Errorf("%d results, want %d", n, test.lines)
			}
		})
	}
}

// checkResults reads the JSON lines of two rounds and returns how many they are.
func checkResults(t *testing.T, r io.Reader) (lines int) {
	t.Helper()
	for dec := json.NewDecoder(r); dec.More(); lines++ {
		var l line
		if err := dec.Decode(&l); err != nil {
			t.Fatal(err)
		}
		if l.Subject != own.Name || l.Versus == "" {
			t.Errorf("%q compared with %q", l.Subject, l.Versus)
		}
		for _, v := range l.Metrics {
			if len(v.SubjectRounds) != 2 || len(v.VersusRounds) != 2 {
				t.Errorf("%s %s: rounds %v and %v, want two each", l.Title, v.Name, v.SubjectRounds, v.VersusRounds)
			}
			// So short a run may use less CPU time than the clock's grain, and
			// hold no more pages than it had.
			if small := strings.Contains(v.Name, "CPU") || strings.HasPrefix(v.Name, "resident"); !small && !v.Zero && v.Ratio == nil {
				t.Errorf("%s %s %d: %s was not measured", l.Title, l.Transport, l.Size, v.Name)
			}
		}
		if rtt := strings.HasPrefix(l.Case, "rtt"); rtt != (l.SubjectRTT != nil) || rtt != (l.VersusRTT != nil) {
			t.Errorf("%s: distributions %v and %v", l.Title, l.SubjectRTT, l.VersusRTT)
		}
	}
	return lines
}

// skipUnderRace leaves the libraries of others to the run without the detector: their
// programs are built without it, and ours is run against libzmq too.
func skipUnderRace(t *testing.T) {
	if invariant.Enabled {
		t.Skip("no code of ours")
	}
}

// The other Go libraries do what they can. One that cannot be had costs its own
// rows, and that is said.
func TestOthers(t *testing.T) {
	skipUnderRace(t)
	for _, name := range others {
		t.Run(name, func(t *testing.T) {
			var out, notes bytes.Buffer
			args := strings.Fields("-case push,rtt,rtt-pair -sizes 10 -count 100 -rounds 2 -limit 4m -json -vs")
			if err := run(t.Context(), withLibzmq(t), append(args, name), nil, &out, &notes); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(notes.String(), errNotBuilt.Error()) {
				fmt.Fprintf(os.Stderr, "SKIPPED: %s: %s\n", t.Name(), &notes)
				t.Skip(notes.String())
			}
			if n := checkResults(t, &out); n != 3 || notes.Len() > 0 {
				t.Errorf("%d results, want 3; said %q", n, &notes)
			}
		})
	}
}

// A peer that fails ends the process that it shares with the other one.
func TestTogetherFails(t *testing.T) {
	var out, notes bytes.Buffer
	args := strings.Fields("-case push -transport inproc -sizes 10 -count 100 -rounds 1 -limit 4m -json -vs net")
	start := time.Now()
	if err := run(t.Context(), withLibzmq(t), args, nil, &out, &notes); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); !strings.Contains(notes.String(), "not supported") || took > 3*time.Minute {
		t.Errorf("said %q after %v", &notes, took)
	}
}

// Connections take a while to settle, and so are apart.
func TestConnections(t *testing.T) {
	requireLibzmq(t)
	var out bytes.Buffer
	args := strings.Fields("-case connections -peers 50 -rounds 1 -vs libzmq -json")
	if err := run(t.Context(), withLibzmq(t), args, nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var l line
	if err := json.Unmarshal(out.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	for _, v := range l.Metrics {
		if v.Subject.Median <= 0 || v.Versus.Median <= 0 {
			t.Errorf("%s: %v and %v", v.Name, v.Subject.Median, v.Versus.Median)
		}
	}
}

func TestProfiles(t *testing.T) {
	dir := t.TempDir()
	kinds := []string{"cpuprofile", "memprofile", "mutexprofile", "blockprofile", "trace"}
	args := strings.Fields("-case push -sizes 10 -count 100 -rounds 1 -limit 4m -vs none -pprof 127.0.0.1:0")
	for _, kind := range kinds {
		args = append(args, "-"+kind, filepath.Join(dir, kind))
	}
	var notes strings.Builder
	if err := run(t.Context(), withLibzmq(t), args, nil, io.Discard, &notes); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"send", "receive"} {
		if !strings.Contains(notes.String(), role+": http://127.0.0.1:") {
			t.Errorf("where %s serves its profiles is not said: %q", role, &notes)
		}
	}
	for _, kind := range kinds {
		for _, role := range []string{"send", "receive"} {
			file := filepath.Join(dir, kind+"."+role)
			if info, err := os.Stat(file); err != nil || info.Size() == 0 {
				t.Errorf("no %s of %s: %v", kind, role, err)
			}
		}
	}
}

// calibrate is let loose on libzmq with a target it can reach fast.
func TestCalibrate(t *testing.T) {
	c := requireLibzmq(t)
	r := &runner{dir: t.TempDir(), target: 20 * time.Millisecond, limit: 4 * time.Minute, progress: quietProgress{}}
	n, err := r.calibrate(t.Context(), at("rtt", "ipc", 10), c)
	if err != nil || n < 1 || n > 100_000 {
		t.Errorf("calibrate = %d, %v; want what takes about 20 ms", n, err)
	}
}

// A library that fails costs its own rows only, and the subject everything.
func TestExcuses(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ours := contender{name: own.Name, command: []string{self, "-peer", own.Name}}
	broken := shell(`exit 7`)
	broken.optional = true
	for _, count := range []int{0, 10} { // fails when calibrated, and in the first round
		var notes strings.Builder
		r := &runner{dir: t.TempDir(), count: count, target: time.Millisecond, rounds: 2, limit: 4 * time.Minute,
			progress: quietProgress{}, notes: &notes}
		res, err := r.measure(t.Context(), at("push", "tcp", 10), []contender{ours, broken, ours})
		if err != nil || len(res.sides) != 2 || len(res.sides[1].rounds) != 2 {
			t.Errorf("count %d: %d sides, error %v, want the two that work", count, len(res.sides), err)
		}
		if !strings.HasPrefix(notes.String(), "NOT COMPARED WITH shell: ") {
			t.Errorf("count %d: said %q", count, notes.String())
		}
		if _, err := r.measure(t.Context(), at("push", "tcp", 10), []contender{broken, ours}); err == nil {
			t.Errorf("count %d: a broken subject gave no error", count)
		}
	}
}

// shell is a contender whose peers are a shell script; $1 is "role=...".
func shell(script string) contender {
	return contender{name: "shell", command: []string{"/bin/sh", "-c", script, "sh"}}
}

func TestSampleFails(t *testing.T) {
	for _, test := range []struct {
		name, script, want string
	}{
		{"silent", `exec sleep 600`, "no result within 300ms"},
		{"broken", `echo no such thing >&2; exit 3`, "no such thing"},
		{"mute", `exit 0`, "ended without a report"},
		{"garbled", `echo '{'; exec sleep 600`, "bad report"},
		{"passive dies", `[ $1 = role=send ] && exit 4; echo '{"endpoint":"x"}'; exec sleep 600`, "exit status 4"},
		{"passive silent", `echo '{"endpoint":"x"}'; [ $1 = role=send ] && exec sleep 600; echo '{}'; exec sleep 600`,
			"no result within 300ms"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &runner{dir: t.TempDir(), limit: 4 * time.Minute, progress: quietProgress{}}
			if strings.HasPrefix(test.want, "no result") {
				r.limit = 300 * time.Millisecond
			}
			start := time.Now()
			_, err := r.sample(t.Context(), at("push", "tcp", 10), shell(test.script), 1, peer.Profiles{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
			if took := time.Since(start); took > 5*time.Minute {
				t.Errorf("took %v: a peer was not killed", took)
			}
		})
	}
}

func TestPinned(t *testing.T) {
	s := at("push", "tcp", 10)
	s.pin = true
	c := &cast{runner: &runner{labels: true}, setting: s, contender: contender{name: own.Name, command: []string{"bench"}},
		profiles: peer.Profiles{CPU: "cpu"}}
	argv := c.command(&peer.Job{Role: "send", Type: "PUSH"})
	if got := strings.Join(argv[:8], " "); got != "taskset -c 0 bench -cpuprofile cpu -labels role=send" {
		t.Errorf("command %q", got)
	}
}
