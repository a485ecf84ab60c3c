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

// specRFCs are those that the register is complete for, and how many clauses of
// each it has: there may be more, and never fewer.
var specRFCs = map[string]int{"13": 12, "15": 7, "23": 6, "27": 15, "28": 50, "29": 54, "30": 18, "31": 12, "37": 71}

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
	for rfc, least := range specRFCs {
		if rows[rfc] < least {
			t.Errorf("%d rows of RFC %s, want as many as there were, %d", rows[rfc], rfc, least)
		}
	}
}

// The check must be able to fail.
func TestSpecRejects(t *testing.T) {
	root := filepath.Join("..", "..")
	good := "| 0 | x | `actor/node.go:Spawn` | `internal/tidy:TestSpecRejects` |"
	for row, want := range map[string]int{
		good: 0,
		strings.Replace(good, "Spawn", "NoSuchThing", 1):           1,
		strings.Replace(good, "node.go", "nothing.go", 1):          1,
		strings.Replace(good, "Spawn", "spawn", 1):                 1,
		strings.Replace(good, "TestSpecRejects", "TestNothing", 1): 1,
		strings.Replace(good, "TestSpecRejects", "TestSpec", 1):    0,
		strings.Replace(good, "TestSpecRejects", "TestSpe", 1):     1, // the beginning of one
		strings.Replace(good, "TestSpecRejects", "TestMain", 1):    1, // no test, though it is called so
		strings.Replace(good, "TestSpecRejects", "checkSpec", 1):   1, // no test
		strings.Replace(good, "TestSpecRejects", "fixture", 1):     1, // a type
		strings.Replace(good, "internal/tidy:", "actor:", 1):       1, // a test of another package
		"| 0 | x | somewhere | `actor:TestMain` |":                 1,
		"| 0 | x |": 1,
	} {
		if _, wrong := checkSpec(root, row); len(wrong) != want {
			t.Errorf("%s: %q", row, wrong)
		}
	}
}

// checkSpec returns how many rows a register has of each RFC, and what is wrong
// with them.
func checkSpec(root, text string) (rows map[string]int, wrong []string) {
	rows = make(map[string]int)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| RFC") {
			continue
		}
		rfc, _, _ := strings.Cut(line[2:], " ")
		rows[rfc]++
		m := specRow.FindStringSubmatch(line)
		if m == nil {
			wrong = append(wrong, "no code and test in: "+line)
			continue
		}
		if !declares([]string{filepath.Join(root, m[1])}, declaration(m[2])) {
			wrong = append(wrong, m[1]+" has no "+m[2])
		}
		tests, _ := filepath.Glob(filepath.Join(root, m[3], "*_test.go"))
		if !declares(tests, testDeclaration(m[4])) {
			wrong = append(wrong, m[3]+" has no test "+m[4])
		}
	}
	return rows, wrong
}

// declaration matches that of a function, method or type.
func declaration(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(func|type) (\([^)]*\) )?` + regexp.QuoteMeta(name) + `\b`)
}

// testDeclaration matches that of a test, and of nothing that go test does not
// run.
func testDeclaration(name string) *regexp.Regexp {
	if !regexp.MustCompile(`^Test[^a-z]`).MatchString(name) {
		return regexp.MustCompile(`$.`) // matches nothing
	}
	return regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(name) + `\(\w+ \*testing\.T\)`)
}

// declares reports whether one of the files has the declaration.
func declares(files []string, decl *regexp.Regexp) bool {
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && decl.Match(text)
	})
}
