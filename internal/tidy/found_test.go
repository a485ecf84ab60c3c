package tidy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// foundRow finds the test of a row of the register of bugs, and the minimal
// history that it names, if it does.
var foundRow = regexp.MustCompile("^\\| .* \\| `([^`:]+):((?:Test|Fuzz)[^`]+)`(?: \"([^\"]+)\")? \\|$")

// TestFound checks that the test of each bug that was found exists.
func TestFound(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "RELIABILITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, register, ok := strings.Cut(string(text), "\n## What was found")
	if !ok {
		t.Fatal("docs/RELIABILITY.md has no register of what was found")
	}
	const least = 43
	rows, wrong := checkFound(root, register)
	for _, w := range wrong {
		t.Error(w)
	}
	if rows < least {
		t.Errorf("%d rows, want as many as there were, %d", rows, least)
	}
}

// The check must be able to fail.
func TestFoundRejects(t *testing.T) {
	root := filepath.Join("..", "..")
	good := "| x | y | `proptest:TestMinimalHistories` \"a ROUTER knows a peer that has come back\" |"
	for row, want := range map[string]int{
		good: 0,
		strings.Replace(good, "a ROUTER knows", "nobody knows", 1): 1,
		strings.Replace(good, "proptest:", "engine:", 1):           2,
		"| x | y | `engine:FuzzConn` |":                            0,
		"| x | y | `engine:FuzzCon` |":                             1,
		"| x | y | `engine:TestMain` |":                            1,
		"| x | y | nothing |":                                      1,
	} {
		if _, wrong := checkFound(root, row); len(wrong) != want {
			t.Errorf("%s: %q", row, wrong)
		}
	}
}

// checkFound returns how many rows the register has, and what is wrong with them.
func checkFound(root, text string) (rows int, wrong []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| what was wrong") {
			continue
		}
		rows++
		m := foundRow.FindStringSubmatch(line)
		if m == nil {
			wrong = append(wrong, "no test in: "+line)
			continue
		}
		tests, _ := filepath.Glob(filepath.Join(root, m[1], "*_test.go"))
		decl := testDeclaration(m[2])
		if strings.HasPrefix(m[2], "Fuzz") {
			decl = regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(m[2]) + `\(\w+ \*testing\.F\)`)
		}
		if !declares(tests, decl) {
			wrong = append(wrong, m[1]+" has no test "+m[2])
		}
		if m[3] != "" && !declares(tests, regexp.MustCompile(`name: +"`+regexp.QuoteMeta(m[3])+`"`)) {
			wrong = append(wrong, m[1]+" has no history "+m[3])
		}
	}
	return rows, wrong
}
