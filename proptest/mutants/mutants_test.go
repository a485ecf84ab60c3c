package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMutantsApply holds that each mutant is still a change of the sources as
// they are, and that there are enough.
func TestMutantsApply(t *testing.T) {
	const least = 90
	if len(mutants) < least {
		t.Errorf("only %d mutants", len(mutants))
	}
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, m := range mutants {
		if names[m.name] {
			t.Errorf("two mutants are called %q", m.name)
		}
		names[m.name] = true
		if _, text, err := m.change(root).Apply(m.tags()); err != nil {
			t.Errorf("%s: %v", m.name, err)
		} else if !strings.Contains(string(text), m.to) {
			t.Errorf("%s is not in the source", m.name)
		}
	}
}

// TestTable holds that the table of docs/MUTANTS.md has a verdict on each mutant, and
// that none is alive in it.
func TestTable(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "MUTANTS.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rows, err := parseTable(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		r, ok := rows[m.name]
		if !ok || r.verdict.property == survives {
			t.Errorf("no verdict on %q, or that it survives: %v", m.name, r)
		}
		delete(rows, m.name)
	}
	for name := range rows {
		t.Errorf("there is no mutant %q", name)
	}
}

func TestKeep(t *testing.T) {
	file := filepath.Join(t.TempDir(), "table.md")
	old := row{mutants[1].name, verdict{"order", "pair over sim", "3 histories"}, "abc"}
	gone := row{"gone", verdict{property: "order"}, "abc"}
	if err := os.WriteFile(file, []byte("# Text\n\n"+tableHead+gone.String()+old.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	young := row{mutants[0].name, verdict{property: "HWM", after: "its check"}, "def"}
	if err := keep(file, young); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if want := "# Text\n\n" + tableHead + young.String() + old.String(); err != nil || string(text) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, text, want)
	}
	if _, rows, err := parseTable(string(text)); err != nil || len(rows) != 2 || rows[old.mutant] != old || rows[young.mutant] != young {
		t.Errorf("%v, %v", rows, err)
	}
	for _, bad := range []string{"no table", tableHead + "| a | b |\n"} {
		if _, _, err := parseTable(bad); err == nil {
			t.Errorf("%q is taken for a table", bad)
		}
	}
}

func TestChoose(t *testing.T) {
	seen := make(map[string]bool)
	for _, part := range []string{"1/3", "2/3", "3/3"} {
		chosen, err := choose("", part)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range chosen {
			seen[m.name] = true
		}
	}
	if len(seen) != len(mutants) {
		t.Errorf("three parts have %d of %d", len(seen), len(mutants))
	}
	for _, bad := range [][2]string{{"no such mutant", ""}, {"", "0/3"}, {"", "4/3"}, {"", "x"}} {
		if chosen, err := choose(bad[0], bad[1]); err == nil {
			t.Errorf("%q chooses %d", bad, len(chosen))
		}
	}
}

func TestExplain(t *testing.T) {
	const minimal = "--- FAIL: TestMinimalHistories/a_REP_is_wrong/sim (0.01s)\n x_test.go:1: reqrep over sim, seed 0, after 0 histories: correlation: socket 1"
	for out, want := range map[string]verdict{
		"x_test.go:1: pair over sim, seed 4, after 3 histories: order: socket 1":            {"order", "pair over sim", "3 histories"},
		"x_test.go:1: pubsub through a proxy over sim, seed 4, after 3 histories: order: s": {"order", "pubsub through a proxy over sim", "3 histories"},
		minimal: {"correlation", "reqrep over sim", "its minimal history, “a REP is wrong”"},
		strings.Replace(minimal, "Histories/", "HistoriesInOrders/", 1):                                                           {"correlation", "reqrep over sim", "its minimal history, “a REP is wrong”"},
		"pair over sim, seed 4, after 3 histories: order: s\nplay it again: go test ./proptest -transport=sim -runs=1 -order=7\n": {"order", "pair over sim", "3 histories, in order 7"},
		"--- FAIL: TestProperties/sim/fair_queueing\n property \"fair queueing\"; w":                                              {"fair queueing", "sim", "its check"},
		"=== RUN   TestHistories/sim/pair\n40 histories of pair over sim\npanic: runtime error: index\nx":                         {"runtime error: index", "pair over sim", "40+ histories"},
		"=== RUN   TestHistories/sim/pair\nfatal error: x":                                                                        {"x", "pair over sim", "0+ histories"},
		"=== RUN   TestProperties/sim/pair_up\nfatal error: x":                                                                    {"x", "pair up over sim", "its check"},
		"--- FAIL: TestOther (0.1s)\nFAIL":                                                                                        {"TestOther", "", "its test"},
		"a\nexit status 2\n":                                                                                                      {"exit status 2", "", ""},
	} {
		if got := explain(out, ""); got != want {
			t.Errorf("%q is explained as %q, want %q", out, got, want)
		}
	}
	if got := explain("=== RUN   TestHistories/sim/pair\n", "sleeps"); got != (verdict{"sleeps", "pair over sim", "0+ histories"}) {
		t.Errorf("a hang is explained as %q", got)
	}
}

// TestJudge holds that what is slow is not taken for what hangs.
func TestJudge(t *testing.T) {
	type moment struct {
		lines       int
		clock, used time.Duration
	}
	for name, c := range map[string]struct {
		moments []moment
		known   bool
		want    string
	}{
		"at rest":                 {[]moment{{1, 0, 0}, {1, 44 * time.Second, 0}}, true, ""},
		"asleep":                  {[]moment{{1, 0, 5 * time.Second}, {1, 46 * time.Second, 5 * time.Second}}, true, "sleeps for ever"},
		"woke up":                 {[]moment{{1, 0, 0}, {2, 44 * time.Second, 0}, {2, 80 * time.Second, 0}}, true, ""},
		"kept waiting":            {[]moment{{1, 0, 0}, {1, 10 * time.Minute, 50 * time.Second}}, true, ""},
		"busy":                    {[]moment{{1, 0, 0}, {1, 61 * time.Second, 61 * time.Second}}, true, "goes round in circles"},
		"nothing known of it":     {[]moment{{1, 0, 0}, {1, 2 * time.Minute, 0}}, false, ""},
		"nothing known, for ever": {[]moment{{1, 0, 0}, {1, 10 * time.Minute, 0}}, false, "does not go on"},
	} {
		var j judge
		got, began := "", time.Now()
		for _, m := range c.moments {
			got = j.look(m.lines, began.Add(m.clock), m.used, c.known)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
