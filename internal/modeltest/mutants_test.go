package modeltest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOverlay(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "code.go"), []byte("package p\n\n// one two two\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := Mutant{Name: "m", Dir: dir, Old: "one", New: "three", Breaks: "Counts wrongly."}
	out := t.TempDir()
	if _, err := good.overlay("tag", out); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(filepath.Join(out, "code.go")); err != nil || !strings.Contains(string(text), "three two two") {
		t.Errorf("%q, %v", text, err)
	}
	for what, change := range map[string]func(m *Mutant){
		"text is gone":       func(m *Mutant) { m.Old = "four" },
		"text occurs twice":  func(m *Mutant) { m.Old = "two" },
		"nothing is changed": func(m *Mutant) { m.New = m.Old },
		"no sentence":        func(m *Mutant) { m.Breaks = "" },
		"no such directory":  func(m *Mutant) { m.Dir += "x" },
	} {
		m := good
		change(&m)
		if _, err := m.overlay("tag", t.TempDir()); err == nil {
			t.Errorf("%s: it applies", what)
		}
	}
}

func TestJudge(t *testing.T) {
	const found = "--- FAIL: TestModelX (0.00s)\n    x_test.go:7: modeltest: deadlock: a waits for ever\n"
	mutant := Mutant{Name: "m", Old: "waits", Breaks: "Waits for ever."}
	tests := []struct {
		m      Mutant
		out    string
		failed bool
		good   bool
	}{
		{Mutant{}, "PASS", false, true},
		{Mutant{}, found, true, false},
		{mutant, "PASS", false, false},
		{mutant, found, true, true},
		{mutant, "panic: test timed out", true, false},
	}
	for _, tt := range tests {
		if problem := tt.m.judge(tt.out, tt.failed); (problem == "") != tt.good {
			t.Errorf("%q after %q: %q", tt.m.Name, tt.out, problem)
		}
	}
	if got := firstFailure(found); got != "TestModelX: modeltest: deadlock: a waits for ever" {
		t.Errorf("the first failure is %q", got)
	}
}
