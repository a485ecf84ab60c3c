package modeltest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/internal/mutate"
)

// A Mutant is a way to break the code.
type Mutant struct {
	Name   string
	Dir    string // of the package that is changed, relative to the one that is tested; "" is that itself
	In     string // the function or method in which Old is; "" if Old is only once in the package
	Old    string
	New    string
	Breaks string // a sentence on what is wrong with it
	By     string // the test that notices, for a mutant that takes long to be noticed; "" is any
}

// atOnce is the number of mutants that are built and run at a time.
const atOnce = 2

// runTime only ends what hangs. The whole model takes some ten seconds, and many times
// as long beside other tests on a slow machine.
const runTime = 4 * time.Minute

// oneIn is how many mutants share a run: one of them is tried, and another one the
// next time. They are there to tell whether tests still see what they saw, which is not lost
// from one change to the next.
const oneIn = 2

// allMutants names the environment variable that has each mutant tried, if it is "all".
const allMutants = "ZMQ_MUTANTS"

// Mutants builds the tests of the package in the current directory with the
// given build tag, and runs those whose names begin with TestModel: they must
// pass as they are and fail with each mutant that is tried, and it must be the model that
// notices. All mutants must apply. Without a mutant they are only glanced at: to run the tests themselves, with
// the build tag, shows that they pass. The tree is not changed: the go command is given
// an overlay.
func Mutants(t *testing.T, tag string, mutants []Mutant) {
	readSources(t)
	for _, m := range mutants {
		if _, err := m.overlay(tag, t.TempDir()); err != nil {
			t.Error(err)
		}
	}
	slots := make(chan struct{}, atOnce)
	for _, m := range append([]Mutant{{Name: "none"}}, tried(t, mutants)...) {
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

// tried returns the mutants of this run.
func tried(t *testing.T, mutants []Mutant) (chosen []Mutant) {
	if os.Getenv(allMutants) == "all" {
		return mutants
	}
	first := rand.IntN(oneIn)
	t.Logf("one mutant in %d, from number %d on: %s=all tries each", oneIn, first, allMutants)
	for i := first; i < len(mutants); i += oneIn {
		chosen = append(chosen, mutants[i])
	}
	return chosen
}

// run looks at a mutant by and by more closely: most are caught at a glance.
func (m Mutant) run(t *testing.T, binary string) (out string, failed bool) {
	t.Helper()
	tests := "^TestModel"
	if m.By != "" {
		tests = "^" + m.By + "$"
	}
	looks := 3
	if m.Old == "" {
		looks = 1
	}
	for preemptions := 0; preemptions < looks && !failed; preemptions++ {
		out, failed = runTests(t, binary, tests, fmt.Sprintf("%s=%d", quick, preemptions))
	}
	if !failed && m.Old != "" {
		out, failed = runTests(t, binary, tests)
	}
	return out, failed
}

// judge returns what is wrong with how the tests have ended, or "".
func (m Mutant) judge(out string, failed bool) (problem string) {
	switch {
	case m.Old == "" && failed:
		return "the model fails without a mutant:\n" + out
	case m.Old == "":
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
	args := []string{"test", "-c", "-vet=off", "-ldflags=-s -w", "-tags", tag, "-o", binary} // what is quickest
	if m.Old != "" {
		name, err := m.overlay(tag, dir)
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, "-overlay", name)
	}
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("%s does not build: %v\n%s", m.Name, err, out)
	}
	return binary
}

// overlay writes the patched file into dir, and the file that says so to the go
// command.
func (m Mutant) overlay(tag, dir string) (name string, err error) {
	if m.Breaks == "" {
		return "", fmt.Errorf("nothing says what mutant %q breaks", m.Name)
	}
	change := mutate.Change{Dir: cmp.Or(m.Dir, "."), In: m.In, Old: m.Old, New: m.New}
	if name, err = change.Overlay(dir, tag); err != nil {
		return "", fmt.Errorf("mutant %q no longer applies: %w", m.Name, err)
	}
	return name, nil
}

func runTests(t *testing.T, binary, tests string, env ...string) (out string, failed bool) {
	t.Helper()
	cmd := exec.Command(binary, "-test.run", tests, "-test.failfast", "-test.timeout", runTime.String())
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
