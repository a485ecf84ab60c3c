package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zeroactor/zmq/internal/invariant"
)

// TestProgramReproduces plants a bug, has the search find a history and shrink it, and
// runs the program that is printed then: it compiles, shows the same with the bug, and
// nothing without it.
func TestProgramReproduces(t *testing.T) {
	if testing.Short() || invariant.Enabled {
		t.Skip("builds three programs, for which -race makes no difference")
	}
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(mutants, func(m mutant) bool { return m.name == "what conflates keeps the last frame only" })
	l := &lab{root: root, dir: t.TempDir()}
	planted, err := mutants[i].change(root).Overlay(l.dir, tag)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.build("proptest", tag, planted); err != nil {
		t.Fatal(err)
	}
	search := exec.Command(l.binary(), "-test.run", mutants[i].tests, "-runs=20", "-exact=false")
	search.Dir = filepath.Join(root, "proptest")
	out, err := search.CombinedOutput()
	if err == nil {
		t.Fatal("the search finds nothing")
	}
	program := filepath.Join(l.dir, "replay_test.go")
	if err := os.WriteFile(program, []byte(printed(string(out))), 0o600); err != nil {
		t.Fatal(err)
	}
	const shows = "no invention: "
	if !strings.Contains(string(out), shows) {
		t.Fatalf("the search does not show %q:\n%s", shows, out)
	}
	place := map[string]string{filepath.Join(root, "proptest", "replay", "replay_test.go"): program}
	if out, err := replay(t, root, place); err != nil {
		t.Errorf("the program fails without the bug: %v\n%s", err, out)
	}
	if out, err := replay(t, root, place, planted); err == nil || !strings.Contains(out, shows) {
		t.Errorf("the program does not show %q with the bug: %v\n%s", shows, err, out)
	}
}

// printed returns the program in the output of a search.
func printed(out string) string {
	_, program, _ := strings.Cut(out, "package replay_test")
	program, _, _ = strings.Cut(program, "t.Fatal(err)")
	return "package replay_test" + program + "t.Fatal(err)\n\t}\n}\n"
}

// replay runs a test that is not in the tree, with what is planted by other overlays.
func replay(t *testing.T, root string, files map[string]string, planted ...string) (out string, err error) {
	t.Helper()
	overlay := map[string]map[string]string{"Replace": files}
	for _, name := range planted {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &overlay); err != nil { // adds to what is there
			t.Fatal(err)
		}
		for file, by := range files {
			overlay["Replace"][file] = by
		}
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(filepath.Dir(name), "replay")
	build := exec.Command("go", "test", "-c", "-vet=off", "-tags="+tag, "-overlay="+name, "-o", binary, "./proptest/replay")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the program does not compile: %v\n%s", err, out)
	}
	b, err := exec.Command(binary).CombinedOutput()
	return string(b), err
}
