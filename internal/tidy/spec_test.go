package tidy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// specRow finds the code and the test of a row of docs/SPEC.md.
var specRow = regexp.MustCompile("\\| `([^`:]+):([^`]+)` \\| `([^`:]+):([^`]+)` \\|$")

// TestSpec checks that the code and the test of each row of the register exist.
func TestSpec(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "SPEC.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows, wrong := checkSpec(root, string(text))
	for _, w := range wrong {
		t.Error(w)
	}
	if rows < 20 {
		t.Errorf("only %d rows", rows)
	}
}

// The check must be able to fail.
func TestSpecRejects(t *testing.T) {
	root := filepath.Join("..", "..")
	good := "| 0 | x | `actor/node.go:Spawn` | `actor:TestMain` |"
	for row, want := range map[string]int{
		good: 0,
		strings.Replace(good, "Spawn", "NoSuchThing", 1):    1,
		strings.Replace(good, "node.go", "nothing.go", 1):   1,
		strings.Replace(good, "TestMain", "TestNothing", 1): 1,
		"| 0 | x | somewhere | `actor:TestMain` |":          1,
	} {
		if _, wrong := checkSpec(root, row); len(wrong) != want {
			t.Errorf("%s: %q", row, wrong)
		}
	}
}

// checkSpec returns how many rows a register has, and what is wrong with them.
func checkSpec(root, text string) (rows int, wrong []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| RFC") {
			continue
		}
		rows++
		m := specRow.FindStringSubmatch(line)
		if m == nil {
			wrong = append(wrong, "no code and test in: "+line)
			continue
		}
		if !declares([]string{filepath.Join(root, m[1])}, m[2]) {
			wrong = append(wrong, m[1]+" has no "+m[2])
		}
		tests, _ := filepath.Glob(filepath.Join(root, m[3], "*_test.go"))
		if !declares(tests, m[4]) {
			wrong = append(wrong, m[3]+" has no test "+m[4])
		}
	}
	return rows, wrong
}

// declares reports whether one of the files declares a function, method or type
// of that name.
func declares(files []string, name string) bool {
	decl := regexp.MustCompile(`(?m)^(func|type) (\([^)]*\) )?` + regexp.QuoteMeta(name) + `\b`)
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && decl.Match(text)
	})
}
