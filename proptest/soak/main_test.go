package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/proptest"
)

// inCrew has this binary say, in a process of its own, what one of a crew might, and then end badly.
const inCrew = "ZMQ_SOAK_CREW"

func TestMain(m *testing.M) {
	if how := os.Getenv(inCrew); how != "" {
		tell(word{Round: "-seed=1"})
		tell(word{Counts: proptest.Counts{Histories: 10, Steps: 100}})
		fmt.Println("=== RUN of package testing's")
		tell(word{Round: "-seed=11"})
		if how == "fails" {
			tell(word{Counts: proptest.Counts{Histories: 4}, Failed: "sim/pair/14 in order 7", Report: "what is wrong"})
		}
		os.Exit(2)
	}
	leaktest.Main(m)
}

// What a process of the crew finds counts, and so does it if one ends as it should not: then with the command that plays
// again what it played.
func TestCrew(t *testing.T) {
	for how, want := range map[string]struct {
		histories int
		failed    string
		said      string
	}{
		"fails": {14, "sim/pair/14 in order 7", ""},
		"dies":  {10, "a process", "go run ./proptest/exact -seed=11"},
	} {
		p := exec.Command(os.Args[0])
		p.Env = append(os.Environ(), inCrew+"="+how)
		s := &soak{began: time.Now()}
		s.attend(p)
		if s.counts.Histories != want.histories || len(s.failed) != 1 || s.failed[0] != want.failed || !strings.Contains(s.report, want.said) {
			t.Errorf("%s: %d histories, failed %q, %q", how, s.counts.Histories, s.failed, s.report)
		}
	}
	s := &soak{began: time.Now()}
	s.attend(exec.Command(filepath.Join(t.TempDir(), "none")))
	if len(s.failed) != 1 {
		t.Errorf("a process that does not start: %q", s.failed)
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
	s := &soak{games: all, round: 1, orders: 1, began: now, end: now.Add(time.Minute), seed: now.UnixNano()}
	s.say = s.hear
	for _, g := range all {
		s.search(t, g)
	}
	if len(s.failed) > 0 || s.counts.Histories != want {
		t.Errorf("%d histories, want %d; failed: %q", s.counts.Histories, want, s.failed)
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
