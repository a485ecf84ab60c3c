package modeltest

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPatch(t *testing.T) {
	file := filepath.Join(t.TempDir(), "code.go")
	if err := os.WriteFile(file, []byte("one two two"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := Mutant{Name: "m", File: file, Old: "one", New: "three", Breaks: "Counts wrongly."}
	if text, err := good.patch(); err != nil || string(text) != "three two two" {
		t.Errorf("%q, %v", text, err)
	}
	for what, change := range map[string]func(m *Mutant){
		"text is gone":       func(m *Mutant) { m.Old = "four" },
		"text occurs twice":  func(m *Mutant) { m.Old = "two" },
		"nothing is changed": func(m *Mutant) { m.New = m.Old },
		"no sentence":        func(m *Mutant) { m.Breaks = "" },
		"no such file":       func(m *Mutant) { m.File += "x" },
	} {
		m := good
		change(&m)
		if text, err := m.patch(); err == nil {
			t.Errorf("%s: patched to %q", what, text)
		}
	}
}

func TestJudge(t *testing.T) {
	const found = "--- FAIL: TestModelX (0.00s)\n    x_test.go:7: modeltest: deadlock: a waits for ever\n"
	mutant := Mutant{Name: "m", File: "code.go", Breaks: "Waits for ever."}
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
