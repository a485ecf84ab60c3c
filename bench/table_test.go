package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/bench/internal/peer"
)

// samplesOf makes samples of the rates and, for both peers, a CPU time.
func samplesOf(library string, rates ...float64) []sample {
	var samples []sample
	for _, rate := range rates {
		r := peer.Report{Library: library, Count: 1000, Rate: rate, CPUSeconds: 1e-5}
		samples = append(samples, sample{active: r, passive: r})
	}
	return samples
}

func testLine(t *testing.T, vs bool) line {
	t.Helper()
	s := at("push", "tcp", 10)
	s.pin = true
	r := result{setting: s, sides: []side{{rounds: samplesOf("ours", 3e6, 2e6, 9e6)}}}
	none := 0.0
	for i := range r.sides[0].rounds {
		one := &r.sides[0].rounds[i]
		one.active.Allocations, one.passive.Allocations = &none, &none
	}
	if vs {
		r.sides = append(r.sides, side{rounds: samplesOf("libzmq 4.3.4", 1e6, 1e6, 2e6)})
	}
	h := host{Go: "go1", System: "linux/amd64", CPU: "Abacus", CPUs: 2, Commit: "c0ffee"}
	return linesOf(r, h, time.Unix(0, 0).UTC())[0]
}

func TestTable(t *testing.T) {
	var b strings.Builder
	if err := writeTable(&b, []line{testLine(t, true)}); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"go1, Abacus, 2 CPUs, linux/amd64, commit c0ffee, medians of 3 rounds",
		"",
		"          case  transport  bytes       metric    unit       ours            vs             ratio    min..max  better",
		"  push, pinned        tcp     10         rate   msg/s  3 000 000  libzmq 4.3.4  1 000 000   3.00  2.00..4.50  higher",
		"  push, pinned        tcp     10          CPU  ns/msg       20.0  libzmq 4.3.4       20.0   1.00  1.00..1.00   lower",
		"  push, pinned        tcp     10       memory     KiB          -  libzmq 4.3.4          -",
		"  push, pinned        tcp     10  allocations    /msg      0.000  libzmq 4.3.4          -",
		"",
	}, "\n")
	if b.String() != want {
		t.Errorf("table:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestTableAlone(t *testing.T) {
	var b strings.Builder
	if err := writeTable(&b, []line{testLine(t, false)}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "ratio") || !strings.Contains(b.String(), "3 000 000\n") {
		t.Errorf("table of one library:\n%s", b.String())
	}
}

func TestJSON(t *testing.T) {
	var b strings.Builder
	want := testLine(t, true)
	if err := writeJSON(&b, []line{want, testLine(t, false)}); err != nil {
		t.Fatal(err)
	}
	texts := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(texts) != 2 {
		t.Fatalf("%d lines, want 2: %s", len(texts), b.String())
	}
	var got line
	if err := json.Unmarshal([]byte(texts[0]), &got); err != nil {
		t.Fatal(err)
	}
	if got.Host != want.Host || got.Metrics[0].Ratio == nil || *got.Metrics[0].Ratio != (spread{3, 2, 4.5}) {
		t.Errorf("read back %+v", got)
	}
	if strings.Contains(texts[1], `"ratio"`) || strings.Contains(texts[1], `"vs"`) {
		t.Errorf("a result without comparison has one: %s", texts[1])
	}
}

// Who uses half of the clock's time is idle for half of it, and who uses more than all
// of it never. What one process does for both is nobody's.
func TestIdle(t *testing.T) {
	s := sample{
		active:  peer.Report{Role: "receive", CPUSeconds: 1, CPUWall: 2},
		passive: peer.Report{Role: "send", CPUSeconds: 3, CPUWall: 2},
		proxy:   &peer.Report{Role: "proxy", CPUWall: 2},
	}
	for role, want := range map[string]float64{"receive": 0.5, "send": 0, "proxy": -1, "echo": -1} {
		if got := idle(role).of(s); got != want {
			t.Errorf("%s: idle %v, want %v", role, got, want)
		}
	}
	s.together = true
	if got := idle("receive").of(s); got != -1 {
		t.Errorf("one process: idle %v, want none", got)
	}
	for _, w := range workloads() {
		var names []string
		for _, m := range w.metrics {
			if role, ok := strings.CutPrefix(m.name, idlePrefix); ok {
				names = append(names, role)
			}
		}
		want := ""
		switch w.name {
		case "push", "dealer":
			want = "send receive"
		case "rtt", "rtt-dealer", "rtt-pair":
			want = "echo request"
		case "clients":
			want = "clients echo"
		case "pub":
			want = "subscribe publish"
		case "proxy", "proxy-dealer":
			want = "send receive proxy"
		}
		if strings.Join(names, " ") != want {
			t.Errorf("%s: idle %q, want %q", w.name, names, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{
		0: "-", 0.123: "0.12", 9.5: "9.50", 12.34: "12.3", 999.94: "999.9", 1000: "1 000", 12345678.9: "12 345 679",
	} {
		if got := number(x); got != want {
			t.Errorf("number(%v) = %q, want %q", x, got, want)
		}
	}
}
