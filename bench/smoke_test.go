package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// requireLibzmq builds the C peer. Where libzmq is missing the test is skipped,
// or fails if ZMQ_REQUIRE_INTEROP is 1.
func requireLibzmq(t *testing.T) contender {
	t.Helper()
	c, err := buildLibzmq(t.Context(), t.TempDir())
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

// Every case runs over every transport, every metric comes out, and each
// library is what it says.
func TestSmoke(t *testing.T) {
	requireLibzmq(t)
	for _, test := range []struct{ cases, subject, library string }{
		{"push", ownName, ownName},
		{"rtt", ownName, ownName},
	} {
		t.Run(test.cases, func(t *testing.T) {
			args := strings.Fields("-transport tcp,ipc -sizes 0,10 -count 100 -rounds 2 -limit 5s -vs libzmq -json -case")
			args = append(args, test.cases, "-subject", test.subject)
			var out bytes.Buffer
			if err := run(t.Context(), args, nil, &out, io.Discard); err != nil {
				t.Fatal(err)
			}
			checkResults(t, &out, test.library)
		})
	}
}

// checkResults reads the JSON lines of two rounds of four settings.
func checkResults(t *testing.T, r io.Reader, subject string) {
	t.Helper()
	lines := 0
	for dec := json.NewDecoder(r); dec.More(); lines++ {
		var l line
		if err := dec.Decode(&l); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(l.Subject, subject) || !strings.HasPrefix(l.Versus, "libzmq 4.") {
			t.Errorf("%s compared with %s", l.Subject, l.Versus)
		}
		for _, v := range l.Metrics {
			if len(v.SubjectRounds) != 2 || len(v.VersusRounds) != 2 {
				t.Errorf("%s %s: rounds %v and %v, want two each", l.Case, v.Name, v.SubjectRounds, v.VersusRounds)
			}
			// So short a run may use less CPU time than the clock's grain.
			if v.Name != "CPU" && v.Ratio == nil {
				t.Errorf("%s %s %d: %s was not measured", l.Case, l.Transport, l.Size, v.Name)
			}
		}
	}
	if lines != 4 {
		t.Errorf("%d results, want 4", lines)
	}
}

func TestProfiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cpu")
	args := append(strings.Fields("-case push -sizes 10 -count 100 -rounds 1 -limit 5s -vs none -cpuprofile"), file)
	if err := run(t.Context(), args, nil, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"push", "pull"} {
		if info, err := os.Stat(file + "." + role); err != nil || info.Size() == 0 {
			t.Errorf("no profile of %s: %v", role, err)
		}
	}
}

// calibrate is let loose on libzmq with a target it can reach fast.
func TestCalibrate(t *testing.T) {
	c := requireLibzmq(t)
	chosen, err := workloadsNamed([]string{"rtt"})
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{dir: t.TempDir(), target: 20 * time.Millisecond, limit: 5 * time.Second, progress: io.Discard}
	n, err := r.calibrate(t.Context(), setting{chosen[0], "ipc", 10}, c)
	if err != nil || n < 10 || n > 100_000 {
		t.Errorf("calibrate = %d, %v; want what takes about 20 ms", n, err)
	}
}

// The ends of a pair in one process, and both ways to receive.
func TestPairInproc(t *testing.T) {
	c := requireLibzmq(t)
	for _, receive := range []string{"buffer", "message"} {
		cmd := exec.CommandContext(t.Context(), c.command[0],
			"pair-inproc", "inproc://pair", "bind", "10", "5000", "100", "5", receive)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(receive, err)
		}
		var r report
		_, last, _ := bytes.Cut(out, []byte("\n"))
		if err := json.Unmarshal(last, &r); err != nil || r.Count != 5000 || r.Rate <= 0 {
			t.Errorf("%s: report %s, error %v", receive, last, err)
		}
	}
}

// shell is a contender whose peers are a shell script; $1 is the role.
func shell(script string) contender {
	return contender{name: "shell", command: []string{"/bin/sh", "-c", script, "sh"}}
}

func TestSampleFails(t *testing.T) {
	chosen, err := workloadsNamed([]string{"push"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, script, want string
	}{
		{"silent", `exec sleep 60`, "no result within 300ms"},
		{"broken", `echo no such thing >&2; exit 3`, "no such thing"},
		{"mute", `exit 0`, "ended without a report"},
		{"garbled", `echo '{'; exec sleep 60`, "bad report"},
		{"passive dies", `[ $1 = push ] && exit 4; echo '{"endpoint":"x"}'; exec sleep 60`, "exit status 4"},
		{"passive silent", `echo '{"endpoint":"x"}'; [ $1 = push ] && exec sleep 60; echo '{}'; exec sleep 60`, "no result within 300ms"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &runner{dir: t.TempDir(), limit: 300 * time.Millisecond, progress: io.Discard}
			start := time.Now()
			_, err := r.sample(t.Context(), setting{chosen[0], "tcp", 10}, shell(test.script), 1, "")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v: a peer was not killed", took)
			}
		})
	}
}

func TestPinned(t *testing.T) {
	r := &runner{pin: true}
	argv := r.command(contender{name: ownName, command: []string{"bench"}}, job{role: "push"}, "cpu")
	if got := strings.Join(argv[:8], " "); got != "taskset -c 0 bench -cpuprofile cpu.push -role push" {
		t.Errorf("command %q", got)
	}
}
