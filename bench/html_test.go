package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

// sampled returns lines of a setting, with that rate and latency for ours and half
// the rate and twice the latency for libzmq.
func sampled(s setting, rate, micros float64) []line {
	one := func(library string, factor float64) side {
		r := peer.Report{Library: library, Role: s.workload.binder.role, Count: 1000, Rate: rate / factor, CPUSeconds: 1e-5,
			CPUWall: 4e-5, HeldBytes: 1 << 20}
		if micros > 0 {
			at := func(q float64) peer.Point { return peer.Point{Quantile: q, NS: int64(micros * factor * 1e3 * (1 + q))} }
			r.RTT = &peer.Latency{P50: at(0.5).NS, Points: []peer.Point{at(0), at(0.5), at(0.99), at(1)}}
		}
		return side{contender: contender{name: library}, rounds: []sample{{active: r, passive: r}}}
	}
	return linesOf(result{setting: s, sides: []side{one("zeroactor", 1), one("libzmq 4.3.4", 2)}}, host{CPU: "Abacus"}, time.Unix(0, 0))
}

// What was measured before is shown again: the results as JSON become a page with
// a plot for each thing that has one.
func TestPageOfResults(t *testing.T) {
	var lines []line
	for _, size := range []int{10, 1024, 65536} {
		lines = append(lines, sampled(at("push", "tcp", size), 1e7/float64(size), 0)...)
	}
	lines = append(lines, sampled(at("rtt", "ipc", 1), 1e4, 20)...)
	for _, peers := range []int{1, 8, 64} {
		s := at("pub", "tcp", 100)
		s.peers = peers
		lines = append(lines, sampled(s, 1e6*float64(peers), 0)...)
	}
	dir := t.TempDir()
	results, html := filepath.Join(dir, "results.jsonl"), filepath.Join(dir, "page.html")
	var b strings.Builder
	if err := writeJSON(&b, lines); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(results, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), &gallery{}, []string{"-from", results, "-html", html}, nil, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(html)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Abacus", "<figcaption>push, tcp</figcaption>", "<figcaption>push, tcp: idle, receive</figcaption>",
		"<td>idle, receive</td><td>of time</td><td>0.750</td>", "<figcaption>rtt, ipc, 1 B</figcaption>",
		"<figcaption>pub, tcp, 100 B, 1 subs</figcaption>", "64 KiB", "Scaling with peers", "libzmq 4.3.4",
		"<td>push</td><td>tcp</td><td>10 B</td><td>rate</td><td>msg/s</td><td>1 000 000</td><td>libzmq 4.3.4</td><td>500 000</td><td>2.00</td>",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in the page", want)
		}
	}
	b.Reset()
	if err := run(t.Context(), &gallery{}, []string{"-from", results}, nil, &b, io.Discard); err != nil || !strings.Contains(b.String(), "pub, 64 peers, 1 subs") {
		t.Errorf("as a table: %v\n%s", err, &b)
	}
}

func TestFromRejects(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "garbled": "{"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run(t.Context(), &gallery{}, []string{"-from", file}, nil, io.Discard, io.Discard); err == nil {
			t.Errorf("%s results gave no error", name)
		}
	}
	if err := run(t.Context(), &gallery{}, []string{"-from", filepath.Join(dir, "none")}, nil, io.Discard, io.Discard); err == nil {
		t.Error("results that are not there gave no error")
	}
}

// Every library that may be compared with has a color of its own.
func TestColors(t *testing.T) {
	seen := make(map[int]string)
	for _, library := range []string{"zeroactor", "libzmq 4.3.4", "net", "net-reused", "net-whole", "pebbe/zmq4 (libzmq 4.3.4)", "go-zeromq/zmq4", "mangos v3", "x"} {
		if other := seen[colorOf(library)]; other != "" {
			t.Errorf("%s and %s have one color", library, other)
		}
		seen[colorOf(library)] = library
	}
}
