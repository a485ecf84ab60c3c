package tidy

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDecisions: the decisions are numbered from 1 on without a gap, by their names and by their titles, so
// that "decision 4" is one of them.
func TestDecisions(t *testing.T) {
	files, err := filepath.Glob("../../docs/decisions/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no decisions: %v", err)
	}
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if name, title := fmt.Sprintf("%04d-", i+1), fmt.Sprintf("# %d. ", i+1); !strings.HasPrefix(filepath.Base(file), name) ||
			!strings.HasPrefix(string(text), title) {
			t.Errorf("%s is not named %s… and titled %q…", filepath.Base(file), name, title)
		}
	}
}

// TestLinks: what documents refer to in this tree is there.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#: ]+)(?:#[^)]*)?\)`)
	links := 0
	for _, pattern := range []string{"../../*.md", "../../*/*.md", "../../*/*/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range link.FindAllSubmatch(text, -1) {
				links++
				if _, err := os.Stat(filepath.Join(filepath.Dir(file), string(m[1]))); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d links are found", links)
	}
}
