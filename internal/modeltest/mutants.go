package modeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A Mutant is a way to break the code.
type Mutant struct {
	Name   string
	File   string // relative to the package's directory
	Old    string // occurs in File exactly once
	New    string
	Breaks string // a sentence on what is wrong with it
}

// atOnce is the number of mutants that are built and run at a time.
const atOnce = 2

// runTime only ends what hangs. The whole model takes some ten seconds, and many times
// as long beside other tests on a slow machine.
const runTime = 4 * time.Minute

// Mutants builds the tests of the package in the current directory with the
// given build tag, and runs those whose names begin with TestModel: they must
// pass as they are and fail with each mutant, and it must be the model that
// notices. The tree is not changed: the go command is given an overlay.
func Mutants(t *testing.T, tag string, mutants []Mutant) {
	readSources(t)
	slots := make(chan struct{}, atOnce)
	for _, m := range append([]Mutant{{Name: "none"}}, mutants...) {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			begin := time.Now()
			binary := build(t, tag, m)
			out, failed := m.run(t, binary)
			if problem := m.judge(out, failed); problem != "" {
				t.Error(problem)
			}
			t.Logf("%s (%v)", firstFailure(out), time.Since(begin).Round(time.Millisecond))
		})
	}
}

// run looks at a mutant by and by more closely: most are caught at a glance.
func (m Mutant) run(t *testing.T, binary string) (out string, failed bool) {
	t.Helper()
	for preemptions := 0; m.File != "" && preemptions <= 2 && !failed; preemptions++ {
		out, failed = runTests(t, binary, fmt.Sprintf("%s=%d", quick, preemptions))
	}
	if !failed {
		out, failed = runTests(t, binary)
	}
	return out, failed
}

// judge returns what is wrong with how the tests have ended, or "".
func (m Mutant) judge(out string, failed bool) (problem string) {
	switch {
	case m.File == "" && failed:
		return "the model fails without a mutant:\n" + out
	case m.File == "":
		return ""
	case !failed:
		return "survived: " + m.Breaks
	case !strings.Contains(out, "modeltest:"):
		return "failed, but not by the model:\n" + out
	}
	return ""
}

// readSources opens what the go command will build, so that a cached result of
// this test is not taken for a newer state of the files.
func readSources(t *testing.T) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
}

// build returns a test binary of the package with the mutant in it.
func build(t *testing.T, tag string, m Mutant) (binary string) {
	t.Helper()
	dir := t.TempDir()
	binary = filepath.Join(dir, "model.test")
	args := []string{"test", "-c", "-tags", tag, "-o", binary}
	if m.File != "" {
		args = append(args, "-overlay", overlay(t, dir, m))
	}
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("%s does not build: %v\n%s", m.Name, err, out)
	}
	return binary
}

// overlay writes the patched file, and the file that says so to the go command.
func overlay(t *testing.T, dir string, m Mutant) (name string) {
	t.Helper()
	patched, err := m.patch()
	if err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(m.File)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, filepath.Base(m.File))
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {path: file}})
	if err != nil {
		t.Fatal(err)
	}
	name = filepath.Join(dir, "overlay.json")
	for name, text := range map[string][]byte{file: patched, name: replace} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

// patch returns the mutant's file with the change in it.
func (m Mutant) patch() ([]byte, error) {
	text, err := os.ReadFile(m.File)
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(text, []byte(m.Old)); n != 1 || m.Old == m.New || m.Breaks == "" {
		return nil, fmt.Errorf("mutant %q no longer applies: its text occurs %d times in %s", m.Name, n, m.File)
	}
	return bytes.Replace(text, []byte(m.Old), []byte(m.New), 1), nil
}

func runTests(t *testing.T, binary string, env ...string) (out string, failed bool) {
	t.Helper()
	cmd := exec.Command(binary, "-test.run", "^TestModel", "-test.failfast", "-test.timeout", runTime.String())
	cmd.Env = append(os.Environ(), env...)
	b, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return string(b), err != nil
}

var reported = regexp.MustCompile(`(?s)--- FAIL: (Test[\w/\[\]]+).*?(modeltest: [^\n]*)`)

// firstFailure returns which test noticed what.
func firstFailure(out string) string {
	found := reported.FindStringSubmatch(out)
	if found == nil {
		return ""
	}
	return found[1] + ": " + found[2]
}
