package main

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/internal/proctest"
	"github.com/zeroactor/zmq/proptest"
)

// asSoak has this binary be the command, with its arguments.
const asSoak = "ZMQ_SOAK"

func TestMain(m *testing.M) {
	if os.Getenv(asSoak) != "" {
		main()
	}
	leaktest.Main(m)
}

// What a process of the crew finds counts, and so does it if one ends without an answer: then with the command that plays
// again what it played.
func TestHear(t *testing.T) {
	s := &soak{began: time.Now()}
	r := proptest.Round{Transport: "sim", Pattern: "pair", Seed: 11, Runs: 10, Orders: 4}
	s.hear(r, proptest.Score{Counts: proptest.Counts{Histories: 40}}, nil)
	s.hear(r, proptest.Score{Counts: proptest.Counts{Histories: 7}, Failed: "sim/pair/12 in order 3", Report: "what is wrong"}, nil)
	if s.counts.Histories != 47 || !slices.Equal(s.failed, []string{"sim/pair/12 in order 3"}) || s.report != "what is wrong" {
		t.Errorf("%d histories, failed: %q, %q", s.counts.Histories, s.failed, s.report)
	}
	s.hear(r, proptest.Score{}, errors.New("out of memory"))
	const again = "out of memory\nplay again what it played: go test ./proptest -transport=sim -pattern=pair -seed=11 -runs=10 -orders=4"
	if len(s.failed) != 2 || !strings.Contains(s.report, again) {
		t.Errorf("failed: %q, %q, want %q", s.failed, s.report, again)
	}
}

// Every pattern is played over every transport that has it, and none over another one.
func TestSoak(t *testing.T) {
	all, err := games("", "")
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, m := range proptest.Media() {
		want += len(m.Patterns())
	}
	if len(all) != want {
		t.Errorf("%d games, want %d", len(all), want)
	}
	now := time.Now()
	s := &soak{games: all, began: now, end: now.Add(time.Minute), seed: now.UnixNano()}
	next := s.rounds(all, 1)
	for range all {
		r, ok := next()
		if !ok || r.Runs != roundRuns || r.Seed != s.seed {
			t.Fatalf("%+v, %v", r, ok)
		}
		r.Runs = 1
		s.hear(r, r.Play(t), nil)
	}
	if len(s.failed) > 0 || s.counts.Histories != want {
		t.Errorf("%d histories, want %d; failed: %q", s.counts.Histories, want, s.failed)
	}
	if r, ok := next(); !ok || r.Seed != s.seed+roundRuns || r.Transport != "inproc" {
		t.Errorf("then come %+v, %v", r, ok)
	}
	s.end = now
	if r, ok := next(); ok {
		t.Errorf("the time is over, and then come %+v", r)
	}
}

// Where no order can be decided, as no go command is there, all is played in the command's own process, and it says so.
func TestElsewhere(t *testing.T) {
	p := proctest.Spawn(t, time.Minute, []string{asSoak + "=1", "PATH=" + t.TempDir()}, "-for=300ms", "-transport=inproc", "-pattern=pair")
	p.Await(t, "soak: goroutines go on in an order of chance, and what fails may not fail again: orders of goroutines are decided with go1.26 on linux/amd64 only: ")
	if code := p.End(); code != 0 || !regexp.MustCompile(`histories=[1-9]\d* `).MatchString(p.Output()) {
		t.Errorf("exit code %d, %q", code, p.Output())
	}
}

func TestGames(t *testing.T) {
	if all, err := games("tcp", "stream"); err != nil || len(all) != 1 {
		t.Errorf("%d games, %v", len(all), err)
	}
	for _, c := range [][2]string{{"inproc", "stream"}, {"carrier", ""}, {"", "gossip"}} {
		_, err := games(c[0], c[1])
		if err == nil || !strings.Contains(err.Error(), c[0]) || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("games(%q): %v", c, err)
		}
	}
}
