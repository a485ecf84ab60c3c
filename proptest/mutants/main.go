// Command mutants plants bugs into the sources, one at a time, and shows which
// property catches each, after how many histories.
//
//	go run ./proptest/mutants            all of them, some minutes
//	go run ./proptest/mutants -only=HWM  those with that text in their name
//
// The tree itself is not touched: the compiler is given the changed files by an
// overlay. The exit status is 1 if a mutant survives.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "run those mutants whose name contains this text")
	limit := flag.Duration("timeout", time.Minute, "time for the tests of one mutant; one that hangs is caught by that")
	flag.Parse()
	if err := run(*only, *limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(only string, limit time.Duration) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	alive, ran := 0, 0
	for _, m := range mutants {
		if !strings.Contains(m.name, only) {
			continue
		}
		ran++
		began := time.Now()
		verdict, err := m.try(root, dir, limit)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if verdict == "" {
			alive++
			verdict = "SURVIVES"
		}
		fmt.Printf("%-55s %s (%v)\n", m.name, verdict, time.Since(began).Round(time.Second/10))
	}
	fmt.Printf("%d mutants, %d caught, %d alive\n", ran, ran-alive, alive)
	if alive > 0 {
		return fmt.Errorf("%d mutants survive: no property looks there", alive)
	}
	return nil
}

// moduleRoot returns the directory of the module.
func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	return strings.TrimSpace(string(out)), err
}

// runs returns how many histories are played to catch the mutant.
func (m mutant) runs() int {
	if strings.HasPrefix(m.tests, local) {
		return 1000
	}
	return 300
}

// mutate returns the file of the mutant with the bug in it.
func (m mutant) mutate(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), m.from); n != 1 {
		return "", fmt.Errorf("%s has the text %q %d times, and should have it once", m.file, m.from, n)
	}
	return strings.Replace(string(text), m.from, m.to, 1), nil
}

// try builds the tests with the mutant and runs them. It returns what caught
// it, or "".
func (m mutant) try(root, dir string, limit time.Duration) (verdict string, err error) {
	text, err := m.mutate(root)
	if err != nil {
		return "", err
	}
	changed, overlay, binary := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "test")
	replace := map[string]map[string]string{"Replace": {filepath.Join(root, m.file): changed}}
	list, err := json.Marshal(replace)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		return "", err
	}
	// With the assertions and the poisoned memory of debug builds.
	build := exec.Command("go", "test", "-c", "-vet=off", "-tags=zmqdebug", "-overlay", overlay, "-o", binary, "./proptest")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	test := exec.Command(binary, "-test.run", m.tests, "-test.failfast", "-test.timeout", limit.String(), "-shrinks=0", "-runs", fmt.Sprint(m.runs()))
	test.Dir = filepath.Join(root, "proptest")
	out, err := test.CombinedOutput()
	if err == nil {
		return "", nil
	}
	return explain(string(out)), nil
}

var (
	history  = regexp.MustCompile(`(\w+) over (\w+), seed -?\d+, after (\d+) histories: ([^:\n]+)`)
	property = regexp.MustCompile(`property "([^"]+)"`)
	named    = regexp.MustCompile(`--- FAIL: TestProperties/(\w+)/(\S+)`)
	fatal    = regexp.MustCompile(`panic: .*|fatal error: .*`)
)

// explain says what the output of a test that failed has caught.
func explain(out string) string {
	if h := history.FindStringSubmatch(out); h != nil {
		return fmt.Sprintf("%s: %s over %s, after %s histories", h[4], h[1], h[2], h[3])
	}
	if p := property.FindStringSubmatch(out); p != nil {
		where := ""
		if n := named.FindStringSubmatch(out); n != nil {
			where = " over " + n[1]
		}
		return p[1] + where
	}
	if f := fatal.FindString(out); strings.Contains(f, "timed out") {
		return "hangs"
	} else if f != "" {
		return f
	}
	last := strings.Split(strings.TrimSpace(out), "\n")
	return last[len(last)-1]
}
