package main

import (
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/leaktest"
	"github.com/zeroactor/zmq/proptest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

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
	s := &soak{games: all, round: 1, began: now, end: now.Add(time.Minute), seed: now.UnixNano()}
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
